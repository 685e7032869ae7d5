import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { CorrectionLabel } from '../draft/draft.ts'
import type { EditionState } from '../store.ts'

/** How readers are told: a mail to who had it wrong, a line in their next digest, or the web page alone. */
export const correctionWays = ['edition', 'box', 'web'] as const
export type CorrectionWay = (typeof correctionWays)[number]

export type Correction = {
  id: number
  articleId: number
  /** The last revision that was wrong, and the one that is right; null: retracted. */
  wrong: number
  right: number | null
  foundBy: 'revision' | 'api' | 'editor'
  /** Decided waits for a yes to the difference; accepted and dismissed are settled. */
  state: 'open' | 'decided' | 'accepted' | 'dismissed'
  label: CorrectionLabel | null
  was: string | null
  isNow: string | null
  way: CorrectionWay | null
  createdAt: Date
  decidedAt: Date | null
  decidedBy: string | null
  headline: string
}

const columns = sql`
  c.id, c.article_id as "articleId", c.wrong, c."right", c.found_by as "foundBy", c.state, c.label, c.was
, c.is_now as "isNow", c.way, c.created_at as "createdAt", c.decided_at as "decidedAt", o.name as "decidedBy", r.headline`

const tables = sql`
  correction c
  join article_revision r on (r.article_id, r.revision) = (c.article_id, c.wrong)
  left join operator o on o.id = c.operator_id`

export async function listCorrections(db: Db, limit: number): Promise<Correction[]> {
  const { rows } = await sql<Correction>`
    select ${columns} from ${tables} order by c.state not in ('open', 'decided'), c.id desc limit ${limit}`.execute(
    db,
  )
  return rows
}

/** Locked until the transaction ends. */
export async function lockCorrection(db: Db, id: number): Promise<Correction | undefined> {
  await sql`select from correction where id = ${id} for update`.execute(db)
  const { rows } =
    await sql<Correction>`select ${columns} from ${tables} where c.id = ${id}`.execute(db)
  return rows[0]
}

/** An edition that carried the wrong text. */
export type Carrier = {
  editionId: number
  newsletterId: number
  kind: 'digest' | 'alert'
  state: EditionState
  /** The version that leaves now, or left last. */
  version: number
  position: number
  storyId: number
  paused: boolean
  toldBy: number | null
}

const carrierColumns = sql`
  e.id as "editionId", e.newsletter_id as "newsletterId", e.kind, e.state, e.version, es.position
, es.story_id as "storyId"`

const isOut = sql`
  e.kind in ('digest', 'alert')
  and (e.state in ('sending', 'sent', 'held') or e.state = 'stopped' and e.release_at is not null)`

/** The last revision of the article that an edition told; undefined where none did. */
export async function findLastTold(db: Db, articleId: number): Promise<number | undefined> {
  const { rows } = await sql<{ revision: number | null }>`
    select max(es.revision) as revision
      from edition_story es join edition e on e.id = es.edition_id
     where es.article_id = ${articleId} and ${isOut}`.execute(db)
  return rows[0]?.revision ?? undefined
}

/** Editions that are out, or are going out, and hold the article as it was at that revision or before. */
export async function findCarriers(
  db: Db,
  { articleId, wrong }: { articleId: number; wrong: number },
): Promise<Carrier[]> {
  const { rows } = await sql<Carrier>`
    select ${carrierColumns}, false as paused, null as "toldBy"
      from edition_story es join edition e on e.id = es.edition_id
     where es.article_id = ${articleId} and es.revision <= ${wrong} and ${isOut}
     order by e.id
     limit 500`.execute(db)
  return rows
}

export async function listCarriers(db: Db, correctionId: number): Promise<Carrier[]> {
  const { rows } = await sql<Carrier>`
    select e.id as "editionId", e.newsletter_id as "newsletterId", e.kind, e.state, c.version, c.position
         , es.story_id as "storyId", c.paused, c.told_by as "toldBy"
      from correction_edition c
      join edition e on e.id = c.edition_id
      join edition_story es on es.edition_id = c.edition_id and es.position = c.position
     where c.correction_id = ${correctionId}
     order by e.id`.execute(db)
  return rows
}

/** Undefined where the article is being corrected already. */
export async function insertCorrection(
  db: Db,
  input: {
    articleId: number
    wrong: number
    right: number | null
    foundBy: Correction['foundBy']
    operatorId: number | null
    now: Date
  },
): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    insert into correction (article_id, wrong, "right", found_by, operator_id, created_at)
    values (${input.articleId}, ${input.wrong}, ${input.right}, ${input.foundBy}, ${input.operatorId}, ${input.now})
    on conflict (article_id) where state in ('open', 'decided') do update set "right" = excluded."right"
    returning case when xmax = 0 then id end as id`.execute(db)
  return rows[0]?.id ?? undefined
}

export async function findOpenCorrection(db: Db, articleId: number): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    select id from correction where article_id = ${articleId} and state in ('open', 'decided')`.execute(
    db,
  )
  return rows[0]?.id
}

