import type { Config } from '#config.ts'
import type { Db } from '#db/open.ts'
import type { Log } from '#log.ts'
import type { Enqueue } from '#queue/jobs.ts'
import type { Secrets } from '#secrets.ts'

/** Everything a verb may ask for; a verb takes `Pick<Context, …>` so that its needs are in its signature. */
export type Context = {
  config: Config
  log: Log
  db: Db
  clock: Clock
  secrets: Secrets
  enqueue: Enqueue
  relay: Relay
  leavings: Leavings
}

export type Clock = { now(): Date }

/** Where mail goes: a relay, or the built-in inbox, whose mails never count as sent to a reader. */
export type Relay = { test: boolean }

/** The file of those who left, outside the database. */
export type Leavings = { note(notes: (LeavingNote | DomainNote)[]): Promise<void> }

/** Who left one newsletter, or all where none is named; by keyed hash, never by address. `moved`: left that address. */
export type LeavingNote = {
  at: Date
  kind: 'left' | 'returned' | 'moved' | 'asked' | 'lifted' | 'complained' | 'erased' | ListedKind
  newsletterId: number | null
  addressHash: Buffer
}

/** By a list that was imported: unsubscribed, bounced, complaining, erased at a former sender, or blocked. */
export type ListedKind = 'listed' | 'bounced' | 'reported' | 'forgotten' | 'blocked'

/** Nobody at the domain is mailed, or everybody again. */
export type DomainNote = { at: Date; kind: 'closed' | 'reopened'; domain: string }
