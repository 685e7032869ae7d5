import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Draft } from './draft/draft.ts'
import type { Compiled, Edition, EditionKind } from './store.ts'

// What an edition holds, as it is made and as people change it: the draft, what is compiled from it, and its stories.

export type NewEdition = {
  newsletterId: number
  kind: EditionKind
  state: 'draft' | 'in review'
  runKey: string
  subject: string
  preheader: string
  language: string
  editionDate: string
  compiled: Compiled
  contentHash: string
  operatorId: number | null
  stories: EditionStory[]
  now: Date
  draft?: Draft | null
  authors?: number[]
  run?: RunTerms | undefined
  threadOf?: number | null
  level?: Edition['level']
  updateNumber?: number | null
  audienceRule?: object | null
}

export type EditionStory = {
  storyId: number
  articleId: number
  revision: number
  section: string
  followers?: boolean
  since?: boolean
}

/** Of an edition that the clock made: its place in the day, its hour, and when an approval must be there. */
export type RunTerms = { slot: number; localTime: string; dueAt: Date; deadlineAt: Date }

/** Freezes an edition and its stories; undefined when the newsletter has an edition of this run already. */
export async function insertEdition(db: Db, input: NewEdition): Promise<number | undefined> {
  const { slot, localTime, dueAt, deadlineAt } = termsOf(input)
  const { draft, authors, threadOf, level, updateNumber, audienceRule } = withDefaults(input)
  const { rows } = await sql<{ id: number }>`
    insert into edition (newsletter_id, kind, state, run_key, subject, preheader, language, edition_date, compiled
                        , content_hash, not_after, created_by, created_at, draft, authors, slot, local_time, due_at
                        , deadline_at, thread_of, level, update_number, audience_rule)
    select n.id, ${input.kind}, ${input.state}, ${input.runKey}, ${input.subject}, ${input.preheader}
         , ${input.language}, ${input.editionDate}::date, ${JSON.stringify(input.compiled)}::jsonb
         , ${input.contentHash}, n.not_after, ${input.operatorId}, ${input.now}, ${jsonOrNull(draft)}::jsonb
         , ${authors}::bigint[], ${slot}::smallint, ${localTime}::time, ${dueAt}::timestamptz
         , ${deadlineAt}::timestamptz, ${threadOf}::bigint, ${level}, ${updateNumber}::integer
         , ${jsonOrNull(audienceRule)}::jsonb
      from newsletter n where n.id = ${input.newsletterId}
    on conflict (newsletter_id, run_key) do nothing
    returning id`.execute(db)
  const id = rows[0]?.id
  if (id === undefined) return undefined
  await insertEditionStories(db, id, input)
  return id
}

const NO_TERMS = { slot: null, localTime: null, dueAt: null, deadlineAt: null }

function termsOf({ run }: NewEdition): RunTerms | typeof NO_TERMS {
  return run ?? NO_TERMS
}

function withDefaults(input: NewEdition) {
  return {
    draft: null,
    authors: [],
    threadOf: null,
    level: 'normal' as const,
    updateNumber: null,
    audienceRule: null,
    ...input,
  }
}

/** Renews a draft of the same run as its next version; undefined when it is approved or further. */
export async function replaceDraft(db: Db, input: NewEdition): Promise<number | undefined> {
  const { slot, localTime, dueAt, deadlineAt } = termsOf(input)
  const { rows } = await sql<{ id: number }>`
    update edition
       set voided_verdict = case when content_hash = ${input.contentHash} then voided_verdict
                                 else coalesce((select max(id) from edition_verdict where edition_id = edition.id), 0) end
         , version = version + 1, subject = ${input.subject}, preheader = ${input.preheader}
         , compiled = ${JSON.stringify(input.compiled)}::jsonb, content_hash = ${input.contentHash}
         , language = ${input.language}, created_at = ${input.now}, created_by = ${input.operatorId}
         , draft = ${jsonOrNull(input.draft)}::jsonb, draft_number = draft_number + 1
         , authors = ${input.authors ?? []}::bigint[], audience_rule = ${jsonOrNull(input.audienceRule)}::jsonb
         , slot = coalesce(${slot}::smallint, slot), local_time = coalesce(${localTime}::time, local_time)
         , due_at = coalesce(${dueAt}::timestamptz, due_at)
         , deadline_at = coalesce(${deadlineAt}::timestamptz, deadline_at)
     where newsletter_id = ${input.newsletterId} and run_key = ${input.runKey} and state in ('draft', 'in review')
    returning id`.execute(db)
  const id = rows[0]?.id
  if (id === undefined) return undefined
  await replaceEditionStories(db, id, input)
  return id
}

/** What a draft is made of now: undefined when somebody changed it since, or it is past changing. */
export async function saveContent(
  db: Db,
  input: {
    id: number
    draftNumber: number
    state: 'draft' | 'in review'
    author: number | null
    draft: Draft
    subject: string
    preheader: string
    compiled: Compiled
    contentHash: string
    stories: EditionStory[]
  },
): Promise<{ draftNumber: number } | undefined> {
  const { rows } = await sql<{ draftNumber: number }>`
    update edition
       set voided_verdict = case when content_hash = ${input.contentHash} then voided_verdict
                                 else coalesce((select max(id) from edition_verdict where edition_id = edition.id), 0) end
         , draft = ${JSON.stringify(input.draft)}::jsonb, draft_number = draft_number + 1, subject = ${input.subject}
         , preheader = ${input.preheader}, compiled = ${JSON.stringify(input.compiled)}::jsonb
         , content_hash = ${input.contentHash}, approved_hash = null, approved_by = null, state = ${input.state}
         , state_reason = null, leaves_at = null
         , authors = case when ${input.author}::bigint is null or ${input.author}::bigint = any(authors) then authors
                          else authors || ${input.author}::bigint end
     where id = ${input.id} and draft_number = ${input.draftNumber} and state in ('draft', 'in review', 'approved')
    returning draft_number as "draftNumber"`.execute(db)
  const [saved] = rows
  if (saved === undefined) return undefined
  await replaceEditionStories(db, input.id, input)
  return saved
}

async function replaceEditionStories(
  db: Db,
  id: number,
  input: Pick<NewEdition, 'stories'>,
): Promise<void> {
  await sql`delete from edition_story where edition_id = ${id}`.execute(db)
  await insertEditionStories(db, id, input)
}

function jsonOrNull(value: object | null | undefined): string | null {
  return value == null ? null : JSON.stringify(value)
}

async function insertEditionStories(
  db: Db,
  id: number,
  { stories }: Pick<NewEdition, 'stories'>,
): Promise<void> {
  await sql`
    insert into edition_story (edition_id, position, story_id, article_id, revision, section, followers, since)
    select ${id}, s.position - 1, s.story_id, s.article_id, s.revision, s.section, s.followers, s.since
      from unnest(${stories.map((story) => story.storyId)}::bigint[]
                 , ${stories.map((story) => story.articleId)}::bigint[]
                 , ${stories.map((story) => story.revision)}::integer[]
                 , ${stories.map((story) => story.section)}::text[]
                 , ${stories.map((story) => story.followers === true)}::boolean[]
                 , ${stories.map((story) => story.since === true)}::boolean[])
             with ordinality as s (story_id, article_id, revision, section, followers, since, position)`.execute(
    db,
  )
}
