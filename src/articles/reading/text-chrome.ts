import { isByline, isChromeCue, isDateLine, isPhotoCredit } from './chrome.ts'
import { wordsIn } from './clean-text.ts'
import { headsAside, headsReaders } from './furniture-words.ts'

/** What one line of a page's text is. */
type LineKind =
  | 'prose'
  | 'item' // of a list
  | 'line' // short, and no sentence: headline, subhead, name, link
  | 'byline'
  | 'date'
  | 'box' // of a sign-up form
  | 'chrome'
  | 'aside' // heads a list of other articles
  | 'end' // nothing of the article follows

export type Line = { text: string; words: number; kind: LineKind }

export function lineOf(text: string): Line {
  const words = wordsIn(text).length
  return { text, words, kind: kindOf(text, words) }
}

function kindOf(text: string, words: number): LineKind {
  const spoken = /^["“„«‘']/.test(text) && words > 4
  if (!spoken && words <= 45 && text.length <= 500) {
    const kind = furnitureOf(text, words)
    if (kind !== undefined) return kind
  }
  if (/^[•*·▪‣–-] ?\S|^\d{1,2}[.)] \S/.test(text) && words > 1) return 'item'
  if (isSentence(text, words) || words >= 20) return 'prose'
  return 'line'
}

function furnitureOf(text: string, words: number): LineKind | undefined {
  if (headsReaders(text) || END.some((cue) => cue.test(text))) return 'end'
  if (isAside(text, words)) return 'aside'
  if (BOX.some((cue) => cue.test(text))) return 'box'
  if (words <= 16 && isByline(text)) return 'byline'
  if (words <= 14 && isDateLine(text) && !/[.!?]$/.test(text)) return 'date'
  return isChrome(text, words) ? 'chrome' : undefined
}

function isAside(text: string, words: number): boolean {
  return words <= 10 && (headsAside(text) || ASIDE.test(text)) && !/[.!]$/.test(text)
}

function isChrome(text: string, words: number): boolean {
  if (words === 0 || CHROME.some((cue) => cue.test(text))) return true
  if (isPhotoCredit(text)) return true
  return isChromeCue(text)
}

