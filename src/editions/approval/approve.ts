import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import { getEdition, moveEdition } from '../store.ts'
import { type Standing, standingOf } from './standing.ts'
import {
  insertVerdict,
  listVerdicts,
  lockForVerdict,
  type NewVerdict,
  type PastVerdict,
  setApproved,
  setSentBack,
} from './verdict-store.ts'

export type Saying = {
  editionId: number
  /** The content that was looked at. */
  contentHash: string
  operator: { id: number; name: string } | null
  via: NewVerdict['via']
  note?: string | null
}

/** `waitsFor` in words, where one yes is not enough. */
export type Approved = { approved: boolean; waitsFor: string | null }

/**
 * Says yes to exactly the content with this hash, by a person or, without one, by the newsletter's rule. Where two are
 * asked for, the first yes waits for the second.
 * @throws Refusal when it changed since it was looked at, or is past approving
 */
export async function sayYes(
  context: Pick<Context, 'db' | 'clock'>,
  saying: Saying & { override?: boolean },
): Promise<Approved> {
  const { editionId, contentHash, operator } = saying
  return inTransaction(context.db, async (db) => {
    const edition = await lockForVerdict(db, editionId)
    const open = edition !== undefined && isOpen(edition)
    if (!open || edition.contentHash !== contentHash) {
      const { state, contentHash: current } = await getEdition(db, editionId)
      const why =
        open || current !== contentHash
          ? 'it changed since you looked at it: look at it again'
          : `it is ${state}, only a draft can be approved`
      throw new Refusal(`edition ${editionId} cannot be approved: ${why}`, { status: 409 })
    }
    const { rule, authors } = edition
    const standing = async () => {
      const verdicts = await listVerdicts(db, editionId)
      return standingOf({ rule, authors, verdicts, hash: contentHash })
    }
    refuseRule(saying, await standing())
    await insertVerdict(db, {
      ...verdictOf(saying, context.clock.now()),
      verdict: saying.override === true ? 'override' : 'approve',
    })
    const now = await standing()
    if (now.approved) {
      await setApproved(db, { id: editionId, contentHash, operatorId: operator?.id ?? null })
      return { approved: true, waitsFor: null }
    }
    await moveEdition(db, { id: editionId, from: ['draft', 'held'], to: 'in review' })
    return { approved: false, waitsFor: now.waitsFor }
  })
}

/** What somebody sent back goes by no rule, however often the rule is asked. */
function refuseRule({ editionId, operator }: Saying, standing: Standing<PastVerdict>): void {
  if (operator !== null || standing.approved || standing.objection === null) return
  const { actor, verdict } = standing.objection
  throw new Refusal(`edition ${editionId} waits for a person: ${actor} said “${verdict}”`, {
    status: 409,
  })
}

/** A held edition that was never released waits for a yes like a draft. */
function isOpen({ state, released }: { state: string; released: boolean }): boolean {
  return ['draft', 'in review', 'approved'].includes(state) || (state === 'held' && !released)
}

/**
 * Back to who wrote it, with a note; a yes of before is void.
 * @throws Refusal without a note, or when it is past sending back
 */
export async function sendBack(
  context: Pick<Context, 'db' | 'clock'>,
  saying: Saying,
): Promise<void> {
  const note = saying.note?.trim() ?? ''
  if (note === '')
    throw new Refusal('say what should be different: a note is missing', { field: 'note' })
  const { editionId, contentHash } = saying
  await inTransaction(context.db, async (db) => {
    const edition = await lockForVerdict(db, editionId)
    if (edition === undefined || !isOpen(edition) || edition.contentHash !== contentHash) {
      const { state } = await getEdition(db, editionId)
      throw new Refusal(
        edition?.contentHash === contentHash
          ? `edition ${editionId} is ${state}: it can only be sent back before it is sent`
          : `edition ${editionId} changed since you looked at it: look at it again`,
        { status: 409 },
      )
    }
    await insertVerdict(db, {
      ...verdictOf({ ...saying, note }, context.clock.now()),
      verdict: 'send back',
    })
    const reason = `sent back by ${saying.operator?.name ?? 'a rule'}: ${note}`
    await setSentBack(db, { id: editionId, reason })
  })
}

/** Kept beside what people said before. */
export async function noteVerdict(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  { verdict, ...saying }: Saying & { verdict: 'stop' | 'cancel' },
): Promise<void> {
  await insertVerdict(db, { ...verdictOf(saying, clock.now()), verdict })
}

function verdictOf(
  { editionId, contentHash, operator, via, note = null }: Saying,
  now: Date,
): Omit<NewVerdict, 'verdict'> {
  const actor = operator?.name ?? 'the newsletter’s rule'
  return { editionId, contentHash, operatorId: operator?.id ?? null, actor, note, via, now }
}
