import { reasonOf } from '#errors.ts'
import type { Outcome, Priority } from '#mail/outcome.ts'
import type { Profile } from '#mail/profile.ts'
import type { Claimed } from '../claim-store.ts'
import type { Fate } from '../outcome-store.ts'
import type { Sending } from '../sender.ts'
import type { Mail, OpenClaim } from './open-claim.ts'

type Handing = {
  claim: OpenClaim
  row: Claimed
  priority: Priority
  signal: AbortSignal
  /** Why the row must not be mailed any more. */
  refusalOf(): Fate | undefined
}

/** What became of the mail; `answered` when the relays said it, and not we. */
export type Sent = { fate: Fate; answered: boolean }

/** Composes one mail and hands it over. A mail whose body has begun is finished, whatever happens meanwhile. */
export async function sendMail(context: Sending, handing: Handing): Promise<Sent> {
  const mail = await composed(context, handing)
  if (mail === undefined) return { fate: CANNOT_COMPOSE, answered: false }
  return handOver(context, { ...handing, mail })
}

const CANNOT_COMPOSE: Fate = {
  kind: 'deferred',
  code: 0,
  reply: 'this mail cannot be composed',
}

/** Undefined for a row whose mail cannot be made: the others go out, and it waits for a person to read the log. */
async function composed(context: Sending, { claim, row }: Handing): Promise<Mail | undefined> {
  try {
    return await claim.compose(row)
  } catch (err) {
    logUncomposed(context, row, err)
    return undefined
  }
}

async function handOver(context: Sending, handing: Handing & { mail: Mail }): Promise<Sent> {
  const { claim, row, priority, signal, mail } = handing
  const { relays, journal } = context.sender
  let refusal: Fate | undefined
  let began = false
  const begun = () => {
    refusal = handing.refusalOf()
    if (refusal !== undefined) throw new Error('this mail must not be sent any more')
    journal.begun(row)
    claim.begin(row)
    began = true
  }
  const fail = (err: unknown): never => {
    logUncomposed(context, row, err)
    refusal = CANNOT_COMPOSE
    throw err
  }
  const message = (profile: Profile) => {
    refusal = undefined
    try {
      const made = mail.message(profile)
      return made instanceof Promise ? made.catch(fail) : made
    } catch (err) {
      return fail(err)
    }
  }
  try {
    const outcome = await relays.send({ envelope: mail.envelope, priority, message, begun, signal })
    if (outcome.kind === 'unsent' && refusal !== undefined)
      return { fate: refusal, answered: false }
    note(context, row, outcome)
    return { fate: outcome, answered: true }
  } catch (error) {
    if (began) return { fate: { kind: 'uncertain', reason: reasonOf(error) }, answered: true }
    if (refusal !== undefined) return { fate: refusal, answered: false }
    if (signal.aborted) return { fate: { kind: 'given back' }, answered: false }
    return { fate: { kind: 'unsent', reason: reasonOf(error) }, answered: true }
  }
}

/** A journal that takes no more costs no outcome: the ledger still gets it, and no other body begins. */
function note({ sender, log }: Sending, row: Claimed, outcome: Outcome): void {
  try {
    if (outcome.kind === 'accepted') sender.journal.accepted(row, outcome.relayId)
    else if (outcome.kind === 'deferred' || outcome.kind === 'rejected') sender.journal.other(row)
  } catch (error) {
    log.error({ reason: reasonOf(error) }, 'the journal takes no outcomes')
  }
}

function logUncomposed({ log }: Sending, { editionId, subscriberId }: Claimed, err: unknown) {
  log.error({ editionId, subscriberId, err }, 'a mail cannot be composed')
}