function isSentence(text: string, words: number): boolean {
  if (/[.!?…。！？][”"’'»“)\]]*$/.test(text)) return words >= 3
  return words >= 6 && /[”"»“:]$/.test(text)
}

/** What heads the comments of readers. "Discussion" alone may head a part of an article. */
const COMMENTS: RegExp[] = [
  /^(\d+ |view |show |all |user |(our )?reader(s|['’]s|s['’])? )*(comments?|kommentare?|commentaires?|comentarios|reacties|responses)( ?[([]?\d*[)\]]?)?:?$/i,
  /^(\d+ (discussion|conversation)s?|(discussion|conversation) ?[([]\d+[)\]])$/i,
  /^(our )?reader(s|['’]s|s['’])? (opinions?|views?|reactions?|feedback|letters|replies)( ?[([]\d+[)\]])?:?$/i,
  /^what (our |the |other )?readers (say|said|think|are saying)\b.{0,20}$/i,
  /^have your say\b.{0,40}$/i,
  /^join the (conversation|discussion)\b/i,
  /^\d+ (comments?|replies|responses|thoughts|kommentare|commentaires)\b.{0,40}$/i,
  /^(please )?(sign|log) ?in (or (register|sign up) )?to (leave a |post a |add a )?(comment|reply)/i,
  /^you must be (logged|signed) in to (comment|post|reply)/i,
  /^(leave|post|write|add) (a|your) (comment|reply)\b/i,
  /^be the first to comment\b/i,
  /^comments (are|have been) (closed|disabled|moderated)/i,
]

export function headsComments(text: string): boolean {
  return headsReaders(text) || COMMENTS.some((cue) => cue.test(text))
}

const END: RegExp[] = [
  ...COMMENTS,
  /\b(anmelden|einloggen|registrieren),? um zu kommentieren\b|^(kommentar (schreiben|verfassen)|schreiben sie einen kommentar)/i,
  /^(laisser|écrire|ajouter) un commentaire|^connectez-vous pour/i,
  /^for corrections or revisions\b/i,
  /^the (opinions|views) (expressed|reflected)\b/i,
  /^(©|\(c\) ?\d{4}|copyright (©|\(c\)|\d{4}))/i,
  /\b(all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados)\b/i,
]

const ASIDE =
  /^(related( (articles?|stor(y|ies)|content|news|topics|links|coverage|reading))?$|more (from|on|in|stories|news|like)\b|most (read|popular|viewed|shared)|you (may|might) (also )?(like|be interested|have missed)|read next|up next|what to read next|recommended\b|trending\b|editor.?s.? picks|latest (news|stories|headlines|from)|top stories|also in (the )?news|popular (now|stories|in)|around the web|from (around|our partners)|in other news|don.?t miss|mehr (zum thema|aus|von|nachrichten)|meistgelesen|das könnte sie|das könnte dich|weitere (artikel|nachrichten|meldungen|themen)|auch interessant|à lire aussi|sur le même sujet|les plus lus|te puede interesar|más noticias|leggi anche|lees ook)/i

const BOX: RegExp[] = [
  /\b(in|to|into) (your|ihre?n?|deine?n?) (e-?mail|inbox|posteingang|postfach|mailbox)/i,
  /^(enter|type|add) your (e-?mail|name)|^your (e-?mail|name)\b|^e-?mail( address| adresse|-adresse)?\*?:?$|^ihre e-?mail/i,
  /^(sign ?up|subscribe|register|abonnieren|anmelden|registrieren|jetzt (anmelden|abonnieren|bestellen|registrieren)|s.abonner|s.inscrire|suscríbete)\b.{0,90}$/i,
  /\b(sign up|subscribe|signing up|anmelden|abonnieren|abonnez)\b.{0,80}(newsletter|e-?mail|inbox|alerts|updates|briefing)/i,
  /\bnewsletter\b.{0,80}(inbox|sign ?up|subscribe|anmelden|abonnieren|kostenlos|free|abbestellen)/i,
  /^(get|join|try|receive) (the |our |all )?.{0,60}\b(newsletter|briefing|bulletin|alerts|news delivered|headlines|inbox)\b/i,
  /\b(unsubscribe|opt out|abbestellen|abmelden|widerrufen)\b.{0,30}(time|time\.|jederzeit|link)|jederzeit (abbestell|abmeld|widerruf|kündbar)/i,
  /^by (signing up|subscribing|submitting|entering|clicking|providing|continuing)\b|^mit (der|ihrer) anmeldung/i,
  /^we.ll (never|only|send) .{0,60}(e-?mail|spam|share|inbox)|^(no spam|kein spam)\b/i,
  /^we will send you\b|^(der|unser|den|unseren) newsletter\b.{0,60}$|^newsletter\b.{0,40}$/i,
]

const CHROME: RegExp[] = [
  /\bcookies?\b.{0,160}\b(experience|consent|accept|agree|preferences|settings|site|traffic|advertis|partners?)|\b(we|our partners) use cookies\b|^wir (verwenden|nutzen|setzen) cookies|\bcookies\b.{0,120}\b(zustimm|akzeptier|einwillig|verwenden|webseite|website)|^nous utilisons des cookies/i,
  /^(accept|reject|allow|alle?s?|manage|only|nur|tout)\b.{0,24}(all|cookies|akzeptieren|ablehnen|necessary|notwendige|preferences|options|accepter|refuser)$|^(accept|reject|agree|decline|ok|got it|akzeptieren|ablehnen|einstellungen|zustimmen)$/i,
  /^(share|teilen|partager|tweet|facebook|twitter|x|whatsapp|linkedin|reddit|pinterest|telegram|bluesky|mastodon|threads|e-?mail|copy|link|kopieren|print|drucken|save|merken|bookmark|gift|listen|vorlesen|like|follow|folgen|reply|antworten|report|melden)((\s|\s?[|·•/,]\s?)(this|article|story|link|on|via|share|teilen|facebook|twitter|x|whatsapp|linkedin|reddit|pinterest|telegram|bluesky|mastodon|threads|e-?mail|copy|print|drucken|save|merken|listen|comments?))*$/i,
  /^(share|gift|save|listen to|print|rate|bookmark) (this )?(article|story|page|post)\b.{0,40}$|^(artikel|beitrag) (teilen|anhören|drucken|merken|vorlesen)/i,
  /^(about \d|approx|reading time|lesezeit|lesedauer|\d+)[: ]*\d*[ -]?(min(ute)?s?)\b.{0,20}$/i,
  /^(skip to|zum inhalt|zur navigation|aller au)\b.{0,40}$/i,
  /^(home|startseite|accueil|start|inicio)(\s?[>»›/|·•]\s?\S.{0,120})?$/i,
  /^[^.!?>»›|·•]{1,30}(\s[>»›|·•]\s[^.!?>»›|·•]{1,30}){2,}$|^[^.!?>»›]{1,40}\s[>»›]\s[^.!?>»›]{1,80}$/,
  /^(menu|menü|search|suche|log ?in|log ?out|sign ?in|my account|mein konto|register|subscribe now|e-?paper|newsletters?|podcasts?|jobs|shop|archive?|contact( us)?|kontakt|about( us)?|über uns|impressum|datenschutz\w*|agb|privacy( policy)?|terms( (of|and|&) .{2,30})?|cookie (policy|settings)|advertise.{0,20}|help|faq|rss|sitemap|accessibility|barrierefreiheit)$/i,
  /^((impressum|datenschutz\w*|agb|privacy( policy)?|terms( (of|and|&) \w+)?|contact( us)?|kontakt|about( us)?|cookies?|careers|advertise|sitemap|accessibility|help)\s?[|·•,/]?\s*){2,}$/i,
  /^(image|photo|picture|video|bild|foto|infografik|graphic)( \d+)?$|^(image|photo|bild|foto)( caption| source)?\s?[:©]/i,
  /\b(photo|foto|picture|bild|image|credit|getty|file)\s?[:/©]\s?\p{Lu}[\p{L} ./-]{2,50}\)?$/iu,
  /^(hide|show|view|expand|close|open|play|pause|mute|next|previous|zurück|weiter|schließen|top|back to top|nach oben|load(ing)?|watch|read)( (caption|more|all|image|gallery|video|fullscreen|less))?( .{0,4})?$/i,
  /^(follow|folgen sie) .{0,60}\b(facebook|twitter|x|instagram|bluesky|mastodon|whatsapp|threads|us|uns)\b/i,
  /^(anzeige|werbung|advertis?e?ment|promoted|sponsored|paid (content|post)|partner content)\b.{0,40}$/i,
  /^(reporting|editing|additional reporting|with reporting|redaktion)\b.{0,100}$/i,
  /^(this article|this story|dieser artikel) (was|is|has been|appeared|wurde|erschien)\b.{0,120}$/i,
  /\b(this story|this article) (was|has been) (updated|corrected)\b/i,
  /^(do you )?(have|got) (a|any) (news )?(tip|story)\b|^(contact|reach|e-?mail) .{0,60}@\S+/i,
  /^\S+@\S+\.\w{2,}$|^https?:\/\/\S+$|^www\.\S+$|^@\w{2,30}$|^#\w+( #\w+)*$/i,
  /^\S.{0,60}\b(\d+|an?) (sec(ond)?|min(ute)?|hour|hr|day|week|month)s? ago$|^vor \d+ (minuten|stunden|tagen?)\b.{0,20}$/i,
  /^support (our|local|independent|quality) (journalism|newsroom|reporting)\b|^(become a (member|subscriber)|start your free trial|already a (subscriber|member))\b/i,
  /^(powered by|hosted by|built with)\b/i,
  /^(tags?|topics?|themen|schlagworte|filed under|categories|stichworte)\s?:/i,
]

/** A line that ends a reader's comment. */
export function isReplyLine(text: string): boolean {
  return /^(reply|antworten|répondre|responder|like|report( abuse| comment)?|upvote|\d+ likes?|like ?\(?\d+\)?( reply)?|reply \d+|show( more)? replies|view \d+ repl(y|ies)|sort by:?.{0,20}|newest|oldest)$/i.test(
    text,
  )
}

/** A line of a bar of share links. */
export function isShareLine(text: string): boolean {
  return /^(share|teilen|tweet|facebook|twitter|x|whatsapp|linkedin|reddit|e-?mail|copy link|print|save|gift|listen|bookmark)\b.{0,30}$/i.test(
    text,
  )
}