/** Which of the articles somebody is deciding about, and the correction. */
export async function listUnsettled(
  db: Db,
  articleIds: readonly number[],
): Promise<{ articleId: number; id: number; wrong: number }[]> {
  const { rows } = await sql<{ articleId: number; id: number; wrong: number }>`
    select article_id as "articleId", id, wrong from correction
     where article_id = any(${articleIds}) and state in ('open', 'decided')
     order by id`.execute(db)
  return rows
}

export async function insertCarrier(
  db: Db,
  { correctionId, carrier, paused }: { correctionId: number; carrier: Carrier; paused: boolean },
): Promise<void> {
  await sql`
    insert into correction_edition (correction_id, edition_id, version, position, paused)
    values (${correctionId}, ${carrier.editionId}, ${carrier.version}, ${carrier.position}, ${paused})
    on conflict (correction_id, edition_id)
    do update set version = excluded.version, paused = correction_edition.paused or excluded.paused`.execute(
    db,
  )
}

export async function saveDecision(
  db: Db,
  input: {
    id: number
    label: CorrectionLabel
    was: string
    isNow: string
    way: CorrectionWay
    headline: string | null
    summary: string | null
    right: number | null
    operatorId: number
    now: Date
  },
): Promise<void> {
  await sql`
    update correction
       set "right" = ${input.right}, headline = ${input.headline}, summary = ${input.summary}
         , state = 'decided', label = ${input.label}, was = ${input.was}, is_now = ${input.isNow}, way = ${input.way}
         , operator_id = ${input.operatorId}, decided_at = ${input.now}
     where id = ${input.id} and state in ('open', 'decided')`.execute(db)
}

export async function saveDismissal(
  db: Db,
  { id, operatorId, note, now }: { id: number; operatorId: number; note: string; now: Date },
): Promise<void> {
  await sql`
    update correction
       set state = 'dismissed', operator_id = ${operatorId}, note = ${note}, decided_at = ${now}
     where id = ${id} and state in ('open', 'decided')`.execute(db)
}

/** Its difference was said yes to. */
export async function saveAcceptance(db: Db, id: number): Promise<void> {
  await sql`update correction set state = 'accepted' where id = ${id} and state = 'decided'`.execute(
    db,
  )
}

export async function saveTeller(
  db: Db,
  {
    correctionId,
    editionId,
    tellerId,
  }: { correctionId: number; editionId: number; tellerId: number },
): Promise<void> {
  await sql`
    update correction_edition set told_by = ${tellerId}
     where correction_id = ${correctionId} and edition_id = ${editionId}`.execute(db)
}

/**
 * Articles that editions of the last month told, and whose publisher has since put a note of correction to them, or
 * withdrew them; with the last revision that was told.
 */
export async function findMistaken(
  db: Db,
  { now }: { now: Date },
): Promise<{ articleId: number; wrong: number; right: number | null }[]> {
  const { rows } = await sql<{ articleId: number; wrong: number; right: number | null }>`
    select a.id as "articleId", max(es.revision) as wrong
         , case when a.retracted_at is null then a.current_revision end as "right"
      from article a
      join article_revision r on (r.article_id, r.revision) = (a.id, a.current_revision)
      join edition_story es on es.article_id = a.id
      join article_revision told on (told.article_id, told.revision) = (es.article_id, es.revision)
      join edition e on e.id = es.edition_id
     where (a.retracted_at > ${now}::timestamptz - interval '1 day' or r.received_at > ${now}::timestamptz - interval '1 day')
       and e.kind in ('digest', 'alert') and e.release_at > ${now}::timestamptz - interval '31 days'
       and (e.state in ('sending', 'sent', 'held') or e.state = 'stopped')
       and (a.retracted_at is not null
            or es.revision < a.current_revision and r.corrections is not null
               and r.corrections is distinct from told.corrections)
       and not exists (select from correction c
                        where c.article_id = a.id and c.wrong >= es.revision
                          and (c.state in ('open', 'decided') or c."right" is not distinct from case when a.retracted_at is null then a.current_revision end))
     group by a.id
     order by a.id
     limit 100`.execute(db)
  return rows
}

/** What readers were told, and where. */
export async function findTold(
  db: Db,
  { articleId, revision }: { articleId: number; revision: number },
): Promise<{ headline: string; url: string | null } | undefined> {
  const { rows } = await sql<{ headline: string; url: string | null }>`
    select headline, url from article_revision
     where article_id = ${articleId} and revision = ${revision}`.execute(db)
  return rows[0]
}
