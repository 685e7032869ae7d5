/**
 * Mail providers with readers everywhere, and those of the countries whose languages we speak: what a typing error is
 * likely to have meant, and where thousands sign up on a good day.
 */
export const PROVIDERS: ReadonlySet<string> = new Set(
  `
  gmail.com googlemail.com icloud.com me.com mac.com proton.me protonmail.com pm.me fastmail.com
  hey.com zoho.com aol.com aol.de aol.fr mail.com email.com yandex.com yandex.ru mail.ru qq.com foxmail.com 163.com
  hotmail.com hotmail.co.uk hotmail.de hotmail.fr hotmail.es hotmail.it hotmail.com.ar hotmail.com.mx
  outlook.com outlook.de outlook.at outlook.fr outlook.es outlook.it
  live.com live.co.uk live.de live.fr live.nl msn.com
  yahoo.com yahoo.co.uk yahoo.de yahoo.fr yahoo.es yahoo.it yahoo.ca yahoo.co.in
  yahoo.com.ar yahoo.com.mx yahoo.com.br yahoo.com.au ymail.com rocketmail.com
  comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net optonline.net
  rogers.com shaw.ca sympatico.ca telus.net
  btinternet.com sky.com virginmedia.com talktalk.net ntlworld.com eircom.net
  optusnet.com.au bigpond.com xtra.co.nz
  gmx.de gmx.net gmx.at gmx.ch gmx.com gmx.org gmx.fr gmx.es gmx.eu
  web.de t-online.de online.de o2online.de mail.de freenet.de arcor.de vodafone.de kabelmail.de posteo.de posteo.net mailbox.org
  aon.at chello.at bluewin.ch hispeed.ch sunrise.ch
  orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr skynet.be telenet.be
  libero.it ziggo.nl kpnmail.nl upcmail.nl
  telefonica.net terra.es orange.es ono.com
  `
    .trim()
    .split(/\s+/),
)
