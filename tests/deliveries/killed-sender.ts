import { sql } from 'kysely'
import { readConfig } from '#config.ts'
import { openDb } from '#db/open.ts'
import { drainLane } from '#deliveries/drain.ts'
import { openSender } from '#deliveries/sender.ts'
import { sweepDeliveries } from '#deliveries/sweep.ts'
import { createLog } from '#log.ts'
import { Relays } from '#mail/relays.ts'
import { parseRelays } from '#mail/smtp-url.ts'
import { NO_KEYS } from './send-fixture.ts'

// A sending process for a test that kills it: sweeps and drains until the edition is not being sent any more.
const [url = '', dataDir = '', smtpUrl = '', connections = ''] = process.argv.slice(2)
const { db } = await openDb({ url, max: 4, onError: () => undefined })
const log = createLog({ level: 'silent', name: 'sender' })
const clock = { now: () => new Date() }
const context = {
  db,
  log,
  clock,
  config: readConfig({}),
  secrets: { tokenKey: Buffer.alloc(32, 1), suppressionKey: Buffer.alloc(32, 2) },
  relay: { test: true },
  enqueue: async () => undefined,
}
await using relays = new Relays({
  relays: parseRelays(smtpUrl, { allowPlaintext: true }),
  name: 'mail.example.org',
  connections: Number(connections),
  log,
})
const sender = await openSender(context, { dataDir, relays, dkim: NO_KEYS })
const { signal } = new AbortController()
for (;;) {
  await sweepDeliveries(context, sender)
  await drainLane({ ...context, sender }, { lane: 'digest', signal })
  if (await isOver()) break
}
await sender[Symbol.asyncDispose]()
await db.destroy()

async function isOver(): Promise<boolean> {
  const { rows } = await sql`select 1 from edition where state = 'sending'`.execute(db)
  return rows.length === 0
}
