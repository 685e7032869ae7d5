import { Resolver } from 'node:dns/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { hasCode, Refusal } from '#errors.ts'

export type ResolveMx = (domain: string) => Promise<{ exchange: string; priority: number }[]>

const resolver = new Resolver({ timeout: 1500, tries: 1 })
export const resolveMx: ResolveMx = async (domain) => resolver.resolveMx(domain)

type Verdict = 'fine' | 'null MX' | 'no such domain'

const KEPT_MS = 10 * 60_000
const KEPT = 10_000
/** What could not be found out is not asked again for so long: of one domain, or of any when no name server answers. */
const AWAY_MS = 60_000
/** The reader waits, and the resolver takes its time with each name server. */
const PATIENCE_MS = 2000

/**
 * Whether a domain takes mail at all, as far as DNS knows: a lone MX of "." says that it never does (RFC 7505). What
 * cannot be found out counts as fine: a mail to nowhere comes back, a reader sent away does not.
 */
export class MailDomains {
  readonly #resolve: ResolveMx
  readonly #patienceMs: number
  readonly #known = new Map<string, { verdict: Verdict; until: number }>()
  #silent: string | undefined
  #awayUntil = 0

  constructor(resolve: ResolveMx = resolveMx, { patienceMs = PATIENCE_MS } = {}) {
    this.#resolve = resolve
    this.#patienceMs = patienceMs
  }

  /** @throws Refusal on the field email */
  async check(domain: string, now: Date): Promise<void> {
    const verdict = await this.#look(domain, now.getTime())
    if (verdict === 'fine') return
    throw new Refusal(
      verdict === 'null MX'
        ? `the mail address is at ${domain}, which takes no mail: use another address`
        : `the mail address is at ${domain}, which does not exist: look for a typing error`,
      { field: 'email' },
    )
  }

  async #look(domain: string, now: number): Promise<Verdict> {
    const known = this.#known.get(domain)
    if (known !== undefined && known.until > now) return known.verdict
    if (this.#awayUntil > now) return 'fine'
    const answer = await this.#ask(domain)
    if (this.#isAway(domain, answer)) this.#awayUntil = now + AWAY_MS
    if (this.#known.size >= KEPT) this.#known.clear()
    const unknown = answer === 'silence' || answer === 'unreachable' || answer === 'unclear'
    const verdict = unknown ? 'fine' : answer
    this.#known.set(domain, { verdict, until: now + (unknown ? AWAY_MS : KEPT_MS) })
    return verdict
  }

  /** One domain's broken name servers are its own: whoever types it in must not switch the look off for all others. */
  #isAway(domain: string, answer: Answer): boolean {
    if (answer === 'unreachable') return true
    const before = this.#silent
    this.#silent = answer === 'silence' ? domain : undefined
    return answer === 'silence' && before !== undefined
  }

  async #ask(domain: string): Promise<Answer> {
    const waiting = new AbortController()
    try {
      return await Promise.race([
        askMx(this.#resolve, domain),
        delay(this.#patienceMs, 'silence' as const, { signal: waiting.signal }),
      ])
    } finally {
      waiting.abort()
    }
  }
}

/** `silence`: nobody answered in time. `unreachable`: there is no name server. `unclear`: its answer says nothing. */
type Answer = Verdict | 'silence' | 'unreachable' | 'unclear'

async function askMx(resolve: ResolveMx, domain: string): Promise<Answer> {
  try {
    const records = await resolve(domain)
    const [first] = records
    const none = records.length === 1 && (first?.exchange === '' || first?.exchange === '.')
    return none ? 'null MX' : 'fine'
  } catch (error) {
    if (hasCode(error, 'ENOTFOUND')) return 'no such domain'
    // Without MX a domain's own host takes its mail (RFC 5321, 5.1).
    if (hasCode(error, 'ENODATA')) return 'fine'
    if (hasCode(error, 'ETIMEOUT')) return 'silence'
    return hasCode(error, 'ECONNREFUSED') ? 'unreachable' : 'unclear'
  }
}
