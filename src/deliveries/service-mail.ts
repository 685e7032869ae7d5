import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { hashAddress } from '#secrets.ts'
import { limitKeyOf } from '#subscribers/address.ts'
import type { Witness } from '#subscribers/consent/witness.ts'
import {
  askToJoin,
  CONFIRM_HOURS,
  confirm,
  type Confirmation,
  readConfirmation,
  readSignUp,
  type SignUp,
} from '#subscribers/sign-up.ts'
import { confirmForm } from './service/confirmation.ts'
import { ensureForm } from './service/form.ts'
import { planLatest } from './service/latest/plan-latest.ts'
import { lockLimits, planLimited, planOwn } from './service/plan-store.ts'
import { welcomeForm } from './service/welcome.ts'

type Joining = Pick<Context, 'db' | 'clock' | 'secrets' | 'enqueue' | 'relay'>

const HOUR_MS = 3_600_000

/**
 * Asks the address to confirm, whoever typed it in. The caller's answer is the same for a new, a known and a blocked
 * address. At most one confirmation a day and three until confirmed: the form cannot be used to bomb anyone.
 * @throws Refusal for input that the typing person can mend
 */
export async function requestToJoin(context: Joining, input: SignUp): Promise<void> {
  const { relay, clock, secrets } = context
  // What is refused here has cost no template and left no row.
  const read = await readSignUp(context, input)
  const form = await ensureForm(context.db, await confirmForm(context, read))
  const limitHash = hashAddress(secrets, limitKeyOf(read.address))
  const planned = await inTransaction(context.db, async (db) => {
    await lockLimits(db, [limitHash])
    const asking = await askToJoin({ ...context, db }, read)
    if (asking === undefined) return false
    const { subscriber, newsletterIds, topicIds } = asking
    const { language, attributes = {} } = read
    return planLimited(db, {
      kind: 'confirmation',
      subscriberId: subscriber.id,
      recipient: subscriber.email ?? read.address.email,
      addressHash: hashAddress(secrets, read.address.email),
      limitHash,
      form,
      payload: {
        newsletterIds,
        topicIds,
        language,
        ...(Object.keys(attributes).length > 0 && { attributes }),
      },
      test: relay.test,
      now: clock.now(),
    })
  })
  if (planned) await context.enqueue('drain-lane', { lane: 'confirmation' })
}

/** Confirms and plans the welcome, once, and the latest edition where the newsletter gives it to who joins. */
export async function confirmJoining(
  context: Joining,
  token: string,
  witness: Witness,
): Promise<Confirmation> {
  const read = await readConfirmation(context, token)
  if (read.kind !== 'open') return read
  const { newsletterIds } = read
  const about = { subscriberId: read.subscriber.id, newsletterIds }
  const form = await ensureForm(context.db, await welcomeForm(context.db, about))
  const { relay, clock } = context
  const common = { ...about, test: relay.test, now: clock.now() }
  const confirmation = await inTransaction(context.db, async (db) => {
    const done = await confirm({ ...context, db }, { token, witness })
    if (done.kind !== 'confirmed') return done
    const lifeMs = 24 * HOUR_MS
    await planOwn(db, { kind: 'welcome', form, payload: { newsletterIds }, lifeMs, ...common }, [
      { most: 1, withinMs: CONFIRM_HOURS * HOUR_MS },
    ])
    await planLatest(db, common)
    return done
  })
  if (confirmation.kind === 'confirmed')
    await context.enqueue('drain-lane', { lane: 'confirmation' })
  return confirmation
}

/** Compiles a mail for nobody: the first one of a process takes half a second, and an alert must not wait for that. */
export async function warmTemplates(context: Pick<Context, 'db'>): Promise<void> {
  await confirmForm(context, { newsletterIds: [], language: 'en' })
}
