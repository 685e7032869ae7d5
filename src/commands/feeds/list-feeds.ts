import { listFailedItems } from '#articles/sources/items/item-store.ts'
import { getSource, stateInWords } from '#articles/sources/source.ts'
import { listSources, type SourceLine } from '#articles/sources/source-store.ts'
import { type Call, tableOf } from '#commands/command.ts'

const MOST = 500
const MOST_ERRORS = 20

export async function listFeeds({ out, enter }: Call, { json }: { json: boolean }): Promise<void> {
  await using house = await enter('read')
  const { db, clock } = house.app.context
  const now = clock.now()
  const rows = await listSources(db, { now, limit: MOST })
  if (json) return out.line(JSON.stringify(rows))
  if (rows.length === 0)
    return out.line('there are no feeds yet: "daybreak feeds add URL" adds the first')
  for (const line of tableOf(rows.map((row) => lineOf(row, now)))) out.line(line)
  for (const { name, held } of rows.filter((row) => row.held > 0))
    out.line(
      `${name}: ${held} new at once are held; "daybreak feeds batch '${name}' release" reads them, drop leaves them out`,
    )
  if (rows.length === MOST) out.line(`these are the first ${MOST}`)
}

function lineOf(row: SourceLine, now: Date) {
  return {
    feed: row.name,
    state: stateInWords(row.state),
    'last success': row.succeededAt === null ? 'never' : agoOf(row.succeededAt, now),
    'a day': row.usualADay,
    waiting: row.waiting,
    'next poll': row.pollAt === null ? '' : inOf(row.pollAt, now),
    trouble: row.error?.slice(0, 100) ?? (row.failed > 0 ? `${row.failed} items failed` : ''),
  }
}

export async function showFeed(
  { out, enter }: Call,
  { name, json }: { name: string; json: boolean },
): Promise<void> {
  await using house = await enter('read')
  const { db, clock } = house.app.context
  const source = await getSource(db, name)
  const errors = await listFailedItems(db, { sourceId: source.id, limit: MOST_ERRORS })
  if (json) return out.line(JSON.stringify({ ...source, errors }))
  const now = clock.now()
  const facts = {
    feed: source.name,
    number: source.id,
    address: source.url,
    site: source.siteUrl,
    state: stateInWords(source.state),
    trouble: source.error,
    'last success': source.succeededAt === null ? 'never' : agoOf(source.succeededAt, now),
    'next poll': source.pollAt === null ? null : inOf(source.pollAt, now),
    'told by its hub': source.websub === 'active' ? 'yes' : null,
    'articles from': source.bodyFrom === 'page' ? 'their pages' : 'the feed itself',
    rank: source.rank,
    'its breaking news': ALERTS[source.alerts],
  }
  for (const [what, fact] of Object.entries(facts))
    if (fact !== null) out.line(`${what.padEnd(18)} ${fact}`)
  for (const { key, error, attempts } of errors)
    out.line(`not read after ${attempts} tries: ${key.slice(0, 200)}: ${error}`)
}

const ALERTS = {
  off: null,
  draft: 'drafts an alert',
  release: 'leaves as an alert, without a person',
}

export function agoOf(at: Date, now: Date): string {
  return `${durationOf(now.getTime() - at.getTime())} ago`
}

export function inOf(at: Date, now: Date): string {
  return at <= now ? 'now' : `in ${durationOf(at.getTime() - now.getTime())}`
}

function durationOf(ms: number): string {
  const minutes = Math.max(Math.round(ms / 60_000), 1)
  if (minutes < 90) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`
}
