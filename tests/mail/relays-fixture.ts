import { createLog } from '#log.ts'
import type { Outcome, OutgoingMail, Priority } from '#mail/outcome.ts'
import type { Profile } from '#mail/profile.ts'
import type { ReadyMail } from '#mail/relay/handover.ts'
import { Relays } from '#mail/relays.ts'
import type { Pool } from '#mail/relays/relay-member.ts'
import { parseRelays } from '#mail/smtp-url.ts'

export const ACCEPTED: Outcome = { kind: 'accepted', relayId: null, reply: '250 Ok' }
export const REFUSED: Outcome = { kind: 'unsent', reason: 'connect ECONNREFUSED' }

type Act = Outcome | 'wait'

/** A relay's connections that answer as the test says: `wait` holds the mail until `release`. */
export class FakePool implements Pool {
  connections = 4
  reserved = 0
  act: Act = ACCEPTED
  closed = false
  readonly mails: ReadyMail[] = []
  readonly #held: PromiseWithResolvers<Outcome>[] = []

  async send(mail: ReadyMail): Promise<Outcome> {
    this.mails.push(mail)
    mail.signal?.throwIfAborted()
    const held = this.act === 'wait' ? Promise.withResolvers<Outcome>() : undefined
    if (held) this.#held.push(held)
    const outcome = held ? await held.promise : (this.act as Outcome)
    if (outcome.kind !== 'unsent' && outcome.kind !== 'deferred') {
      try {
        mail.begun()
      } catch {
        return { kind: 'unsent', reason: 'the owner says no' }
      }
    }
    return outcome
  }

  release(outcome: Outcome = ACCEPTED): void {
    for (const held of this.#held.splice(0)) held.resolve(outcome)
  }

  capacity(priority: Priority): number {
    return 2 * (priority === 'digest' ? this.connections - this.reserved : this.connections)
  }

  stats() {
    return { open: 1, busy: 0, replyMs: 5, accepted: this.mails.length, eager: true }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true
    this.release({ kind: 'unsent', reason: 'Daybreak is shutting down' })
  }
}

/** Relays over fake connections, by name, with a clock that stands still. */
export function openRelays(text: string) {
  const pools = new Map<string, FakePool>()
  const lines: string[] = []
  const clock = { now: 1000 }
  const relays = new Relays({
    relays: parseRelays(text),
    name: 'mail.example.org',
    connections: 4,
    log: createLog({ level: 'info', name: 'test', write: (line) => lines.push(line) }),
    now: () => clock.now,
    openPool: ({ name }) => {
      const pool = new FakePool()
      pools.set(name, pool)
      return pool
    },
  })
  const pool = (name: string): FakePool => {
    const found = pools.get(name)
    if (!found) throw new Error(`no pool ${name}`)
    return found
  }
  return {
    relays,
    pool,
    lines,
    wait: (ms: number) => (clock.now += ms),
    send: (more: Partial<OutgoingMail> = {}) => relays.send(mailTo(more)),
    /** How many mails each relay was given. */
    counts: () => Object.fromEntries([...pools].map(([name, { mails }]) => [name, mails.length])),
    stateOf: (name: string) => relays.health().find((relay) => relay.name === name),
  }
}

export function mailTo(more: Partial<OutgoingMail> = {}): OutgoingMail {
  return {
    envelope: { from: 'news@example.org', to: 'reader@example.net' },
    priority: 'digest',
    message: ({ name }: Profile) => ({ bytes: Buffer.from(`for ${name}\r\n`) }),
    begun: () => undefined,
    ...more,
  }
}

export async function times(count: number, work: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done += 1) await work()
}
