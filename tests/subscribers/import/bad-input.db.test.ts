import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { ErrorFile } from '#subscribers/import/error-file.ts'
import { openHouse } from '../../house.ts'
import { importLists, lookAt, readReaders, writeLists } from './list-fixture.ts'
import { zipOf } from './zip-fixture.ts'

const HEAD = 'email,name,city\n'

test.each([
  ['UTF-8 with a mark', Buffer.from(`\uFEFF${HEAD}ada@example.org,Zoë,Łódź\n`), 'utf-8', 'Zoë'],
  ['Latin-1', Buffer.from(`${HEAD}ada@example.org,Zoë,Hull\n`, 'latin1'), 'windows-1252', 'Zoë'],
  [
    'Windows-1252',
    Buffer.concat([
      Buffer.from(`${HEAD}ada@example.org,`),
      Buffer.from([0x80]),
      Buffer.from(',Hull\n'),
    ]),
    'windows-1252',
    '€',
  ],
  [
    'UTF-16 with a mark',
    Buffer.from(`\uFEFF${HEAD}ada@example.org,Zoë,Hull\n`, 'utf16le'),
    'utf-16le',
    'Zoë',
  ],
  [
    'UTF-16 without',
    Buffer.from(`${HEAD}ada@example.org,Zoë,Hull\n`, 'utf16le'),
    'utf-16le',
    'Zoë',
  ],
  [
    'UTF-16 big-endian',
    Buffer.from(`\uFEFF${HEAD}ada@example.org,Zoë,Hull\n`, 'utf16le').swap16(),
    'utf-16be',
    'Zoë',
  ],
])('a list in %s is read as what it is', async (...[, bytes, encoding, name]) => {
  await using house = await openHouse()

  const imported = await importLists(house, { 'list.csv': bytes })

  expect(imported).toMatchObject({ preview: { files: [{ encoding }] } })
  expect(await readReaders(house)).toMatchObject([
    { email: 'ada@example.org', attributes: { name } },
  ])
})

test.each([[';'], ['\t'], ['|']])('cells parted by %j are found', async (delimiter) => {
  await using house = await openHouse()
  const list = `${HEAD}ada@example.org,"Ada, L.",Hull\n`.replaceAll(/,(?! )/g, delimiter)

  await importLists(house, { 'list.csv': list })

  expect(await readReaders(house)).toMatchObject([
    { attributes: { name: 'Ada, L.', city: 'Hull' } },
  ])
})

test('a broken quote costs its own line and no other', async () => {
  await using house = await openHouse()
  const list = [
    'email,name,city',
    'a1@example.org,"Ada,Hull',
    'a2@example.org,Bo,Hull',
    'a3@example.org,"Cy" Junior,Hull',
    'a4@example.org,"Di, ""the"" one",Hull',
    'a5@example.org,5" pipe,Hull',
    'a6@example.org,"two',
    'lines",Hull',
    'a7@example.org,"Ed,Hull',
  ].join('\n')

  const imported = await importLists(house, { 'list.csv': list })

  expect((await readReaders(house)).map(({ email }) => email.slice(0, 2))).toEqual([
    'a2',
    'a4',
    'a5',
    'a6',
  ])
  expect(imported).toMatchObject({
    preview: {
      refused: [
        { reason: expect.stringMatching(/quote/) as string, count: 2 },
        { reason: expect.stringMatching(/quote/) as string, count: 1 },
      ],
    },
  })
})

