import { describe, expect, test } from 'vitest'
import { splitSentences } from '#articles/languages/split-sentences.ts'

/** Each text with a bar where a sentence ends. */
const ENGLISH = [
  'The port closed at noon. | It opened again at four.',
  'Troops crossed the U.S. border on Monday. | Nobody was hurt.',
  'She moved to the U.S. in 1998. | He stayed.',
  'They live in the U.S. | The house is small.',
  'The U.S. Army sent two ships. | Both are old.',
  'Sen. J. Smith voted against it. | Rep. Ana Ruiz did not.',
  'Dr. Lund met Prof. Hale in Port Ansel. | They agreed.',
  'The ferry sails at 9 a.m. on weekdays. | It is often late.',
  'The ferry sails at 9 a.m. Saturday and Sunday.',
  'The meeting began at 7 p.m. | It ended after midnight.',
  'The tide rose 3.5 metres. | That is 0.4 more than last year.',
  'Prices rose 2.1 per cent. | Wages did not.',
  'He paused … and went on. | Nobody spoke.',
  'He paused ... then went on. | Nobody spoke.',
  '"We are tired." | She sat down.',
  '"Are you sure?" she asked. | He was.',
  '"Are you sure?" Lund asked. | He was.',
  '“Close the gate!” shouted the guard. | The crowd stopped.',
  '“It was dark.” | The lamp had failed.',
  'The firm, Hale & Sons Inc., was sold. | Its name stays.',
  'She works for Hale Inc. | The firm is old.',
  'It was the No. 7 bus. | It burned out.',
  'The answer was no. | He asked again.',
  'The storm hit St. Ansel on Nov. 21 at dawn. | Trees fell.',
  'Mr. and Mrs. Rowe left. | Their dog did not.',
  'The rule (see Fig. 3 on page 9) is new. | It is strict.',
  'It was late (about 11 p.m. Or later, some said). | They left.',
  'Albert J. Rowe wrote it. | He was a miner.',
  'They chose Plan B. | The first had failed.',
  'Who paid? | Nobody knows! | The bill is lost.',
  'Visit example.org for the map. | It is free.',
  'The score was 3-1. | Ansel are second.',
  'Smith v. Hale was heard in May. | It was short.',
  'They sell apples, pears, etc. | The shop is small.',
]

const GERMAN = [
  'Am 3. Dezember schließt die Brücke. | Die Stadt teilte das mit.',
  'Das kostet rund 14 Mio. Euro. | Der Rat entscheidet im April.',
  'Dr. Brandt kam z.B. nicht. | Sie war krank.',
  '„Wir gehen kein Risiko ein“, sagte sie. | Er schwieg.',
]

describe('sentences end where the bar stands', () => {
  test.each(ENGLISH)('%s', (marked) => {
    const { text, sentences } = unmark(marked)

    const split = splitSentences(text, 'en')

    expect(split.map((sentence) => sentence.text)).toEqual(sentences)
  })

  test.each(GERMAN)('%s', (marked) => {
    const { text, sentences } = unmark(marked)

    const split = splitSentences(text, 'de')

    expect(split.map((sentence) => sentence.text)).toEqual(sentences)
  })
})

test('a sentence is exactly the slice of the text that its place names', () => {
  const text = '  First, it rained.  Then — “at last” — it stopped.\nThe end came.  '

  const split = splitSentences(text, 'en')

  expect(split).toHaveLength(3)
  for (const sentence of split) expect(text.slice(sentence.start, sentence.end)).toBe(sentence.text)
})

test('two sentences that lost the space between them are two', () => {
  const split = splitSentences('The mayor spoke on Monday.The council met on Tuesday.', 'en')

  expect(split.map(({ text }) => text)).toEqual([
    'The mayor spoke on Monday.',
    'The council met on Tuesday.',
  ])
})

test('nothing has no sentences', () => {
  expect(splitSentences('  \n ', 'en')).toEqual([])
})

function unmark(marked: string) {
  const sentences = marked.split(' | ')
  return { text: sentences.join(' '), sentences }
}
