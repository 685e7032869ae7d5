import { type RawBuilder, sql } from 'kysely'
import type { Context } from '#context.ts'
import { fingerprintKey } from '#secrets.ts'
import { findFilter } from '../segments/segment.ts'
import { mailable, matchSegment } from '../segments/segment-sql.ts'
import { countsOnly, namesState } from '../segments/filter.ts'
import { listConsent, listReaders, listSuppressions } from './export-store.ts'
import { type Cell, csvLine } from './write-csv.ts'
import { Refusal } from '#errors.ts'

export const exportables = ['readers', 'suppressions', 'consent'] as const
export type Exportable = (typeof exportables)[number]

export type ExportWish = {
  what: Exportable
  /** Of readers their state, of suppressions their reason. */
  state: string | null
  segment: string | null
  format: 'csv' | 'json'
}

type Needs = Pick<Context, 'db' | 'clock' | 'secrets'>
type Row = Record<string, Cell | Record<string, unknown>>

const PAGE = 5000

/** The export, line by line and in flat memory. CSV begins with its header; JSON is an object a line. */
export async function* exportLines(context: Needs, wish: ExportWish): AsyncGenerator<string> {
  if (wish.format === 'csv') yield csvLine(HEADERS[wish.what])
  for await (const rows of pagesOf(context, wish))
    for (const row of rows)
      yield wish.format === 'csv'
        ? csvLine(HEADERS[wish.what].map((name) => cellOf(row[name])))
        : `${JSON.stringify(row)}\n`
}

const HEADERS: Record<Exportable, string[]> = {
  readers: [
    'reader',
    'email',
    'state',
    'time_zone',
    'language',
    'hour',
    'signed_up',
    'confirmed',
    'left',
    'snoozed_until',
    'newsletters',
    'topics',
    'attributes',
    'do_not_mail',
  ],
  suppressions: ['address_hash', 'reason', 'since', 'key'],
  consent: [
    'event',
    'at',
    'reader',
    'kind',
    'newsletter',
    'topic',
    'cadence',
    'form',
    'form_version',
    'edition',
    'operator',
    'api_token',
    'import',
    'import_source',
    'stated_at',
  ],
}

function cellOf(value: Row[string] | undefined): Cell {
  if (value === undefined || value === null || value instanceof Date || typeof value !== 'object')
    return value ?? null
  return Object.keys(value).length === 0 ? '' : JSON.stringify(value)
}

async function* pagesOf(context: Needs, wish: ExportWish): AsyncGenerator<Row[]> {
  switch (wish.what) {
    case 'readers':
      return yield* readerPages(context, wish)
    case 'suppressions':
      return yield* suppressionPages(context, wish)
    case 'consent':
      return yield* consentPages(context, wish)
  }
}

async function* readerPages(context: Needs, wish: ExportWish): AsyncGenerator<Row[]> {
  const where = (await audienceOf(context, wish)) ?? sql<boolean>`true`
  for (let after = 0; ;) {
    const rows = await listReaders(context.db, { after, limit: PAGE, where })
    yield rows
    if (rows.length < PAGE) return
    after = rows.at(-1)?.reader ?? after
  }
}

async function* suppressionPages(
  { db, secrets }: Needs,
  { state }: ExportWish,
): AsyncGenerator<Row[]> {
  const key = fingerprintKey(secrets.suppressionKey)
  for (let after = Buffer.alloc(0); ;) {
    const rows = await listSuppressions(db, { after, limit: PAGE, reason: state })
    yield rows.map(({ address_hash, reason, since }) => ({
      address_hash: address_hash.toString('hex'),
      reason,
      since,
      key,
    }))
    if (rows.length < PAGE) return
    after = Buffer.from(rows.at(-1)?.address_hash ?? after)
  }
}

async function* consentPages(context: Needs, wish: ExportWish): AsyncGenerator<Row[]> {
  const where = (await audienceOf(context, wish)) ?? null
  for (let after = 0; ;) {
    const rows = await listConsent(context.db, { after, limit: PAGE, where })
    yield rows
    if (rows.length < PAGE) return
    after = rows.at(-1)?.event ?? after
  }
}

const STATES = ['pending', 'active', 'left', 'bounced', 'complained', 'erased']

/** Whether `s`, a row of `subscriber`, is wanted; undefined: everybody. */
async function audienceOf(
  context: Needs,
  { state, segment }: ExportWish,
): Promise<RawBuilder<boolean> | undefined> {
  if (state !== null && !STATES.includes(state))
    throw new Refusal(
      `there is no state "${state.slice(0, 40)}": use one of ${STATES.join(', ')}`,
      {
        field: 'state',
      },
    )
  const parts: RawBuilder<boolean>[] = []
  if (state !== null) parts.push(sql<boolean>`s.state = ${state}`)
  if (segment !== null) {
    const filter = await findFilter(context, segment)
    if (countsOnly(filter))
      throw new Refusal(
        'a segment that asks about clicks names nobody: each mail says that clicks count how many readers, not who',
        { field: 'segment' },
      )
    parts.push(matchSegment(filter, { now: context.clock.now(), secrets: context.secrets }))
    if (state === null && !namesState(filter)) parts.push(mailable)
  }
  return parts.length === 0 ? undefined : sql<boolean>`(${sql.join(parts, sql` and `)})`
}
