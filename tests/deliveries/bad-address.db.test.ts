import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { drainLane } from '#deliveries/drain.ts'
import { openSender } from '#deliveries/sender.ts'
import { Relays } from '#mail/relays.ts'
import { parseRelays } from '#mail/smtp-url.ts'
import { openHouse } from '../house.ts'
import { startFakeRelay } from '../support/fake-relay.ts'
import { addCrowd, NO_KEYS, readRows, releaseDigest } from './send-fixture.ts'

test('a relay that hangs up at one address of 400 gets all the others in one run, and that mail waits', async () => {
  await using house = await openHouse()
  await addCrowd(house, 400)
  await using fake = await startFakeRelay({
    script: ({ stage, to }) => (stage === 'rcpt' && to.includes('crowd200@') ? 'drop' : undefined),
  })
  await using relays = new Relays({
    relays: parseRelays(fake.url),
    name: 'mail.example.org',
    connections: 4,
    log: house.context.log,
    drainMs: 500,
  })
  const dataDir = await mkdtemp(join(tmpdir(), 'daybreak-bad-address-'))
  await using sender = await openSender(house.context, { dataDir, relays, dkim: NO_KEYS })
  const editionId = await releaseDigest(house)

  const signal = new AbortController().signal
  await drainLane({ ...house.context, sender }, { lane: 'digest', signal })

  const rows = await readRows(house, editionId)
  const waiting = rows.filter((row) => row.state !== 'accepted')
  expect(waiting).toMatchObject([{ state: 'planned', attempt: 1 }])
  expect(waiting[0]?.retryAt?.getTime()).toBeGreaterThan(house.now.getTime())
  expect(relays.health()).toMatchObject([{ state: 'up' }])
  expect(sender.rest.size).toBe(0)
  expect(fake.doubled()).toBe(0)
  await rm(dataDir, { recursive: true, force: true })
})
