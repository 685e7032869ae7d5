import type { ConnectionOptions } from 'node:tls'
import type { Log } from '#log.ts'
import type { Outcome, OutgoingMail, Priority, Transport } from '#mail/outcome.ts'
import type { ProfileName } from '#mail/profile.ts'
import type { Timeouts } from '#mail/relay/open-relay.ts'
import { RelayPool, type RelayPoolStats } from '#mail/relay/relay-pool.ts'
import type { HealthState } from '#mail/relays/relay-health.ts'
import { type Pool, RelayMember } from '#mail/relays/relay-member.ts'
import type { RelayConfig } from '#mail/smtp-url.ts'

export type RelaysSettings = {
  relays: readonly RelayConfig[]
  /** Said in EHLO. */
  name: string
  /** Of each relay whose URL names no number. */
  connections: number
  log: Log
  timeouts?: Partial<Timeouts>
  tls?: ConnectionOptions
  drainMs?: number
  /** Monotonic, in ms. */
  now?: () => number
  openPool?: (relay: RelayConfig) => Pool
}

export type RelayState = RelayPoolStats & {
  name: string
  host: string
  profile: ProfileName
  /** Down: only a person can mend it. */
  state: HealthState
  /** For how long it has been so. */
  forMs: number
  /** Why it is not up, in the relay's words. */
  reason: string | null
  /** When it is tried again at the latest, from now. */
  restMs: number
  /** Mails that had to go another way. */
  failed: number
}

export type RelayLimits = Pick<RelayConfig, 'name' | 'rate' | 'hourly' | 'daily'> & {
  /** Its part of the mails by weight, from 0 to 1. */
  share: number
  /** Mails that it may take by now. */
  credit: number
}

/** All relays as one: chosen by weight among those that work and have credit, the next one when one does not answer. */
export class Relays implements Transport {
  readonly #members: RelayMember[]
  readonly #now: () => number
  readonly #connections: number
  #closing = false

