import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { reasonOf, Refusal } from '#errors.ts'
import { withoutAddresses } from '#log.ts'
import {
  claimSignUp,
  dropSignUp,
  listSignUpIds,
  type SignUpRow,
} from '#subscribers/joining/sign-up-store.ts'
import { requestToJoin } from '../service-mail.ts'

type Needs = Pick<Context, 'db' | 'clock' | 'secrets' | 'enqueue' | 'relay' | 'log'>

const PAGE = 200
/** What fails for that long is not the database's restart. */
const HOPELESS_MS = 3_600_000

/**
 * Handles what forms asked for and nobody has looked at yet, one by one, so that one that fails keeps no other waiting.
 * Asking again is harmless: the row goes in the transaction that plans its mail, and an address has its limits.
 * @returns how many were handled
 */
export async function takeSignUps(
  context: Needs,
  { signal }: { signal?: AbortSignal } = {},
): Promise<number> {
  let handled = 0
  let after = 0
  for (;;) {
    const ids = await listSignUpIds(context.db, { after, limit: PAGE })
    for (const id of ids) {
      if (signal?.aborted === true) return handled
      if (await takeOne(context, id)) handled += 1
    }
    after = ids.at(-1) ?? after
    if (ids.length < PAGE) return handled
  }
}

async function takeOne(context: Needs, id: number): Promise<boolean> {
  const { db, clock, log } = context
  // A job that is left before the commit would find nothing.
  const { jobs, enqueue } = collected()
  try {
    const taken = await inTransaction(db, async (transaction) => {
      const row = await claimSignUp(transaction, id)
      if (row === undefined) return false
      await handle({ ...context, db: transaction, enqueue }, row)
      return true
    })
    for (const job of jobs) await context.enqueue(...job)
    return taken
  } catch (error) {
    const reason = withoutAddresses(reasonOf(error)).slice(0, 200)
    log.error({ signUp: id, reason }, 'a sign-up could not be handled')
    const before = new Date(clock.now().getTime() - HOPELESS_MS)
    await dropSignUp(db, { id, before })
    return false
  }
}

function collected() {
  const jobs: Parameters<Needs['enqueue']>[] = []
  const enqueue: Needs['enqueue'] = async (...job) => void jobs.push(job)
  return { jobs, enqueue }
}

async function handle(context: Needs, row: SignUpRow): Promise<void> {
  const { id, form, formVersion, network, apiTokenId, ...wish } = row
  const witness = {
    form,
    formVersion,
    ...(network !== null && { network }),
    ...(apiTokenId !== null && { apiTokenId }),
  }
  try {
    await requestToJoin(context, { ...wish, witness })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    // Good when it was asked; since then the newsletter has gone.
    context.log.info({ signUp: id, field: error.field }, 'a sign-up can no longer be met')
  }
}
