import { sql } from 'kysely'
import { readConfig } from '#config.ts'
import { openDb } from '#db/open.ts'
import { drainLane } from '#deliveries/drain.ts'
import { openSender } from '#deliveries/sender.ts'
import { sweepDeliveries } from '#deliveries/sweep.ts'
import { createLog } from '#log.ts'
import { createRelayTransport } from '#mail/transport.ts'

// A sending process for a test that kills it: sweeps and drains until the edition is not being sent any more.
const [url = '', dataDir = '', smtpUrl = '', connections = ''] = process.argv.slice(2)
const { db } = await openDb({ url, max: 4, onError: () => undefined })
const log = createLog({ level: 'silent', name: 'sender' })
const clock = { now: () => new Date() }
const relay = createRelayTransport({
  url: smtpUrl,
  name: 'mail.example.org',
  maxConnections: Number(connections),
  log,
})
const context = {
  db,
  log,
  clock,
  config: { ...readConfig({}), smtpConnections: Number(connections) },
  secrets: { tokenKey: Buffer.alloc(32, 1), suppressionKey: Buffer.alloc(32, 2) },
  relay: { test: true },
  enqueue: async () => undefined,
}
const sender = await openSender(context, { dataDir, transport: relay })
const { signal } = new AbortController()
for (;;) {
  await sweepDeliveries(context, sender)
  await drainLane({ ...context, sender }, { lane: 'digest', signal })
  if (await isOver()) break
}
await sender[Symbol.asyncDispose]()
await relay[Symbol.asyncDispose]()
await db.destroy()

async function isOver(): Promise<boolean> {
  const { rows } = await sql`select 1 from edition where state = 'sending'`.execute(db)
  return rows.length === 0
}