test('every refused line is in the error file with its number and reason, and no formula', async () => {
  await using house = await openHouse()
  await using folder = await writeLists({ 'x.csv': '' })
  const path = join(folder.paths[0] ?? '', '..', 'errors.csv')
  const list = `${HEAD}no address,Ada,Hull\n\nada@example.org,Ada,Hull\n=cmd|' /C calc'!A0,Bo,Hull\na@example.org,b,c,d\n`

  await using errors = await ErrorFile.create(path)
  await importLists(house, { 'list.csv': list }, { errors })

  await errors.flush()
  const rows: string[][] = parse(await readFile(path))
  expect(rows[0]).toEqual(['file', 'line', 'column', 'reason', 'text'])
  expect(rows.slice(1).map(([, line, column]) => [line, column])).toEqual([
    ['2', 'email'],
    ['5', 'email'],
    ['6', ''],
  ])
  expect(rows[2]?.[4]).toMatch(/^'=cmd/)
  expect(rows[1]?.[3]).toContain('space')
})

test('of a table of 700 columns the first 500 are read', async () => {
  await using house = await openHouse()
  const names = Array.from({ length: 700 }, (_, at) => `c${at}`)

  const imported = await importLists(house, {
    'wide.csv': `email,${names.join(',')}\nada@example.org,${names.join(',')}\n`,
  })

  const [reader] = await readReaders(house)
  expect(imported).toMatchObject({ counts: { added: 1 } })
  expect(Object.keys(reader?.attributes ?? {})).toHaveLength(30)
})

test.each([
  ['capitals', 'ADA@Example.ORG'],
  ['spaces around', ' ada@example.org '],
])('one address in two spellings is one reader: %s', async (_name, other) => {
  await using house = await openHouse()

  const imported = await importLists(house, {
    'list.csv': `email,x\nada@example.org,1\n"${other}",2\n`,
  })

  expect(imported).toMatchObject({ preview: { twice: 1 }, counts: { added: 1 } })
  expect(await readReaders(house)).toMatchObject([{ attributes: { x: 1 } }])
})

test('a formula in a cell is text, and an address that was guarded against it is read', async () => {
  await using house = await openHouse()

  await importLists(house, { 'list.csv': `email,name\n'+ada@example.org,=cmd|'/C calc'!A0\n` })

  expect(await readReaders(house)).toMatchObject([
    { email: '+ada@example.org', attributes: { name: "=cmd|'/C calc'!A0" } },
  ])
})

test.each([
  ['a NUL', `${HEAD}b\0@example.org,Bo,Hull\nada@example.org,A,B\n`, /NUL/],
  [
    'a cell of 20,000 characters',
    `${HEAD}bo@example.org,${'x'.repeat(20_000)},Hull\nada@example.org,A,B\n`,
    /10000/,
  ],
  ['2 MB', `${HEAD}bo@example.org,${'x'.repeat(2_000_000)},Hull\nada@example.org,A,B\n`, /million/],
])('a line with %s is refused, and the next is read', async (_name, list, reason) => {
  await using house = await openHouse()

  const imported = await importLists(house, { 'list.csv': list })

  expect((await readReaders(house)).map(({ email }) => email)).toEqual(['ada@example.org'])
  expect(imported).toMatchObject({
    preview: { refused: [{ reason: expect.stringMatching(reason) as string, count: 1 }] },
  })
})

test('line ends of all systems may be mixed, and are counted as an editor counts them', async () => {
  await using house = await openHouse()

  const preview = await lookAt(house, {
    'list.csv': 'email,name\r\na1@example.org,A\ra2@example.org,B\n\r\na3@example.org,C',
  })

  expect(preview.sample.map(({ line }) => line)).toEqual([2, 3, 5])
})

test.each([
  ['an empty file', '', /empty/],
  ['only line ends', '\n\n\n', /empty/],
  ['binary junk', randomBytes(5000), /not a text file/],
  ['no address column', 'name,city\nAda,Hull\n', /--map address=COLUMN/],
  ['a zip of nothing', zipOf({ 'readme.md': 'hello' }), /no CSV file/],
  ['a zip that ends early', zipOf({ 'a.csv': HEAD }).subarray(0, 40), /damaged/],
  ['addresses that may be readers or not', 'ada@example.org\nbo@example.org\n', /--suppress/],
])('%s is refused in words, and nothing is changed', async (_name, content, words) => {
  await using house = await openHouse()

  await expect(importLists(house, { 'list.csv': content }, { newsletters: [] })).rejects.toThrow(
    words,
  )

  expect(await readReaders(house)).toEqual([])
})

test('only a header is a list of nobody', async () => {
  await using house = await openHouse()

  const imported = await importLists(house, { 'list.csv': 'email,name' })

  expect(imported).toMatchObject({ kind: 'done', preview: { rows: 0 }, counts: { added: 0 } })
})

test('a zip in a zip is passed over, and its tables are read', async () => {
  await using house = await openHouse()
  const inner = zipOf({ 'b.csv': `${HEAD}bo@example.org,,\n` })

  await importLists(house, {
    'lists.zip': zipOf({ 'a.csv': `${HEAD}ada@example.org,,\n`, 'inner.zip': inner }),
  })

  expect((await readReaders(house)).map(({ email }) => email)).toEqual(['ada@example.org'])
})

test('a zip that says it unpacks to more than 4 GB is refused', async () => {
  await using house = await openHouse()
  const files = { 'a.csv': HEAD, 'b.csv': HEAD }

  const imported = importLists(house, { 'bomb.zip': zipOf(files, { claimedBytes: 2.5 * 2 ** 30 }) })

  await expect(imported).rejects.toThrow('4 GB')
})

test('a file in a zip that is longer than it says is damaged', async () => {
  await using house = await openHouse()

  const imported = importLists(house, {
    'bomb.zip': zipOf({ 'a.csv': HEAD.repeat(1000) }, { claimedBytes: 10 }),
  })

  await expect(imported).rejects.toThrow('damaged')
})