  constructor(settings: RelaysSettings) {
    const { now = () => performance.now(), log } = settings
    const open = settings.openPool ?? ((relay: RelayConfig) => openPool(relay, settings))
    this.#now = now
    this.#connections = settings.connections
    this.#members = settings.relays.map(
      (relay) => new RelayMember(relay, { pool: open(relay), log, now: now() }),
    )
  }

  /** Over each relay at most once. */
  async send(mail: OutgoingMail): Promise<Outcome> {
    const tried = new Set<RelayMember>()
    let failure: Outcome | undefined
    let offered = false
    for (;;) {
      const member = this.#closing ? undefined : this.#choose(mail.priority, tried)
      if (member === undefined) return failure ?? this.#nobody()
      const { outcome, elsewhere } = await member.send(mail, this.#now)
      if (!elsewhere || outcome.kind !== 'unsent') return outcome
      tried.add(member)
      offered ||= outcome.offered === true && member.isUp
      const reason = this.#inWords(member, outcome.reason)
      failure = { kind: 'unsent', reason, ...(offered && { offered }) }
    }
  }

  #choose(priority: Priority, tried: ReadonlySet<RelayMember>): RelayMember | undefined {
    const now = this.#now()
    const left = this.#members.filter((member) => !tried.has(member))
    const ready = left.filter((member) => member.isUp && member.credit >= 1)
    const alone = ready.length === 0
    // A relay that does not answer may cost 15 s to find out: an alert goes another way if there is one.
    const probe =
      alone || priority === 'digest'
        ? left.find(({ health }) => health.mayProbe(now, { alone }))
        : undefined
    return probe ?? inTurn(ready, priority)
  }

  /** Why no relay takes the mail, as the person who can mend it needs it. */
  #nobody(): Outcome {
    if (this.#closing) return { kind: 'unsent', reason: 'the connections to the relays are closed' }
    const spent = this.#members.find((member) => member.isUp)
    if (spent) {
      return { kind: 'unsent', reason: `the limit of relay ${spent.config.name} is used up` }
    }
    const down = this.#members.find(({ health }) => health.state === 'down') ?? this.#members[0]
    return { kind: 'unsent', reason: this.#inWords(down, down?.health.reason ?? 'no relay') }
  }

  #inWords(member: RelayMember | undefined, reason: string): string {
    return this.#members.length > 1 && member ? `${member.config.name}: ${reason}` : reason
  }

  capacity(priority: Priority): number {
    return this.#members
      .filter((member) => member.isUp)
      .reduce((sum, { pool }) => sum + pool.capacity(priority), 0)
  }

  /** Relays with a limit that the shared buckets are asked for. */
  limits(): RelayLimits[] {
    const inUse = this.#inUse()
    const total = inUse.reduce((sum, { config }) => sum + config.weight, 0)
    return inUse
      .filter(({ limited }) => limited)
      .map(({ credit, config: { name, rate, hourly, daily, weight } }) => ({
        name,
        rate,
        hourly,
        daily,
        share: weight / total,
        credit,
      }))
  }

  /** How many mails may be handed over now; Infinity while a relay without a limit works. */
  credit(): number {
    return this.#inUse().reduce((sum, { credit }) => sum + Math.max(0, credit), 0)
  }

  addCredit(name: string, mails: number): void {
    const member = this.#members.find(({ config }) => config.name === name)
    if (member) member.credit += mails
  }

  /** Those that are up; where none is, all, so that a mail can find out which is back. */
  #inUse(): RelayMember[] {
    const up = this.#members.filter((member) => member.isUp)
    return up.length > 0 ? up : this.#members
  }

  /** Tells how many sending processes share the connections that the URLs allow in all. */
  share(senders: number): void {
    for (const { config, pool } of this.#members) {
      const connections =
        config.connections === null
          ? this.#connections
          : Math.max(1, Math.floor(config.connections / Math.max(1, senders)))
      if (connections === pool.connections) continue
      pool.connections = connections
      pool.reserved = reservedOf(connections)
    }
  }

  health(): RelayState[] {
    const now = this.#now()
    return this.#members.map(({ config, pool, health }) => ({
      ...pool.stats(),
      name: config.name,
      host: config.host,
      profile: config.profile,
      state: health.state,
      forMs: Math.round(now - health.since),
      reason: health.reason,
      restMs: health.state === 'up' ? 0 : Math.max(0, Math.round(health.until - now)),
      failed: health.failed,
    }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true
    for (const member of this.#members) member.closing = true
    await Promise.all(this.#members.map(({ pool }) => pool[Symbol.asyncDispose]()))
  }
}

/** Smooth weighted round robin among those with room; among all when none has. */
function inTurn(ready: RelayMember[], priority: Priority): RelayMember | undefined {
  const [only] = ready
  if (ready.length <= 1) return only
  const roomy = ready.filter(({ pool, inFlight }) => inFlight < pool.capacity(priority))
  const from = roomy.length > 0 ? roomy : ready
  for (const member of from) member.turn += member.config.weight
  const next = from.reduce((best, member) => (member.turn > best.turn ? member : best))
  next.turn -= from.reduce((sum, { config }) => sum + config.weight, 0)
  return next
}

/** One connection never carries a digest, so that confirmations and alerts do not wait for one. */
function reservedOf(connections: number): number {
  return connections > 1 ? 1 : 0
}

function openPool(relay: RelayConfig, settings: RelaysSettings): Pool {
  const { name, log, timeouts, tls, drainMs } = settings
  const connections = relay.connections ?? settings.connections
  return new RelayPool({
    relay,
    name,
    connections,
    reserved: reservedOf(connections),
    pipelining: relay.pipelining,
    log,
    ...(timeouts && { timeouts }),
    ...(tls && { tls }),
    ...(drainMs !== undefined && { drainMs }),
  })
}
