import { expect, test } from 'vitest'
import { agentOf, agentRules } from '#clicks/scanner-rules.ts'

test.each(agentRules)(
  'the example of a rule falls under it: $words',
  ({ agent, words, example }) => {
    expect(words.test(example)).toBe(true)
    expect(agentOf({ name: example, purpose: '' })).toBe(agent)
  },
)

test.each([
  ['curl/8.5.0', 'program'],
  ['Go-http-client/1.1', 'program'],
  ['facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)', 'preview'],
  ['WhatsApp/2.23.20.0', 'preview'],
  [
    'Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/534+ (KHTML, like Gecko) BingPreview/1.0b',
    'preview',
  ],
  ['   ', 'nameless'],
])('%s is no browser', (name, agent) => {
  expect(agentOf({ name, purpose: '' })).toBe(agent)
})

test.each([
  'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/487.0]',
  'Mozilla/5.0 (Linux; Android 10; CUBOT KINGKONG) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36',
  'Opera/9.80 (J2ME/MIDP; Opera Mini/9.80; U; en) Presto/2.5.25 Version/10.54',
])('%s is a browser', (name) => {
  expect(agentOf({ name, purpose: '' })).toBe('browser')
})

test.each(['prefetch', 'prefetch;prerender', 'preview'])(
  'a browser that asks ahead (%s) is no reader yet',
  (purpose) => {
    const name = 'Mozilla/5.0 (X11; Linux x86_64) Chrome/131.0.0.0 Safari/537.36'

    expect(agentOf({ name, purpose })).toBe('prefetch')
  },
)
