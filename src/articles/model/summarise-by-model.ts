import { randomBytes } from 'node:crypto'
import type { Context } from '#context.ts'
import type { SummarySentence } from '../article.ts'
import { judgeAnswer } from './answer.ts'
import { type Model, MOST_ANSWER_TOKENS } from './model.ts'
import { contentHashOf, type Material, materialOf } from './material.ts'
import {
  findAnswer,
  findForModel,
  hasTokens,
  insertAnswer,
  listUnsummarised,
  reserveTokens,
  saveModelSummary,
  saveRefusal,
  settleTokens,
} from './model-store.ts'
import { PROMPT_VERSION, questionAbout, tokensOf } from './prompt.ts'

type Needs = Pick<Context, 'db' | 'clock' | 'log'> & { model: Model; tokensADay: number }

export type ModelOutcome =
  | { kind: 'written'; sentences: SummarySentence[] }
  /** The summary that is there stays. */
  | { kind: 'kept'; reason: string }
  /** Nothing to ask: an editor's summary, asked before, seeded, retracted, under embargo, or gone. */
  | { kind: 'skipped' }

const LEAST_SENTENCES = 3
const LEAST_CHARACTERS = 300

/** Asks the model for a summary, and takes it only where the article bears out every sentence. */
export async function summariseByModel(
  context: Needs,
  articleId: number,
  mark = randomBytes(12).toString('hex'),
): Promise<ModelOutcome> {
  const { db, clock, model, log } = context
  const article = await findForModel(db, { articleId, now: clock.now() })
  if (article === undefined || article.method === 'editor') return { kind: 'skipped' }
  if (article.model === model.name && article.promptVersion === PROMPT_VERSION)
    return { kind: 'skipped' }
  const { revision } = article
  const material = materialOf(article)
  const found = await answerAbout(context, material, mark)
  const row = { articleId, revision, promptVersion: PROMPT_VERSION }
  if (found.kind !== 'answered') {
    await saveRefusal(db, {
      ...row,
      model: found.kind === 'later' ? null : model.name,
      reason: found.reason,
    })
    return { kind: 'kept', reason: found.reason }
  }
  const verdict = judgeAnswer(found.answer, material)
  if (verdict.kind === 'refused') {
    log.info({ articleId, reason: verdict.reason }, 'the summary of the model was not used')
    await saveRefusal(db, { ...row, model: model.name, reason: verdict.reason })
    return { kind: 'kept', reason: verdict.reason }
  }
  const { sentences } = verdict
  const saved = await saveModelSummary(db, {
    ...row,
    model: model.name,
    sentences,
    now: clock.now(),
  })
  return saved ? { kind: 'written', sentences } : { kind: 'skipped' }
}

type Found = { kind: 'answered'; answer: unknown } | { kind: 'failed' | 'later'; reason: string }

async function answerAbout(
  { db, clock, model, tokensADay }: Needs,
  material: Material,
  mark: string,
): Promise<Found> {
  if (isTooShort(material))
    return { kind: 'failed', reason: 'there is too little text that a model may retell' }
  const asked = {
    contentHash: contentHashOf(material),
    model: model.name,
    promptVersion: PROMPT_VERSION,
  }
  const known = await findAnswer(db, asked)
  if (known !== undefined) return { kind: 'answered', answer: known }
  const question = questionAbout(material, mark)
  const reserved = tokensOf(question) + MOST_ANSWER_TOKENS
  const now = clock.now()
  if (!(await reserveTokens(db, { now, tokens: reserved, tokensADay })))
    return { kind: 'later', reason: "the day's tokens are spent" }
  const reply = await model.ask(question)
  // A failed question may have cost what was reserved.
  if (reply.kind === 'failed') return reply
  const tokens = reply.tokens ?? reserved
  await settleTokens(db, { now, reserved, spent: tokens })
  await insertAnswer(db, { ...asked, answer: reply.answer, tokens, now })
  return { kind: 'answered', answer: reply.answer }
}

function isTooShort({ sentences }: Material): boolean {
  const characters = sentences.reduce((sum, { text }) => sum + text.length, 0)
  return sentences.length < LEAST_SENTENCES || characters < LEAST_CHARACTERS
}

const AT_ONCE = 50
/** A short article costs about this much. */
const LEAST_TOKENS = 2000

/** Leaves the jobs of articles that no model was asked about; none where no model is configured. */
export async function summariseWaiting({
  db,
  clock,
  config,
  enqueue,
}: Pick<Context, 'db' | 'clock' | 'config' | 'enqueue'>): Promise<void> {
  if (config.llm === null) return
  const now = clock.now()
  // Where the day's tokens are spent, its articles wait for the next day, or stay as they are.
  if (!(await hasTokens(db, { now, tokens: LEAST_TOKENS, tokensADay: config.llm.tokensADay })))
    return
  for (const articleId of await listUnsummarised(db, { now, limit: AT_ONCE }))
    await enqueue('summarise-article', { articleId })
}
