import { expect, test } from 'vitest'
import {
  type Block,
  encodeBlock,
  fillTexts,
  joinBlocks,
  type Piece,
  sizeOf,
  type Values,
  writeBlocks,
} from '#mail/mime/block.ts'
import { madeUpText, pick, randomFrom } from './made-up-text.ts'

const values = { leave: 'A'.repeat(47), choose: `-_${'b'.repeat(45)}` }

function write(blocks: readonly Block[], given: Values = values): string {
  const target = Buffer.alloc(sizeOf(blocks) + 10, '#')
  const end = writeBlocks(blocks, { target, start: 5 }, given)
  return target.toString('latin1', 5, end)
}

const decode = (encoded: string) =>
  Buffer.from(
    encoded
      .replaceAll('=\r\n', '')
      .replace(/=([0-9A-F]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16))),
    'latin1',
  ).toString()

test('a token stands on a line of its own', () => {
  const block = encodeBlock(['<a href="https://x/u/', { token: 'leave' }, '">leave</a>\n'])

  expect(write([block])).toBe(`<a href=3D"https://x/u/=\r\n${values.leave}=\r\n">leave</a>\r\n`)
})

test('joined blocks are the bytes of the blocks one after the other, and read as the joined text', () => {
  const random = randomFrom(1)
  const pieces = Array.from({ length: 200 }, (): Piece[] => [
    madeUpText(random, { longest: 8 }),
    { token: pick(random, ['leave', 'choose']) },
    madeUpText(random, { longest: 8 }),
  ])
  const blocks = pieces.map(encodeBlock)
  const text = pieces
    .flat()
    .map((piece) => (typeof piece === 'string' ? piece : 'token' in piece ? piece.token : ''))
    .join('')

  const joined = write([joinBlocks(blocks)])

  expect(joined).toBe(write(blocks))
  expect(decode(joined)).toBe(
    text
      .toWellFormed()
      .replace(/\r\n?|\n/g, '\r\n')
      .replace(/leave|choose/g, (name) => (name === 'leave' ? values.leave : values.choose)),
  )
})

test('a mail without one of its tokens is not written', () => {
  const block = encodeBlock([{ token: 'leave' }])

  expect(() => write([block], {})).toThrow('no token “leave”')
  expect(() => write([block], { leave: 'short' })).toThrow('no token “leave”')
})

test('a text that is known with the mail is encoded as it is filled in, and the tokens after it move', () => {
  const greeting = { text: ({ name }: Values) => `Good morning, ${name}.` }
  const block = encodeBlock(['Hello!\n', greeting, '\n', { token: 'leave' }, '\n', greeting])
  const name = `Åsa\r\n.\r\nBcc: x\0 ${'y'.repeat(10_000)}`

  const written = write([fillTexts(block, { name })])

  const lines = `Good morning, Åsa\r\n.\r\nBcc: x ${'y'.repeat(10_000)}.`
  expect(decode(written)).toBe(`Hello!\r\n${lines}\r\n${values.leave}\r\n${lines}`)
  expect(written).toMatch(/^(?:[\t\x20-\x7e]{0,76}\r\n)*$/)
  expect(written).not.toMatch(/^\./m)
})
