import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parseFeed as parseByElements } from '@rowanmanning/feed-parser'
import { decodeFeed } from '#articles/feeds/decode-feed.ts'
import type { Feed } from '#articles/feeds/feed.ts'
import { parseFeed } from '#articles/feeds/parse-feed.ts'
import { reasonOf } from '#errors.ts'
import { judgeExpectation } from './support/feed-expectations.ts'

// Which feeds of a test collection are read, and how often what is read is what the collection expects, against the
// library that reads most of them alone. Each file says in a comment at its head what it expects.

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    failures: { type: 'boolean', default: false },
  },
})
const GOAL = 0.99
const FOLDERS = ['wellformed', 'illformed', 'encoding', 'entities'] as const
type Folder = (typeof FOLDERS)[number]

if (values.data === '' || !existsSync(join(values.data, 'wellformed'))) {
  process.stdout.write(
    'No feeds to measure on: name a folder with wellformed/, illformed/, encoding/ and entities/, as in --data DIR.\n',
  )
} else {
  await measure(values.data)
}

type Count = { files: number; read: number; alone: number }

async function measure(data: string): Promise<void> {
  const counts: Partial<Record<Folder, Count>> = {}
  const expectations = { checked: 0, met: 0 }
  for (const folder of FOLDERS) {
    const count: Count = { files: 0, read: 0, alone: 0 }
    for (const file of await filesOf(join(data, folder)))
      await measureFile(file, { folder, count, expectations })
    counts[folder] = count
  }
  await report(counts, expectations)
}

async function measureFile(
  file: string,
  {
    folder,
    count,
    expectations,
  }: { folder: Folder; count: Count; expectations: { checked: number; met: number } },
): Promise<void> {
  const bytes = await readFile(file)
  const { expected, contentType } = headOf(bytes)
  if (folder === 'wellformed' && !isValid(expected)) return
  count.files++
  if (readsAlone(bytes, contentType)) count.alone++
  const feed = await read(bytes, { contentType, file })
  if (feed === undefined) return
  count.read++
  const verdict = judgeExpectation(expected, feed)
  if (verdict === undefined) return
  expectations.checked++
  if (verdict) expectations.met++
  else if (values.failures) process.stdout.write(`not as expected: ${file}: ${expected}\n`)
}

/** What the comment at the head of a file says. */
function headOf(bytes: Buffer): { expected: string; contentType: string | null } {
  const head = bytes.toString('latin1', 0, 2000)
  return {
    expected: /^Expect:\s*(.*)$/m.exec(head)?.[1]?.trim() ?? '',
    contentType: /^(?:Header:\s*)?Content-type:\s*(.*)$/im.exec(head)?.[1] ?? null,
  }
}

/** "bozo" is the collection's word for a feed that breaks its standard. */
function isValid(expected: string): boolean {
  return !/(^|\s)bozo\b/.test(expected) || /\bnot bozo\b/.test(expected)
}

async function read(
  bytes: Uint8Array,
  { contentType, file }: { contentType: string | null; file: string },
): Promise<Feed | undefined> {
  try {
    return await parseFeed(bytes, { contentType, url: 'http://127.0.0.1:8097/' })
  } catch (error) {
    if (values.failures) process.stdout.write(`not read: ${file}: ${reasonOf(error)}\n`)
    return undefined
  }
}

function readsAlone(bytes: Uint8Array, contentType: string | null): boolean {
  try {
    parseByElements(decodeFeed(bytes, contentType))
    return true
  } catch {
    return false
  }
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}

/** A feed of a hundred items with some text, as a news site gives it. */
function usualFeed(): Uint8Array {
  const items = Array.from({ length: 100 }, (_, at) => {
    const text = `<p>${'The harbour board met on the new pier and its cost. '.repeat(80)}</p>`
    return `<item><title>Harbour news ${at}</title><link>https://courier.example/${at}</link><guid>${at}</guid><pubDate>Sun, 22 Nov 2026 06:30:00 GMT</pubDate><category>Harbour</category><description><![CDATA[${text}]]></description></item>`
  })
  return new TextEncoder().encode(
    `<?xml version="1.0"?><rss version="2.0"><channel><title>Courier</title><link>https://courier.example/</link>${items.join('')}</channel></rss>`,
  )
}

async function timeUsual(): Promise<number> {
  const bytes = usualFeed()
  const times: number[] = []
  for (let turn = 0; turn < 15; turn++) {
    const began = performance.now()
    await parseFeed(bytes, { contentType: null, url: 'https://courier.example/feed' })
    times.push(performance.now() - began)
  }
  return times.toSorted((a, b) => a - b)[7] ?? 0
}

async function report(
  counts: Partial<Record<Folder, Count>>,
  expectations: { checked: number; met: number },
): Promise<void> {
  const share = ({ files = 0, read: got = 0 }: Partial<Count> = {}) => round(got / files)
  const wellFormed = counts.wellformed
  const figures = {
    feeds: Object.values(counts).reduce((sum, { files }) => sum + files, 0),
    wellFormedShare: share(wellFormed),
    illFormedShare: share(counts.illformed),
    encodingShare: share(counts.encoding),
    entitiesShare: share(counts.entities),
    expectationsChecked: expectations.checked,
    expectationsMetShare: round(expectations.met / expectations.checked),
    p50MsAFeedOf100: round(await timeUsual()),
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    node: process.version,
  }
  const alone = round((wellFormed?.alone ?? 0) / (wellFormed?.files ?? 1))
  const answer = {
    name: 'feeds',
    figures,
    reference: { name: '@rowanmanning/feed-parser alone', wellFormedShare: alone },
    ratio: round(figures.wellFormedShare / alone),
    goal: GOAL,
    met: figures.wellFormedShare >= GOAL,
  }
  process.stdout.write(
    values.json
      ? `${JSON.stringify(answer)}\n`
      : `${figures.feeds} feeds: ${figures.wellFormedShare} of the well-formed read (one library alone ${alone}), ${figures.expectationsMetShare} of ${expectations.checked} expectations met; ${figures.p50MsAFeedOf100} ms a feed of 100 items\n`,
  )
}

function round(figure: number): number {
  return Math.round(figure * 1000) / 1000
}
