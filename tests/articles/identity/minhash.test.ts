import { expect, test } from 'vitest'
import { bandsOf, minhashOf, similarity } from '#articles/identity/minhash.ts'

/** Words that no sentence has, in an order that only the seed tells. */
function words(count: number, seed: number): string[] {
  let state = seed
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return `w${state % 5000}`
  })
}

function hashOf(list: string[]): Uint8Array {
  const hash = minhashOf({ paragraphs: [list.join(' ')] })
  if (hash === null) throw new Error('too short')
  return hash
}

/** The true share of 5-word shingles that two lists have in common. */
function jaccard(a: string[], b: string[]): number {
  const [one, other] = [shinglesOf(a), shinglesOf(b)]
  const both = [...one].filter((shingle) => other.has(shingle)).length
  return both / (one.size + other.size - both)
}

test('a text is as like another as the shingles that they share, within the error of 64 minima', () => {
  const errors = Array.from({ length: 60 }, (_, index) => {
    const text = words(300, index + 1)
    const cut = 30 + index * 4
    const other = [...text.slice(0, 300 - cut), ...words(cut, index + 1000)]
    return Math.abs(similarity(hashOf(text), hashOf(other)) - jaccard(text, other))
  })

  expect(Math.max(...errors)).toBeLessThan(0.2)
  expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.07)
})

test('the same words in other paragraphs, case and punctuation are the same text', () => {
  const list = words(60, 3)
  const one = minhashOf({ paragraphs: [list.join(' ')] })
  const other = minhashOf({
    paragraphs: [`${list.slice(0, 20).join(', ').toUpperCase()}.`, list.slice(20).join(' – ')],
  })

  expect(other).toEqual(one)
  expect(one).toHaveLength(256)
})

test('stored hashes stay what they are', () => {
  const hash = hashOf(words(40, 1))

  expect(Buffer.from(hash.slice(0, 8)).toString('hex')).toMatchInlineSnapshot(`"022d5bff0308ee25"`)
})

test('nearly every text of which 40 % was copied shares a band with its source, and hardly any other does', () => {
  const copies = Array.from({ length: 40 }, (_, index) => {
    const text = words(300, index + 1)
    return shareBand(text, [...text.slice(0, 172), ...words(128, index + 500)])
  })
  const strangers = Array.from({ length: 40 }, (_, index) =>
    shareBand(words(300, index + 1), words(300, index + 700)),
  )

  expect(copies.filter(Boolean).length).toBeGreaterThanOrEqual(38)
  expect(strangers.filter(Boolean)).toHaveLength(0)
})

test.each([
  ['a few words', ['Too short to be told apart by its words.']],
  ['a table of nothing', ['', ' ']],
])('%s have no hash', (_, paragraphs) => {
  expect(minhashOf({ paragraphs })).toBeNull()
})

test('a text without blanks between its words is compared by its characters', () => {
  const text =
    '港口当局周六表示一艘渡轮在浓雾中与一艘挖泥船相撞十四名乘客受伤东航道关闭直到潜水员检查海底'
  const [one, other] = [text, `${text}完毕`].map((paragraph) =>
    minhashOf({ paragraphs: [paragraph] }),
  )

  expect(one && other && similarity(one, other)).toBeGreaterThan(0.8)
})

function shinglesOf(list: string[]): Set<string> {
  return new Set(list.slice(4).map((_, index) => list.slice(index, index + 5).join(' ')))
}

function shareBand(a: string[], b: string[]): boolean {
  const mine = new Set(bandsOf(hashOf(a)).map((hash, band) => `${band} ${hash}`))
  return bandsOf(hashOf(b)).some((hash, band) => mine.has(`${band} ${hash}`))
}
