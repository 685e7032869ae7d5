import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { Refusal } from '#errors.ts'
import type { CompiledDigest } from '#mail/digest-blocks.ts'
import type { DkimPin } from '#mail/dkim/dkim.ts'
import type { Draft } from './draft/draft.ts'

export const editionStates = [
  'draft',
  'in review',
  'approved',
  'scheduled',
  'sending',
  'sent',
  'held',
  'stopped',
  'expired',
  'skipped',
] as const
export type EditionState = (typeof editionStates)[number]

export type EditionKind = 'digest' | 'alert' | 'correction' | 'note'

/**
 * A mail compiled once: a digest still to be joined per reader, or the same form for everybody; and who sends it.
 * With `links` clicks on stories are counted: where each numbered link leads.
 */
export type Compiled = {
  sender: SenderLine
  links?: EditionLink[]
  /** Why the newsletter's own forms could not be used, and the house's were. */
  houseForms?: string
} & ({ form: 'digest'; digest: CompiledDigest } | { form: 'single'; html: string; text: string })

export type EditionLink = { storyId: number; url: string }

/** Frozen with the edition, so that a repeat is byte-identical whatever the settings say by then. */
export type SenderLine = {
  name: string
  fromAddress: string
  replyTo: string
  bounceDomain: string
  publicUrl: string
  newsletter: { slug: string; name: string }
}

export type Edition = {
  id: number
  newsletterId: number
  newsletterSlug: string
  newsletterName: string
  kind: EditionKind
  state: EditionState
  stateReason: string | null
  version: number
  subject: string
  preheader: string
  language: string
  editionDate: string
  compiled: Compiled
  contentHash: string
  approvedHash: string | null
  releaseRule: 'now' | 'local hour'
  releaseAt: Date | null
  createdAt: Date
  plannedAt: Date | null
  sentAt: Date | null
  audience: number | null
  test: boolean
  /** Its mails leave evenly over this time. */
  spreadMs: number
  /** Which keys sign it; null until a release or its first claim says so. */
  dkim: DkimPin | null
  /** What people edit; null for one of before, or where nothing can be edited. */
  draft: Draft | null
  draftNumber: number
  /** Team members whose hand is in it. */
  authors: number[]
  slot: number | null
  dueAt: Date | null
  deadlineAt: Date | null
  threadOf: number | null
  level: 'normal' | 'major'
  updateNumber: number | null
  leavesAt: Date | null
}

const columns = sql`
  e.id, e.newsletter_id as "newsletterId", n.slug as "newsletterSlug", n.name as "newsletterName", e.kind, e.state
, e.state_reason as "stateReason", e.version, e.subject, e.preheader, e.language, e.edition_date::text as "editionDate"
, e.compiled, e.content_hash as "contentHash", e.approved_hash as "approvedHash", e.release_rule as "releaseRule"
, e.release_at as "releaseAt", e.created_at as "createdAt", e.planned_at as "plannedAt", e.sent_at as "sentAt"
, e.audience, e.test, (extract(epoch from e.spread) * 1000)::bigint as "spreadMs", e.dkim
, e.draft, e.draft_number as "draftNumber", e.authors, e.slot, e.due_at as "dueAt", e.deadline_at as "deadlineAt"
, e.thread_of as "threadOf", e.level, e.update_number as "updateNumber", e.leaves_at as "leavesAt"`

export async function findEdition(db: Db, id: number): Promise<Edition | undefined> {
  const { rows } = await sql<Edition>`
    select ${columns} from edition e join newsletter n on n.id = e.newsletter_id where e.id = ${id}`.execute(
    db,
  )
  return rows[0]
}

/** @throws Refusal */
export async function getEdition(db: Db, id: number): Promise<Edition> {
  const edition = await findEdition(db, id)
  if (edition === undefined) {
    throw new Refusal(`there is no edition ${id}: "daybreak editions" lists them`, {
      status: 404,
      field: 'edition',
    })
  }
  return edition
}

/** Moves the edition when it is in one of `from`; false when somebody else was faster. */
export async function moveEdition(
  db: Db,
  {
    id,
    from,
    to,
    reason,
  }: { id: number; from: EditionState[]; to: EditionState; reason?: string | null },
): Promise<boolean> {
  const { rows } = await sql`
    update edition set state = ${to}, state_reason = ${reason ?? null}
     where id = ${id} and state = any(${from}::edition_state[])
    returning id`.execute(db)
  return rows.length > 0
}

/** The edition's state, which stays until the caller's transaction ends; undefined when there is no such edition. */
export async function lockState(db: Db, id: number): Promise<EditionState | undefined> {
  const { rows } = await sql<{ state: EditionState }>`
    select state from edition where id = ${id} for update`.execute(db)
  return rows[0]?.state
}

/** Frozen with the release. Without a spread of its own a digest or note takes the newsletter's; alerts and corrections do not wait. */
export type ReleaseTerms = {
  rule: Edition['releaseRule']
  test: boolean
  spreadMs?: number | undefined
  /** Between the staff's mails and everybody's; without it, none. */
  holdBackMs?: number | undefined
  dkim?: DkimPin | null | undefined
}

/** Undefined when it is not approved any more, or as it was approved. */
export async function releaseEdition(
  db: Db,
  { id, rule, test, spreadMs, holdBackMs = 0, dkim, now }: ReleaseTerms & { id: number; now: Date },
): Promise<{ spreadMs: number } | undefined> {
  const { rows } = await sql<{ spreadMs: number }>`
    update edition e
       set state = 'sending', release_rule = ${rule}, release_at = ${now}, test = ${test}
         , spread = coalesce(make_interval(secs => ${spreadMs === undefined ? null : spreadMs / 1000}::double precision)
                           , case when e.kind in ('alert', 'correction') then interval '0' else n.spread end)
         , hold_back = make_interval(secs => ${holdBackMs / 1000}::double precision)
         , dkim = coalesce(e.dkim, ${dkim == null ? null : JSON.stringify(dkim)}::jsonb)
      from newsletter n
     where e.id = ${id} and n.id = e.newsletter_id and e.state = 'approved' and e.approved_hash = e.content_hash
    returning (extract(epoch from e.spread) * 1000)::bigint as "spreadMs"`.execute(db)
  return rows[0]
}

export async function findEditionOfRun(
  db: Db,
  { newsletterId, runKey }: { newsletterId: number; runKey: string },
): Promise<{ id: number; contentHash: string } | undefined> {
  const { rows } = await sql<{ id: number; contentHash: string }>`
    select id, content_hash as "contentHash" from edition
     where newsletter_id = ${newsletterId} and run_key = ${runKey}`.execute(db)
  return rows[0]
}
