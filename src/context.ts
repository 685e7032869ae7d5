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
}

export type Clock = { now(): Date }

/** Where mail goes: a relay, or the built-in inbox, whose mails never count as sent to a reader. */
export type Relay = { test: boolean }
