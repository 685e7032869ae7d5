import { domainToASCII } from 'node:url'
import type { Context } from '#context.ts'
import { readSettings } from '#editions/publication.ts'
import type { InboundKind } from '#mail/inbound/inbound.ts'
import { openLocalPart, type Token } from '#subscribers/tokens.ts'
import { listBounceDomains } from './inbound-store.ts'

const PURPOSES = { b: 'bounce', u: 'unsubscribe' } as const
const TOKEN = /^([bu])-([a-z2-7]{56})$/
const DESKS: Record<string, InboundKind> = {
  postmaster: 'desk',
  abuse: 'desk',
  fbl: 'feedback',
}

export type OwnAddress = { kind: InboundKind; domain: string; token?: Token }

/** What an address says that looks like ours; undefined for a forged one and for any other. Its domain is for others to check. */
export function openAddress(
  context: Pick<Context, 'secrets'>,
  address: string,
): OwnAddress | undefined {
  const text = address.toLowerCase()
  const at = text.lastIndexOf('@')
  const localPart = at === -1 ? text : text.slice(0, at)
  const domain = at === -1 ? '' : domainToASCII(text.slice(at + 1)).replace(/\.$/, '')
  // "postmaster" alone is the one address without a domain (RFC 5321 4.5.1).
  if (domain === '' && text !== 'postmaster') return undefined
  const kind = Object.hasOwn(DESKS, localPart) ? DESKS[localPart] : undefined
  if (kind !== undefined) return { kind, domain }
  const own = openTokenAddress(context, localPart)
  return own && { kind: own.purpose, domain, token: own.token }
}

export function openTokenAddress({ secrets }: Pick<Context, 'secrets'>, localPart: string) {
  const [, letter, text = ''] = TOKEN.exec(localPart.toLowerCase()) ?? []
  if (letter !== 'b' && letter !== 'u') return undefined
  const purpose = PURPOSES[letter]
  const token = openLocalPart(secrets, purpose, text)
  return token && { purpose, token }
}

const READ_AGAIN_MS = 10_000
/** Mail systems give up on a mail after five days; auto-replies and unsubscribe mails come later. */
const COMING_BACK_MS = 30 * 24 * 3_600_000

/** The bounce domain as it is set, and those of mails that may still come back. */
export class BounceDomains {
  readonly #context: Pick<Context, 'db' | 'clock'>
  readonly #known = new Set<string>()
  #readAt = Number.NEGATIVE_INFINITY

  constructor(context: Pick<Context, 'db' | 'clock'>) {
    this.#context = context
  }

  async has(domain: string): Promise<boolean> {
    const now = this.#context.clock.now()
    if (now.getTime() - this.#readAt >= READ_AGAIN_MS) await this.#read(now)
    return this.#known.has(domain)
  }

  async #read(now: Date): Promise<void> {
    const { db } = this.#context
    const since = new Date(now.getTime() - COMING_BACK_MS)
    const sent = this.#known.size === 0 ? await listBounceDomains(db, since) : []
    const { bounceDomain } = await readSettings({ db })
    for (const name of [bounceDomain, ...sent]) this.#known.add(domainToASCII(name))
    this.#readAt = now.getTime()
  }
}
