import type { Context } from '#context.ts'
import type { Address } from '../address.ts'
import { isDisposable } from './advice.ts'
import { takeTokens } from './bucket-store.ts'
import { readFormTime } from './form-time.ts'
import { countSignUp, findGate, tripGate } from './gate-store.ts'
import { bucketsOf, bucketsOfAsking, EVERYBODY } from './limits.ts'
import { MailDomains } from './mail-domain.ts'
import { checkProof } from './proof.ts'

export type Asked = {
  address: Address
  /** The prefix of the reader's network, as `networkOf` gives it. */
  network: string | undefined
  /** A field that people do not see. */
  honeypot: string
  seenAt: string | undefined
  proof: string | undefined
  /** An API token vouches: networks and proofs say nothing then. */
  trusted: boolean
  domains?: MailDomains
}

/** `drop`: the same page, and nothing happens. `prove`: the form comes back with a proof of work. */
export type Verdict = { kind: 'pass' } | { kind: 'drop' } | { kind: 'prove' }

/** How long everybody is asked for proof of work after the last minute that was too busy. */
const CALM_MS = 10 * 60_000

const mailDomains = new MailDomains()

/**
 * Whether a sign-up may go on, whoever it is for: nothing here looks at what we know of the address.
 * @throws Refusal for a domain that takes no mail
 */
export async function askGate(
  context: Pick<Context, 'db' | 'clock' | 'secrets' | 'relay'>,
  asked: Asked,
): Promise<Verdict> {
  const now = context.clock.now()
  const count: Count = async (outcome, bucket) => countSignUp(context.db, { outcome, bucket, now })
  const stopped = asked.trusted ? undefined : await stop(context, { asked, now, count })
  if (stopped !== undefined) return stopped
  // After the limits, which also bound what is asked of the DNS. The built-in inbox takes mail for any domain.
  if (!context.relay.test) await checkDomain(asked, now, count)
  await count(asked.trusted ? 'by the API' : 'passed')
  const { domain } = asked.address
  if (isDisposable(asked.address)) await count('of these: throw-away address', `domain ${domain}`)
  return { kind: 'pass' }
}

type Count = (outcome: string, bucket?: string) => Promise<void>

async function stop(
  context: Pick<Context, 'db' | 'clock' | 'secrets'>,
  { asked, now, count }: { asked: Asked; now: Date; count: Count },
): Promise<Verdict | undefined> {
  const robot = robotBy(context, asked, now)
  if (robot !== undefined) {
    await count(robot)
    return { kind: 'drop' }
  }
  const proof = await prove(context, asked.proof)
  if (proof === 'failed') await count('proof failed')
  const proven = proof === 'proven'
  if (!proven && (await isDemanded(context, { asked, now }))) {
    await count('asked for proof')
    return { kind: 'prove' }
  }
  const { network, address } = asked
  const buckets = bucketsOf({ network, domain: address.domain, proven })
  const empty = await takeTokens(context.db, { buckets, now })
  if (empty === undefined) return undefined
  if (empty === EVERYBODY) {
    await trip(context, now)
    await count('asked for proof')
    return { kind: 'prove' }
  }
  await count(`too many of one ${empty.split(' ')[0] ?? ''}`, empty)
  return { kind: 'drop' }
}

function robotBy(
  { secrets }: Pick<Context, 'secrets'>,
  { honeypot, seenAt }: Asked,
  now: Date,
): string | undefined {
  if (honeypot !== '') return 'filled the hidden field'
  switch (readFormTime(secrets, { text: seenAt, now })) {
    case 'forged':
      return 'forged the form'
    case 'too fast':
      return 'too fast for a person'
    case 'absent':
    case 'fine':
      return undefined
  }
}

async function prove(
  context: Pick<Context, 'db' | 'clock' | 'secrets'>,
  proof: string | undefined,
): Promise<'proven' | 'failed' | 'absent'> {
  if (proof === undefined || proof === '') return 'absent'
  return (await checkProof(context, proof)) ? 'proven' : 'failed'
}

/** Whether everybody is asked for proof now. Those who are asked count too: the breaker waits until it is calm. */
async function isDemanded(
  { db }: Pick<Context, 'db'>,
  { asked, now }: { asked: Asked; now: Date },
): Promise<boolean> {
  const { demandedAt, until } = await findGate(db)
  const tripped = until !== null && until > now
  if (!tripped) return demandedAt !== null
  const empty = await takeTokens(db, { buckets: bucketsOfAsking(asked), now })
  if (empty === EVERYBODY) await trip({ db }, now)
  return true
}

async function trip({ db }: Pick<Context, 'db'>, now: Date): Promise<void> {
  await tripGate(db, { now, until: new Date(now.getTime() + CALM_MS) })
}

async function checkDomain(
  { address, domains = mailDomains }: Asked,
  now: Date,
  count: Count,
): Promise<void> {
  try {
    await domains.check(address.domain, now)
  } catch (error) {
    // Without the domain: made-up ones have no end.
    await count('no such mail domain')
    throw error
  }
}
