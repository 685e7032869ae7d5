import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { readAbout, seal, unseal } from '#backup/sealed-file.ts'

const CHUNK = 256 * 1024
const about = { schema: 9, program: '0.1.0', madeAt: '2026-11-24T03:30:00.000Z' }
const name = 'records.daybreak'

test.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 17])(
  '%i bytes come out as they went in, in whatever pieces',
  async (length) => {
    const plain = randomBytes(length)

    const sealed = await buffer(seal('a long passphrase', about)(piecesOf(plain, 100_003)))
    const opened = await buffer(unseal('a long passphrase', { name })(piecesOf(sealed, 7919)))

    expect(opened.equals(plain)).toBe(true)
  },
)

test('everybody reads when it was made and by which version, and nothing else', async () => {
  const sealed = await sealedOf(Buffer.from('mara@example.org'))

  expect(await readAbout(piecesOf(sealed, 10), name)).toEqual(about)
  expect(sealed.includes('mara@')).toBe(false)
})

test('the same bytes are sealed in another way each time', async () => {
  const plain = Buffer.from('mara@example.org')

  const [one, other] = [await sealedOf(plain), await sealedOf(plain)]

  expect(one.subarray(-30).equals(other.subarray(-30))).toBe(false)
})

test('another passphrase is told apart from a file that is damaged', async () => {
  const sealed = await sealedOf(Buffer.from('records'))

  await expect(open(sealed, 'another passphrase')).rejects.toThrow(
    /^the passphrase is not the one that records\.daybreak was made with: set DAYBREAK_BACKUP_PASSPHRASE/,
  )
})

test('cut off anywhere, between two pieces too, it is refused', async () => {
  const sealed = await sealedOf(randomBytes(2 * CHUNK + 5))
  const firstLine = sealed.indexOf(0x0a) + 1
  const piece = 4 + CHUNK + 16
  const places = [
    0,
    10,
    firstLine,
    firstLine + 2,
    firstLine + piece,
    firstLine + 2 * piece,
    sealed.length - 1,
  ]

  for (const place of places) {
    await expect(open(sealed.subarray(0, place)), `at ${place}`).rejects.toThrow(
      place < firstLine
        ? 'is not a backup of Daybreak'
        : /is cut off (at its beginning|behind 0\.\d MB)/,
    )
  }
})

test('one bit that is another is refused, wherever it is', async () => {
  const sealed = await sealedOf(randomBytes(CHUNK + 5))
  const firstLine = sealed.indexOf(0x0a) + 1
  const places = Array.from({ length: 40 }, (_, index) =>
    Math.floor((index * (sealed.length - 1)) / 39),
  )

  for (const place of [...places, firstLine, firstLine + 3]) {
    const altered = Buffer.from(sealed)
    altered.writeUInt8(altered.readUInt8(place) ^ 1, place)
    await expect(open(altered), `at ${place}`).rejects.toMatchObject({ name: 'Refusal' })
  }
})

test('pieces in another order, of another file, or behind the end are refused', async () => {
  const sealed = await sealedOf(randomBytes(3 * CHUNK))
  const first = sealed.indexOf(0x0a) + 1
  const piece = 4 + CHUNK + 16
  const [head, one, two, rest] = [
    sealed.subarray(0, first),
    sealed.subarray(first, first + piece),
    sealed.subarray(first + piece, first + 2 * piece),
    sealed.subarray(first + 2 * piece),
  ]

  await expect(open(Buffer.concat([head, two, one, rest]))).rejects.toThrow(
    'was altered or damaged at its beginning',
  )
  await expect(open(Buffer.concat([head, one, rest]))).rejects.toThrow('was altered or damaged')
  await expect(open(Buffer.concat([sealed, one]))).rejects.toThrow('something follows its end')
})

async function sealedOf(plain: Buffer): Promise<Buffer> {
  return buffer(seal('a long passphrase', about)(piecesOf(plain, 65_536)))
}

async function open(sealed: Buffer, passphrase = 'a long passphrase'): Promise<Buffer> {
  return buffer(unseal(passphrase, { name })(piecesOf(sealed, 50_000)))
}

function piecesOf(bytes: Buffer, size: number): AsyncIterable<Buffer> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  )
  return Readable.from(pieces)
}
