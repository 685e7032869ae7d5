import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { moveEdition } from '#editions/store.ts'
import { withoutAddresses } from '#log.ts'
import type { BounceReason } from '#mail/returned/returned.ts'
import { planByIndex } from '../claim-store.ts'
import { type Breaker, dropBreaker, findBreaker, putBreaker } from './breaker-store.ts'
import { fixInWords } from './fix.ts'
import { holdsEdition, opensBreaker, OTHER, restMsOf } from './trouble-rules.ts'
import {
  findDestination,
  findSending,
  readDestinationFigures,
  readEditionFigures,
} from './trouble-store.ts'

export type Trouble = { editionId: number; destination: number; reason: BounceReason; text: string }

type Needs = Pick<Context, 'db' | 'clock' | 'log'>

/**
 * A mail was refused because of us, and no reader is to blame: decides from the ledger whether its destination is left
 * alone for a while, and whether a person has to look at the edition. Asking again is harmless.
 */
export async function noteTrouble(context: Needs, trouble: Trouble): Promise<void> {
  const { db, log } = context
  const { editionId, destination, reason, text } = trouble
  const whose = editionId === 0 ? undefined : await findDestination(db, destination)
  const fix = fixInWords({ reason, text, destination: whose?.name })
  if (editionId === 0) {
    log.error({ fix, reply: withoutAddresses(text) }, 'our service mail is refused')
    return
  }
  const now = context.clock.now()
  const { opened, held } = await inTransaction(db, async (transaction) => {
    // The ledger may be without statistics still.
    await planByIndex(transaction)
    const decision = { ...trouble, fix, now }
    return {
      opened:
        destination === OTHER || whose === undefined
          ? undefined
          : await openBreaker(transaction, { ...decision, mendedAt: whose.mendedAt }),
      held: await holdEdition(transaction, decision),
    }
  })
  if (opened !== undefined)
    log.error({ destination: whose?.name, fix, until: opened }, 'a destination refuses us')
  if (held !== undefined) log.error({ edition: editionId, reason: held }, 'edition held')
}

type Decision = Trouble & { fix: string; now: Date }

/** Until when, if it is open from now on. */
async function openBreaker(
  db: Db,
  { editionId, destination, reason, text, mendedAt, now }: Decision & { mendedAt: Date | null },
): Promise<Date | undefined> {
  const known = await findBreaker(db, destination)
  const since = known === undefined ? mendedAt : triedFrom(known)
  if (known !== undefined && triedFrom(known) > now) return undefined
  const figures = await readDestinationFigures(db, { editionId, destination, since })
  if (known === undefined ? !opensBreaker(figures) : figures.ours === 0) return undefined
  const times = (known?.times ?? 0) + 1
  const until = new Date(now.getTime() + restMsOf(times))
  const reply = withoutAddresses(text)
  const put = await putBreaker(db, { destination, known, times, until, reason, reply, now })
  return put ? until : undefined
}

/** From then on a few mails may try: until moves on with each of these tries. */
function triedFrom({ openedAt, times }: Breaker): Date {
  return new Date(openedAt.getTime() + restMsOf(times))
}

/** Why it is held, if it is from now on. */
async function holdEdition(db: Db, { editionId, fix }: Decision): Promise<string | undefined> {
  const sending = await findSending(db, editionId)
  if (sending === undefined) return undefined
  const figures = await readEditionFigures(db, { editionId, since: sending.resumedAt })
  if (!holdsEdition(figures)) return undefined
  const { ours, answers } = figures
  const reason = `${ours} of the last ${answers} answers refuse us, and no reader is to blame. ${fix}`
  const held = await moveEdition(db, { id: editionId, from: ['sending'], to: 'held', reason })
  return held ? reason : undefined
}

/** A mail that tried the destination was taken: all of them go again. */
export async function noteMended({ db, clock, log }: Needs, destination: number): Promise<void> {
  const name = await dropBreaker(db, { destination, now: clock.now() })
  if (name !== undefined) log.info({ destination: name }, 'a destination takes our mail again')
}
