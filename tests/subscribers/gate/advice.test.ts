import { expect, test } from 'vitest'
import { normaliseAddress } from '#subscribers/address.ts'
import { isDisposable, meantBy } from '#subscribers/gate/advice.ts'
import { PROVIDERS } from '#subscribers/gate/providers.ts'

const address = (domain: string) => normaliseAddress(`reader@${domain}`)
const at = (domain: string) => ({
  didYouMean: meantBy(address(domain)),
  disposable: isDisposable(address(domain)),
})

test.each([
  ['gmial.com', 'gmail.com'],
  ['gmai.com', 'gmail.com'],
  ['gnail.com', 'gmail.com'],
  ['gmail.con', 'gmail.com'],
  ['gmail.co', 'gmail.com'],
  ['yahoo.cm', 'yahoo.com'],
  ['hotmail.om', 'hotmail.com'],
  ['googlmail.com', 'googlemail.com'],
  ['hotmial.com', 'hotmail.com'],
  ['yaho.com', 'yahoo.com'],
  ['outlok.com', 'outlook.com'],
  ['iclould.com', 'icloud.com'],
  ['gmx.dee', 'gmx.de'],
  ['orang.fr', 'orange.fr'],
])('%s probably means %s', (typed, meant) => {
  expect(at(typed).didYouMean).toBe(`reader@${meant}`)
})

test.each(
  [
    ['example.org', 'example.com', 'web.de', 'gmx.com', 'posteo.net', 'live.de', 'free.com'],
    ['spiegel.de', 'lemonde.fr', 'elpais.com', 'bbc.co.uk', 'nytimes.com', 'guardian.co.uk'],
    ['man.com', 'aon.com', 'skt.com', 'ie.com', 'fe.com', 'hay.com', 'web.com', 'orange.com'],
    ['hotmail.nl', 'outlook.be', 'live.be', 'live.com.au', 'yahoo.pl', 'yahoo.co.jp', 'orange.be'],
    ['mail.de', 'mail.ee', 'web.at', 'online.de', 'posteo.eu', 'vodafone.it', 'chello.nl'],
    ['xn--mnchen-3ya.de', 'a.bc'],
  ].flat(),
)('%s is as good as any', (domain) => {
  expect(at(domain)).toEqual({ didYouMean: undefined, disposable: false })
})

test('a company one letter from a provider is asked and not refused', () => {
  expect(at('yahoa.com')).toEqual({ didYouMean: 'reader@yahoo.com', disposable: false })
})

test('no provider is taken for a typing error or a throw-away address', () => {
  const advised = [...PROVIDERS].filter((domain) => {
    const { didYouMean, disposable } = at(domain)
    return didYouMean !== undefined || disposable
  })

  expect(advised).toEqual([])
})

test.each(['mailinator.com', 'guerrillamail.com', '10minutemail.com', 'yopmail.com'])(
  '%s is known for throw-away addresses',
  (domain) => {
    expect(at(domain).disposable).toBe(true)
  },
)

test('the name is taken over as it was typed', () => {
  const meant = meantBy(normaliseAddress("O'Brien+news@gmial.com"))

  expect(meant).toBe("O'Brien+news@gmail.com")
})
