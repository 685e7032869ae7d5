import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { SummarySentence } from '../article.ts'

export type Unsummarised = {
  revision: number
  headline: string
  language: string
  paragraphs: string[]
  method: string
  model: string | null
  promptVersion: number | null
}

/** The current revision, unless it may not leave the house, or never will. */
export async function findForModel(
  db: Db,
  { articleId, now }: { articleId: number; now: Date },
): Promise<Unsummarised | undefined> {
  const { rows } = await sql<Unsummarised>`
    select r.revision, r.headline, r.language, r.paragraphs, m.method, m.model, m.prompt_version as "promptVersion"
      from article a
      join article_revision r on (r.article_id, r.revision) = (a.id, a.current_revision)
      join summary m on (m.article_id, m.revision) = (r.article_id, r.revision)
     where a.id = ${articleId} and not a.seeded and a.retracted_at is null
       and (a.embargo_until is null or a.embargo_until <= ${now})`.execute(db)
  return rows[0]
}

/** Articles of the last day that no model was asked about: their job was lost, or their embargo is over. */
export async function listUnsummarised(
  db: Db,
  { now, limit }: { now: Date; limit: number },
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select a.id from article a
      join summary m on (m.article_id, m.revision) = (a.id, a.current_revision)
     where greatest(a.received_at, a.embargo_until) between ${now}::timestamptz - interval '1 day' and ${now}
       and m.model is null and m.method <> 'editor' and not a.seeded and a.retracted_at is null
     order by a.id desc limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

type Asked = { contentHash: string; model: string; promptVersion: number }

export async function findAnswer(db: Db, asked: Asked): Promise<unknown> {
  const { rows } = await sql<{ answer: unknown }>`
    select answer from llm_answer
     where (content_hash, model, prompt_version) = (${asked.contentHash}, ${asked.model}, ${asked.promptVersion})`.execute(
    db,
  )
  return rows[0]?.answer
}

export async function insertAnswer(
  db: Db,
  { answer, tokens, now, ...asked }: Asked & { answer: unknown; tokens: number; now: Date },
): Promise<void> {
  await sql`
    insert into llm_answer (content_hash, model, prompt_version, answer, tokens, made_at)
    values (${asked.contentHash}, ${asked.model}, ${asked.promptVersion}, ${JSON.stringify(answer)}::jsonb, ${tokens}, ${now})
    on conflict do nothing`.execute(db)
}

/** Takes tokens of the day (UTC) before they are spent; false where too few are left. */
export async function reserveTokens(
  db: Db,
  { now, tokens, tokensADay }: { now: Date; tokens: number; tokensADay: number },
): Promise<boolean> {
  const { rows } = await sql`
    insert into llm_spending as s (day, tokens)
    select (${now}::timestamptz at time zone 'utc')::date, ${tokens} where ${tokens}::bigint <= ${tokensADay}::bigint
    on conflict (day) do update set tokens = s.tokens + excluded.tokens
     where s.tokens + excluded.tokens <= ${tokensADay}
    returning s.tokens`.execute(db)
  return rows.length > 0
}

export async function hasTokens(
  db: Db,
  { now, tokens, tokensADay }: { now: Date; tokens: number; tokensADay: number },
): Promise<boolean> {
  const { rows } = await sql<{ left: boolean }>`
    select coalesce(max(tokens), 0) + ${tokens} <= ${tokensADay} as left from llm_spending
     where day = (${now}::timestamptz at time zone 'utc')::date`.execute(db)
  return rows[0]?.left === true
}

/** What was really spent, in place of what was reserved. */
export async function settleTokens(
  db: Db,
  { now, reserved, spent }: { now: Date; reserved: number; spent: number },
): Promise<void> {
  await sql`
    update llm_spending set tokens = greatest(0, tokens + ${spent - reserved})
     where day = (${now}::timestamptz at time zone 'utc')::date`.execute(db)
}

type Judged = { articleId: number; revision: number; model: string; promptVersion: number }

/** In place of the extractive sentences; an editor's summary and a newer revision stay as they are. */
export async function saveModelSummary(
  db: Db,
  {
    articleId,
    revision,
    model,
    promptVersion,
    sentences,
    now,
  }: Judged & { sentences: SummarySentence[]; now: Date },
): Promise<boolean> {
  const { rows } = await sql`
    update summary set method = 'llm', sentences = ${JSON.stringify(sentences)}::jsonb, model = ${model}
         , prompt_version = ${promptVersion}, refused = null, made_at = ${now}
     where (article_id, revision) = (${articleId}, ${revision}) and method <> 'editor'
       and exists (select from article where id = ${articleId} and current_revision = ${revision})
    returning article_id`.execute(db)
  return rows.length > 0
}

/** The sentences stay; why the model's were not used stands beside them. `model` null: it is to be asked again. */
export async function saveRefusal(
  db: Db,
  {
    articleId,
    revision,
    model,
    promptVersion,
    reason,
  }: Omit<Judged, 'model'> & { model: string | null; reason: string },
): Promise<void> {
  await sql`
    update summary set refused = ${reason}, model = ${model}, prompt_version = ${model === null ? null : promptVersion}
     where (article_id, revision) = (${articleId}, ${revision}) and method not in ('editor', 'llm')`.execute(
    db,
  )
}
