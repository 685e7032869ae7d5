import { inTransaction } from '#db/transaction.ts'
import { moveEdition } from '#editions/store.ts'
import type { Lane } from '#queue/jobs.ts'
import { claimServiceMails } from '../claim-service.ts'
import type { Claimed as Row } from '../claim-store.ts'
import { kindsOf } from '../lane.ts'
import { composeReaderMail, type EditionForm } from '../reader-mail.ts'
import type { Sending } from '../sender.ts'
import { composeServiceMail } from '../service-message.ts'
import { grantServiceMails } from '../pace.ts'
import { claimNext, type Road } from './claim.ts'
import { OpenClaim } from './open-claim.ts'

export type Asked = {
  lane: Lane
  want: number
  roads: Road[]
  avoid: number[]
  changed(): void
}

export type LaneClaim = {
  claim: OpenClaim | undefined
  road: Road | undefined
  because: string | null
}

/** The lane's next rows, ready to be composed. Nothing is claimed while the disk is nearly full. */
export async function claimForLane(context: Sending, asked: Asked): Promise<LaneClaim> {
  const because = context.sender.floor.blocked()
  if (because !== undefined) return { claim: undefined, road: undefined, because }
  return asked.lane === 'confirmation'
    ? claimService(context, asked)
    : claimDeliveries(context, { ...asked, lane: asked.lane })
}

/** Of the monotonic clock. Bodies begin in the first half of the lease only. */
function terms({ sender }: Sending, asked: Asked) {
  const claimedAt = performance.now()
  return { claimedAt, leaseEnds: claimedAt + sender.leaseMs / 2, changed: () => asked.changed() }
}

async function claimDeliveries(
  context: Sending,
  asked: Asked & { lane: 'alert' | 'digest' },
): Promise<LaneClaim> {
  const { sender, relay, clock } = context
  const common = terms(context, asked)
  const forms = new Map<number, EditionForm>()
  const { found, because } = await inTransaction(context.db, async (db) =>
    claimNext(db, {
      ...asked,
      kinds: kindsOf(asked.lane),
      senderId: sender.id,
      test: relay.test,
      leaseMs: sender.leaseMs,
      now: clock.now(),
      relays: sender.relays,
      async admit(stamp) {
        const { editionId } = stamp
        const form = await sender.forms.open(db, stamp)
        if ('refused' in form)
          await holdEdition({ ...context, db }, { editionId, reason: form.refused })
        else forms.set(editionId, form)
        return forms.has(editionId)
      },
    }),
  )
  const form = found && forms.get(found.editionId)
  if (found === undefined || form === undefined)
    return { claim: undefined, road: undefined, because }
  if (found.probes) sender.troubles.probing.add(found.destination)
  const compose = (row: Row) => composeReaderMail(form, row)
  return { claim: new OpenClaim({ ...found, ...common, compose }), road: found.road, because }
}

async function claimService(context: Sending, asked: Asked): Promise<LaneClaim> {
  const { db, clock, sender, relay } = context
  const common = terms(context, asked)
  const now = clock.now()
  const { rows, because } = await inTransaction(db, async (transaction) => {
    const { relays, id: senderId, leaseMs } = sender
    const grant = await grantServiceMails(transaction, { want: asked.want, relays, now })
    if (grant.mails === 0) return { rows: [], because: grant.because }
    const input = { senderId, test: relay.test, limit: grant.mails, leaseMs, now }
    return { rows: await claimServiceMails(transaction, input), because: null }
  })
  if (rows.length === 0) return { claim: undefined, road: undefined, because }
  const mails = new Map(rows.map((row) => [row.subscriberId, row]))
  const claim = new OpenClaim({
    ...common,
    editionId: 0,
    destination: 0,
    concurrency: null,
    rows,
    async compose({ subscriberId }) {
      const mail = mails.get(subscriberId)
      if (mail === undefined) throw new Error('a service mail was not claimed')
      return composeServiceMail(context, mail)
    },
  })
  return { claim, road: undefined, because: null }
}

async function holdEdition(
  { db, log }: Pick<Sending, 'db' | 'log'>,
  { editionId, reason }: { editionId: number; reason: string },
): Promise<void> {
  if (await moveEdition(db, { id: editionId, from: ['sending'], to: 'held', reason }))
    log.error({ edition: editionId, reason }, 'edition held')
}
