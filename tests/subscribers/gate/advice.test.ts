import { expect, test } from 'vitest'
import { normaliseAddress } from '#subscribers/address.ts'
import { adviseOn } from '#subscribers/gate/advice.ts'
import { PROVIDERS } from '#subscribers/gate/providers.ts'

const at = (domain: string) => adviseOn(normaliseAddress(`reader@${domain}`))

test.each([
  ['gmial.com', 'gmail.com'],
  ['gmai.com', 'gmail.com'],
  ['gnail.com', 'gmail.com'],
  ['gmail.con', 'gmail.com'],
  ['gmail.co', 'gmail.com'],
  ['googlmail.com', 'googlemail.com'],
  ['hotmial.com', 'hotmail.com'],
  ['yaho.com', 'yahoo.com'],
  ['yahoo.co.ul', 'yahoo.co.uk'],
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
  const { didYouMean } = adviseOn(normaliseAddress("O'Brien+news@gmial.com"))

  expect(didYouMean?.toLowerCase()).toBe("o'brien+news@gmail.com")
})
