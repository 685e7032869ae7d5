import { Resolver } from 'node:dns/promises'
import { hasCode, Refusal } from '#errors.ts'

export type ResolveMx = (domain: string) => Promise<{ exchange: string; priority: number }[]>

const resolver = new Resolver({ timeout: 1500, tries: 1 })
export const resolveMx: ResolveMx = async (domain) => resolver.resolveMx(domain)

type Verdict = 'fine' | 'null MX' | 'no such domain'

const KEPT_MS = 10 * 60_000
const KEPT = 10_000
/** A machine without DNS must not keep every reader waiting. */
const AWAY_MS = 60_000

/**
 * Whether a domain takes mail at all, as far as DNS knows: a lone MX of "." says that it never does (RFC 7505). What
 * cannot be found out counts as fine: a mail to nowhere comes back, a reader sent away does not.
 */
export class MailDomains {
  readonly #resolve: ResolveMx
  readonly #known = new Map<string, { verdict: Verdict; until: number }>()
  #awayUntil = 0

  constructor(resolve: ResolveMx = resolveMx) {
    this.#resolve = resolve
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
    const verdict = await this.#ask(domain)
    if (verdict === undefined) {
      this.#awayUntil = now + AWAY_MS
      return 'fine'
    }
    if (this.#known.size >= KEPT) this.#known.clear()
    this.#known.set(domain, { verdict, until: now + KEPT_MS })
    return verdict
  }

  /** Undefined where nobody answers. */
  async #ask(domain: string): Promise<Verdict | undefined> {
    try {
      const records = await this.#resolve(domain)
      const [first] = records
      const none = records.length === 1 && (first?.exchange === '' || first?.exchange === '.')
      return none ? 'null MX' : 'fine'
    } catch (error) {
      if (hasCode(error, 'ENOTFOUND')) return 'no such domain'
      // Without MX a domain's own host takes its mail (RFC 5321, 5.1).
      return hasCode(error, 'ENODATA') ? 'fine' : undefined
    }
  }
}
