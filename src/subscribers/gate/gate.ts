import type { Context } from '#context.ts'
import type { Address } from '../address.ts'
import { adviseOn } from './advice.ts'
import { takeTokens } from './bucket-store.ts'
import { readFormTime } from './form-time.ts'
import { countSignUp, findGate, tripGate } from './gate-store.ts'
import { bucketsOf, EVERYBODY } from './limits.ts'
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
  const count = async (outcome: string, bucket?: string) =>
    countSignUp(context.db, { outcome, bucket, now })
  const { domain } = asked.address
  const robot = asked.trusted ? undefined : robotBy(context, asked, now)
  if (robot !== undefined) {
    await count(robot)
    return { kind: 'drop' }
  }
  // The built-in inbox takes mail for any domain, made-up ones too.
  if (!context.relay.test) await checkDomain(asked, now, count)
  if (asked.trusted) {
    await count('by the API')
    return { kind: 'pass' }
  }
  const proven = await prove(context, asked.proof)
  if (proven === 'failed') await count('proof failed')
  if (proven !== 'proven' && (await isDemanded(context, now))) {
    await count('asked for proof')
    return { kind: 'prove' }
  }
  const buckets = bucketsOf({ network: asked.network, domain, proven: proven === 'proven' })
  const empty = await takeTokens(context.db, { buckets, now })
  if (empty === EVERYBODY) {
    await tripGate(context.db, { now, until: new Date(now.getTime() + CALM_MS) })
    await count('asked for proof')
    return { kind: 'prove' }
  }
  if (empty !== undefined) {
    await count(`too many of one ${empty.split(' ')[0] ?? ''}`, empty)
    return { kind: 'drop' }
  }
  await count('passed')
  if (adviseOn(asked.address).disposable)
    await count('of these: throw-away address', `domain ${domain}`)
  return { kind: 'pass' }
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

async function checkDomain(
  { address, domains = mailDomains }: Asked,
  now: Date,
  count: (outcome: string, bucket?: string) => Promise<void>,
): Promise<void> {
  try {
    await domains.check(address.domain, now)
  } catch (error) {
    await count('no such mail domain', `domain ${address.domain}`)
    throw error
  }
}

async function prove(
  context: Pick<Context, 'db' | 'clock' | 'secrets'>,
  proof: string | undefined,
): Promise<'proven' | 'failed' | 'absent'> {
  if (proof === undefined || proof === '') return 'absent'
  return (await checkProof(context, proof)) ? 'proven' : 'failed'
}

/** Whether everybody is asked for proof now. */
export async function isDemanded({ db }: Pick<Context, 'db'>, now: Date): Promise<boolean> {
  const { demandedAt, until } = await findGate(db)
  return demandedAt !== null || (until !== null && until > now)
}
