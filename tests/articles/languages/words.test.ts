import { describe, expect, test } from 'vitest'
import { cleanLine, endsLikeSentence, wordsIn } from '#articles/reading/clean-text.ts'

describe('words', () => {
  test.each([
    ['The mayor’s 3rd bridge', ['The', 'mayor', 's', '3rd', 'bridge']],
    ['Straße über die Brücke', ['Straße', 'über', 'die', 'Brücke']],
    ['पुल बंद है', ['पुल', 'बंद', 'है']],
    ['港の橋を閉鎖', ['港', 'の', '橋', 'を', '閉鎖']],
    ['ตำรวจปิดสะพาน', ['ตำรวจ', 'ปิด', 'สะพาน']],
  ])('of %s', (text, words) => {
    expect(wordsIn(text)).toEqual(words)
  })
})

describe('direction marks', () => {
  test('hold their place between a number and right-to-left text', () => {
    const line = 'הגשר \u200F(1932)\u200F נסגר!\u200F'

    expect(cleanLine(line, 100)).toBe(line)
  })

  test.each([
    ['between two letters', 'הג\u200Fשר נסגר', 'הגשר נסגר'],
    ['one after another', 'הגשר\u200F\u200E\u200F (1932)', 'הגשר\u200F (1932)'],
    ['in left-to-right text', 'The bri\u200Fdge\u200E is closed', 'The bridge is closed'],
    ['as overrides and isolates', '\u202Eהגשר\u202C \u2067נסגר\u2069', 'הגשר נסגר'],
  ])('are gone %s', (_, raw, clean) => {
    expect(cleanLine(raw, 100)).toBe(clean)
  })
})

test.each([
  'هل فتح الجسر؟',
  'وہ گیا۔',
  '橋は閉鎖された。',
  '「はい。」',
  'पुल बंद है।',
  'נסגר!\u200F',
])('prose ends with the mark of its own script: %s', (text) => {
  expect(endsLikeSentence(text)).toBe(true)
})
