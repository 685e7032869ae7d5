import type { Context as Request } from 'hono'
import { z } from 'zod'
import type { ArticleInput } from '#articles/article.ts'
import { type Ingested, readInput, storeArticle } from '#articles/ingest.ts'
import { getTerms, refusePast, whyWithheld } from '#articles/revisions/withhold.ts'
import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { findStops, stopsInWords } from '#deliveries/preflight/release-check.ts'
import { approveEdition, sendEdition } from '#deliveries/send-edition.ts'
import { findAlertLimit } from '#editions/alerts/alert-limits.ts'
import { draftAlert } from '#editions/alerts/draft-alert.ts'
import { wasAlerted } from '#editions/selection/candidate-store.ts'
import { type Edition, getEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import type { Bearer } from '#operators/api-token.ts'
import { audit } from '#operators/audit.ts'
import { may } from '#operators/operator.ts'
import type { Enqueue } from '#queue/jobs.ts'

type Needs = Pick<Context, 'db' | 'clock' | 'enqueue' | 'config' | 'relay' | 'secrets'>

/** POST /api/v1/articles: one article as JSON, HTML or plain text. `breaking` drafts an alert, or releases it. */
export function postArticle(context: Needs) {
  return async (request: Request, bearer: Bearer): Promise<Response> => {
    const asked = await readRequest(request, context.clock.now())
    const release = releaseOf(bearer, asked.release)
    const taken = await takeArticle(context, {
      input: asked.input,
      breaking: asked.breaking,
      embargoUntil: asked.embargoUntil,
      level: asked.level,
      release,
      bearer,
    })
    return request.json(taken, taken.article.status === 'new' ? 201 : 200)
  }
}

type Taken = {
  article: {
    id: number
    revision: number
    status: Ingested['kind']
    headline: string
    /** Of a revision: `typo` or `substantial`. */
    change?: 'typo' | 'substantial'
    /** Why nothing of it goes out now. */
    withheld?: string
  }
  /** `waits`: why it was not released without a person. */
  alert?: { edition: number; state: string; waits?: string }
}

/**
 * From the article to the alert's first planned slice it is one transaction; the jobs follow its commit. Sent again,
 * the same article finds what the first request did.
 */
async function takeArticle(context: Needs, asked: Taking): Promise<Taken> {
  const { bearer, embargoUntil } = asked
  const article = await readInput(asked.input, asked.breaking)
  const terms = embargoUntil === undefined ? {} : { embargoUntil }
  const jobs: (() => Promise<void>)[] = []
  const later: Enqueue = async (name, data) =>
    void jobs.push(async () => context.enqueue(name, data))
  const taken = await inTransaction(context.db, async (db): Promise<Taken> => {
    const within = { ...context, db, enqueue: later }
    const origin = { kind: 'api' as const, name: bearer.operator.name }
    const stored = await storeArticle(within, { article, origin, ...terms })
    const { articleId, revision, kind } = stored
    await note(within, bearer, {
      verb: 'ingest',
      subject: `article ${articleId}`,
      detail: { kind, revision },
    })
    const withheld = whyWithheld(await getTerms(db, articleId), context.clock.now())
    const done = { article: answerOf(stored, withheld) }
    return article.breaking && withheld === null
      ? { ...done, alert: await alertOf(within, { ...asked, articleId }) }
      : done
  })
  for (const leave of jobs) await leave()
  return taken
}

type Taking = {
  input: ArticleInput
  breaking: boolean | undefined
  embargoUntil: Date | null | undefined
  level: Edition['level']
  release: Release
  bearer: Bearer
}

function answerOf(
  { articleId, revision, kind, change, article }: Ingested,
  withheld: string | null,
): Taken['article'] {
  return {
    id: articleId,
    revision,
    status: kind,
    headline: article.headline,
    ...(change === null ? {} : { change }),
    ...(withheld === null ? {} : { withheld }),
  }
}

type Alerting = Pick<Taking, 'level' | 'release' | 'bearer'> & { articleId: number }

async function alertOf(
  context: Needs,
  { articleId, level, release, bearer }: Alerting,
): Promise<{ edition: number; state: string; waits?: string }> {
  const operatorId = bearer.operator.id
  const { editionId, contentHash, made } = await draftAlert(context, {
    articleId,
    operatorId,
    level,
  })
  const { state } = await getEdition(context.db, editionId)
  if (made)
    await note(context, bearer, {
      verb: 'draft alert',
      subject: `edition ${editionId}`,
      detail: { article: articleId },
    })
  if (release === 'no' || state !== 'in review') return { edition: editionId, state }
  // Readers were told already: whether a changed text is worth a second alert is for a person to say.
  if (release === 'first' && (await wasAlerted(context.db, { articleId, editionId })))
    return { edition: editionId, state }
  const edition = await getEdition(context.db, editionId)
  const limit = await findAlertLimit(context, edition)
  if (limit !== null) return { edition: editionId, state, waits: limit.reason }
  const looked = await findStops(context, edition)
  // What is wrong with the alert itself is for a person, and the article is taken; without settings nothing is.
  const own = looked.stops.filter(({ check }) => check !== 'postal address')
  if (own.length > 0) return { edition: editionId, state, waits: stopsInWords(edition, own) }
  await approveEdition(context, { editionId, contentHash, operatorId, via: 'api' })
  await sendEdition(context, { editionId, rule: 'now', looked })
  await note(context, bearer, {
    verb: 'release alert',
    subject: `edition ${editionId}`,
    detail: { hash: contentHash },
  })
  return { edition: editionId, state: (await getEdition(context.db, editionId)).state }
}

const EMBARGO_RULE =
  'embargoUntil must be a time with its zone, such as 2026-11-23T18:00:00Z, or null to lift it'

const wishes = z.object({
  breaking: z.boolean('breaking must be true or false').optional(),
  release: z.boolean('release must be true or false').optional(),
  level: z.enum(['normal', 'major'], 'level must be normal or major').optional(),
  embargoUntil: z.iso.datetime({ offset: true, error: EMBARGO_RULE }).nullish(),
})

type Asked = {
  input: ArticleInput
  breaking: boolean | undefined
  release: boolean | undefined
  /** Major news wakes readers in their quiet hours. */
  level: Edition['level']
  /** null lifts it; undefined leaves it as it is. */
  embargoUntil: Date | null | undefined
}

async function readRequest(request: Request, now: Date): Promise<Asked> {
  const bytes = new Uint8Array(await request.req.arrayBuffer())
  const contentType = request.req.header('content-type') ?? null
  const { breaking, release, level, embargoUntil } = request.req.query()
  const fromQuery = { breaking: flag('breaking', breaking), release: flag('release', release) }
  const said = contentType !== null && /[/+]json\b/i.test(contentType)
  const json = (said ? jsonOf(bytes) : jsonGuess(bytes)) ?? {}
  const wished = parseWishes(
    typeof json === 'object' ? { ...json, ...given({ embargoUntil, level }) } : json,
  )
  return {
    input: { bytes, contentType },
    breaking: fromQuery.breaking ?? wished.breaking,
    release: fromQuery.release ?? wished.release,
    level: wished.level ?? 'normal',
    embargoUntil: embargoOf(wished.embargoUntil, now),
  }
}

/** Without what was not said. */
function given(query: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

function parseWishes(json: unknown): z.infer<typeof wishes> {
  const parsed = wishes.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Refusal(issue?.message ?? 'the article is not an object', {
    field: String(issue?.path[0] ?? 'body'),
  })
}

function embargoOf(text: string | null | undefined, now: Date): Date | null | undefined {
  if (text === null || text === undefined) return text
  const until = new Date(text)
  refusePast(until, now)
  return until
}

/** `first`: the article's first alert goes out, later ones wait for a person; `yes` was asked for in so many words. */
type Release = 'no' | 'first' | 'yes'

/** Releasing without a person needs the scope, on a token of somebody who may release by hand too. */
function releaseOf({ scopes, operator }: Bearer, asked: boolean | undefined): Release {
  if (asked === false) return 'no'
  if (scopes.includes('alerts:release') && may(operator.role, 'release alert'))
    return asked === true ? 'yes' : 'first'
  if (asked === undefined) return 'no'
  throw new Refusal(
    'this token may not release alerts: it needs the scope alerts:release and the role publisher. Nothing was stored',
    {
      status: 403,
      field: 'release',
    },
  )
}

function flag(name: string, text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined
  if (text === 'true' || text === 'false') return text === 'true'
  throw new Refusal(`${name} must be true or false`, { field: name })
}

/** JSON is read as JSON whatever it is called: a `release: false` that curl sends as a form must count. */
function jsonGuess(bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes)
  if (!/^\s*\{\s*["}]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined // the reader of articles says what is wrong with it
  }
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new Refusal(
      'the body is not JSON: send a JSON object, or set Content-Type to text/html or text/plain',
      {
        field: 'body',
        cause,
      },
    )
  }
}

export async function note(
  context: Pick<Context, 'db' | 'clock'>,
  { operator, tokenId }: Bearer,
  { detail, ...entry }: { verb: string; subject: string; detail: Record<string, unknown> },
): Promise<void> {
  await audit(context, {
    operatorId: operator.id,
    actor: `${operator.name} (token ${tokenId})`,
    ...entry,
    detail,
  })
}
