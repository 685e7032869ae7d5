import { expect, test } from 'vitest'
import { readNoteText } from '#editions/notes/note-text.ts'

const LINK = 'https://courier.example/harbour'

test('paragraphs stand between empty lines, and their own lines are joined', () => {
  expect(readNoteText('Dear readers,\nwe moved.\r\n\r\n \nYours,  \nMara')).toEqual([
    { kind: 'text', text: 'Dear readers, we moved.' },
    { kind: 'text', text: 'Yours, Mara' },
  ])
})

test('a line that begins with "# " is a heading, also right above its paragraph', () => {
  expect(readNoteText('# What changed\nThe hour.\n\nAll else stays.')).toEqual([
    { kind: 'heading', text: 'What changed' },
    { kind: 'text', text: 'The hour.' },
    { kind: 'text', text: 'All else stays.' },
  ])
})

test('an address on a line of its own is a link; one line right above it is its words', () => {
  expect(readNoteText(`Read on.\n\n${LINK}\n\nHow the harbour was saved\n${LINK}`)).toEqual([
    { kind: 'text', text: 'Read on.' },
    { kind: 'link', url: LINK, words: LINK },
    { kind: 'link', url: LINK, words: 'How the harbour was saved' },
  ])
})

test('a paragraph of two lines above an address stays one, and the link says its address', () => {
  expect(readNoteText(`We wrote\nabout it:\n${LINK}\nand elsewhere.`)).toEqual([
    { kind: 'text', text: 'We wrote about it:' },
    { kind: 'link', url: LINK, words: LINK },
    { kind: 'text', text: 'and elsewhere.' },
  ])
})

test.each([
  '<b>bold</b> & <script>alert(1)</script>',
  '**bold** and [words](https://courier.example)',
  '{{ name }} {% raw %} %%slot:unsubscribeUrl%%',
  `See ${LINK} for more`,
  '#council is no heading',
])('%s is text', (text) => {
  expect(readNoteText(text)).toEqual([{ kind: 'text', text }])
})

test('what cannot be seen is left out', () => {
  expect(readNoteText('a\u0000b\u202ec\u2028\u2028d')).toEqual([
    { kind: 'text', text: 'abc' },
    { kind: 'text', text: 'd' },
  ])
})

test.each([
  ['', 'has no words'],
  [`# Only\n\n${LINK}`, 'has no words'],
  ['Words.\n\nhttp://courier.example/', 'line 3 is a link that does not begin with https://'],
  ['Words.\n\nhttps://mara:pass@courier.example/', 'line 3 is a link'],
  [`Words.\n\n# ${'x'.repeat(151)}`, 'line 3 is a heading of 151 characters'],
  ['Words.\n\n'.repeat(101), 'has 101 passages'],
])('%j is refused by its line', (text, message) => {
  expect(() => readNoteText(text)).toThrow(message)
})
