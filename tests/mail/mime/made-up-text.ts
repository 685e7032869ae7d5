// Seeded, so that a failure comes again.

/** Numbers from 0 to below 1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function pick<Item>(random: () => number, items: readonly [Item, ...Item[]]): Item {
  return items[Math.floor(random() * items.length)] ?? items[0]
}

const words = [
  'ferry',
  'Fähre',
  '日本語の見出し',
  'مرفأ',
  '👩‍👩‍👧‍👦',
  '🚢🚢🚢',
  '“wieder”',
  'x'.repeat(90),
  'ä'.repeat(60),
  '=20',
  '=',
  '.',
  '..hidden',
  'From',
  '"quoted"',
  'a,b;c:d',
  '<b>&amp;</b>',
  'back\\slash',
  '\ud83d',
  '\udea2',
  'https://news.example.org/2026/11/22/a-very-long-address-that-does-not-end?and=goes&on=for-ever',
] as const

const gaps = [' ', ' ', ' ', '  ', '\t'] as const
const breaks = [
  '\n',
  '\r\n',
  '\n\n',
  ' \n',
  '\t\r\n',
  '\n.',
  '\nFrom ',
  '\n..\n',
  '\n--=_x\n',
] as const

/** One line of words, as a subject or a name has it. */
export function madeUpLine(random: () => number, { longest = 12 } = {}): string {
  const count = 1 + Math.floor(random() * longest)
  return Array.from({ length: count }, () => pick(random, words)).join(' ')
}

/** Lines with everything that is hard to encode. */
export function madeUpText(random: () => number, { longest = 60 } = {}): string {
  const count = Math.floor(random() * longest)
  const text = Array.from({ length: count }, () => {
    const gap = random() < 0.25 ? pick(random, breaks) : pick(random, gaps)
    return pick(random, words) + gap
  }).join('')
  return random() < 0.3 ? text + pick(random, [' ', '\t', '.', '\n', '\r\n', ' \n']) : text
}
