import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import { maskAddress } from '../address.ts'
import { conditionsOf, countsOnly, type Filter, namesState, parseFilter } from './filter.ts'
import { readFilter, writeFilter } from './filter-text.ts'
import {
  areClicksCounted,
  countReaders,
  dropSegment,
  findSegmentRow,
  findUnknownSlugs,
  listSegmentRows,
  putSegment,
  sampleReaders,
  type SegmentRow,
} from './segment-store.ts'

export type Segment = {
  name: string
  filter: Filter
  /** The filter as people type it. */
  text: string
  changedAt: Date
}

type Needs = Pick<Context, 'db' | 'clock' | 'secrets'>

export async function listSegments({ db }: Pick<Context, 'db'>): Promise<Segment[]> {
  return (await listSegmentRows(db)).map(segmentOf)
}

/** @throws Refusal when there is none of the name */
export async function getSegment({ db }: Pick<Context, 'db'>, name: string): Promise<Segment> {
  const row = await findSegmentRow(db, name)
  if (row === undefined) throw unknown(name)
  return segmentOf(row)
}

function segmentOf({ name, filter: saved, changedAt }: SegmentRow): Segment {
  const filter = parseFilter(saved)
  return { name, filter, text: writeFilter(filter), changedAt }
}

/** Saves a filter under a name, in place of the one that had it. `filter` is JSON from outside, or text. */
export async function saveSegment(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  input: { name: string; filter: unknown; operatorId: number | null },
): Promise<Segment & { added: boolean }> {
  const name = parseName(input.name)
  const filter = await readChecked({ db }, input.filter)
  const now = clock.now()
  const added = await putSegment(db, { name, filter, operatorId: input.operatorId, now })
  return { name, filter, text: writeFilter(filter), changedAt: now, added }
}

export async function deleteSegment({ db }: Pick<Context, 'db'>, name: string): Promise<void> {
  if (!(await dropSegment(db, name))) throw unknown(name)
}

/** A saved segment by its name, or a filter as it is. */
export async function findFilter({ db }: Pick<Context, 'db'>, text: string): Promise<Filter> {
  if (/^[a-z0-9-]+$/.test(text)) return (await getSegment({ db }, text)).filter
  return readChecked({ db }, text)
}

/** Text as people type it or JSON; of topics and newsletters that there are. @throws Refusal */
export async function readChecked({ db }: Pick<Context, 'db'>, input: unknown): Promise<Filter> {
  const filter = typeof input === 'string' ? readFilter(input) : parseFilter(input)
  const slugs = (kind: string) =>
    conditionsOf(filter).flatMap((each) =>
      'slug' in each && each.kind === kind ? [each.slug] : [],
    )
  const [missing] = await findUnknownSlugs(db, {
    topics: slugs('topic'),
    newsletters: slugs('newsletter'),
  })
  if (missing !== undefined)
    throw new Refusal(`there is no ${missing.kind} "${missing.slug}": check its short name`, {
      field: 'filter',
    })
  if (countsOnly(filter) && !(await areClicksCounted(db)))
    throw new Refusal(
      'no newsletter counts clicks, so nobody is known to have clicked: use acted:30 for readers who did something themselves, or switch clicks on with "daybreak clicks"',
      { field: 'filter' },
    )
  return filter
}

export type SegmentCount = {
  count: number
  /** Rounded down to tens, and nobody is named: the filter asks about clicks. */
  rounded: boolean
  /** Masked. */
  sample: { reader: number; address: string; timeZone: string; language: string }[]
}

const SAMPLE = 5

/**
 * How many readers, and some of them. Those whom mail may go to, unless `whole` or the filter names a state.
 */
export async function countSegment(
  { db, clock, secrets }: Needs,
  { filter, whole = false, sample = SAMPLE }: { filter: Filter; whole?: boolean; sample?: number },
): Promise<SegmentCount> {
  const audience = {
    filter,
    whole: whole || namesState(filter),
    now: clock.now(),
    secrets,
  }
  const exact = await countReaders(db, audience)
  const rounded = countsOnly(filter)
  if (rounded) return { count: exact - (exact % 10), rounded, sample: [] }
  const rows = sample === 0 ? [] : await sampleReaders(db, { ...audience, limit: sample })
  return {
    count: exact,
    rounded,
    sample: rows.map(({ id, email, ...rest }) => ({
      reader: id,
      address: maskAddress(email),
      ...rest,
    })),
  }
}

function parseName(name: string): string {
  if (/^(?=.{1,60}$)[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) return name
  throw new Refusal(
    'a segment needs a short name of a-z, 0-9 and single dashes, such as "sport-fans"',
    { field: 'name' },
  )
}

function unknown(name: string): Refusal {
  return new Refusal(`there is no segment "${name.slice(0, 60)}": "daybreak segments" lists them`, {
    field: 'name',
    status: 404,
  })
}
