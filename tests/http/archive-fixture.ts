import { sql } from 'kysely'
import { stopEdition } from '#deliveries/send-edition.ts'
import type { EditionState } from '#editions/store.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { openDesk, releaseAlert, releaseDigest } from '../deliveries/send-fixture.ts'
import { parse } from '../mail/mail-reading.ts'
import { webOf } from './web-fixture.ts'

export type Page = ReturnType<typeof parse>

export type ArchiveHouse = House & {
  /** Answers of the pages, each to a stranger. */
  get(path: string, headers?: Record<string, string>): Promise<Response>
  /** The page as a browser reads it. */
  page(path: string): Promise<Page>
}

export async function openArchiveHouse(
  options: Parameters<typeof openHouse>[0] = {},
): Promise<ArchiveHouse> {
  const house = await openHouse(options)
  const get = async (path: string, headers: Record<string, string> = {}) =>
    webOf(house).request(path, { headers })
  return Object.assign(house, {
    get,
    page: async (path: string) => parse(await (await get(path)).text()),
  })
}

/** A digest that two readers have. */
export async function sendDigest(house: House): Promise<number> {
  await using desk = await openDesk(house)
  await addReaders(house, 2)
  const editionId = await releaseDigest(house)
  await desk.drain('digest')
  return editionId
}

export async function sendAlert(house: House): Promise<number> {
  await using desk = await openDesk(house)
  await addReaders(house, 2)
  const editionId = await releaseAlert(house)
  await desk.drain('alert')
  return editionId
}

/** The house mails to readers from now on, and what it sent counts. */
export async function goLive(house: House): Promise<void> {
  house.context.relay = { test: false }
  await sql`update edition set test = false`.execute(house.db)
}

/** Copies of a sent edition, a day apart, newest last. */
export async function addEditions(
  { db }: House,
  { of, count, change = {} }: { of: number; count: number; change?: { state?: EditionState } },
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    insert into edition (newsletter_id, kind, state, state_reason, run_key, subject, preheader, language, edition_date
                        , compiled, content_hash, approved_hash, not_after, created_at, release_at, planned_at, sent_at
                        , audience, test)
    select e.newsletter_id, e.kind, ${change.state ?? 'sent'}::edition_state, 'said', 'copy ' || n, 'Edition ' || n
         , 'What edition ' || n || ' holds', e.language, e.edition_date + n, e.compiled, e.content_hash
         , e.approved_hash, e.not_after, e.created_at, e.release_at + make_interval(days => n)
         , e.release_at, e.release_at, 2, e.test
      from edition e, generate_series(1, ${count}::integer) n
     where e.id = ${of}
     order by n
    returning id`.execute(db)
  const ids = rows.map(({ id }) => id)
  await sql`
    insert into tally (edition_id, shard, what, count) select id, 0, 'accepted', 2 from unnest(${ids}::bigint[]) id`.execute(
    db,
  )
  return ids
}

export async function changeNewsletter(
  { db }: House,
  change: { archived?: boolean; noindex?: boolean },
): Promise<void> {
  await sql`
    update newsletter set archived = ${change.archived ?? true}, noindex = ${change.noindex ?? false}`.execute(
    db,
  )
}

/** A second version takes the place of the first, as a correction does it. */
export async function correct(
  { db, now }: House,
  { editionId, reason, subject }: { editionId: number; reason: string; subject: string },
): Promise<void> {
  await sql`
    insert into edition_version (edition_id, version, state, subject, preheader, compiled, content_hash, reason, created_at)
    select id, version, 'superseded', subject, preheader, compiled, content_hash, ${reason}, ${now}
      from edition where id = ${editionId}`.execute(db)
  await sql`
    update edition set version = version + 1, subject = ${subject} where id = ${editionId}`.execute(
    db,
  )
}

export async function stop(house: House, editionId: number): Promise<void> {
  await stopEdition(house.context, { editionId, reason: 'the mayor did not resign' })
}

export function linksOf(document: Page): string[] {
  return Array.from(document.querySelectorAll('a'), (link) => link.getAttribute('href') ?? '')
}

export function metaOf(document: Page, name: string): string | null | undefined {
  return document
    .querySelector(`meta[name="${name}"], meta[property="${name}"]`)
    ?.getAttribute('content')
}
