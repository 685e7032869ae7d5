import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import { requestToJoin } from '../service-mail.ts'
import { countWaiting, dropWaiting, listWaiting, type Waiting } from './waiting-store.ts'

export type Asking = {
  importId: number
  operatorId: number | null
  /** Told how long to wait between two handfuls. */
  pause: (ms: number) => Promise<void>
  /** Ends the asking after the handful in hand; the rest waits. */
  signal?: AbortSignal
  onProgress?: (progress: { done: number; total: number }) => void
}

export type Asked = { handled: number; waiting: number }

const HANDFUL = 50
/** 20 a second: the relay sees a newsroom whose readers sign up, not a bought list. */
const PAUSE_MS = 2500

/**
 * Asks the people of an import who never agreed, as if they had signed up: at most once a day each, and three times. A
 * row goes when its mail is planned, so that it goes on where it was ended or killed.
 */
export async function askImported(
  context: Pick<Context, 'db' | 'clock' | 'secrets' | 'enqueue' | 'relay'>,
  asking: Asking,
): Promise<Asked> {
  const { importId, signal, pause, onProgress } = asking
  const total = await countWaiting(context.db, importId)
  const isEnded = () => signal?.aborted === true
  let handled = 0
  for (;;) {
    const people = await listWaiting(context.db, { importId, limit: HANDFUL })
    for (const person of people) await ask(context, person, asking)
    handled += people.length
    onProgress?.({ done: handled, total })
    if (people.length < HANDFUL || isEnded()) break
    await pause(PAUSE_MS)
    if (isEnded()) break
  }
  return { handled, waiting: await countWaiting(context.db, importId) }
}

async function ask(
  context: Pick<Context, 'db' | 'clock' | 'secrets' | 'enqueue' | 'relay'>,
  { subscriberId, email, newsletters, ...rest }: Waiting,
  { importId, operatorId }: Asking,
): Promise<void> {
  if (email !== null && newsletters.length > 0)
    try {
      const witness = { form: 'import', importId, ...(operatorId === null ? {} : { operatorId }) }
      await requestToJoin(context, { email, newsletters, ...rest, witness })
    } catch (error) {
      // A newsletter that is gone meanwhile: there is nothing to ask for.
      if (!(error instanceof Refusal)) throw error
    }
  await dropWaiting(context.db, subscriberId)
}
