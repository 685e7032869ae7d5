import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { readAccounts } from '#deliveries/accounts.ts'
import { openHouse } from '../house.ts'
import { type FakeRelay, startFakeRelay } from '../support/fake-relay.ts'
import { addCrowd, releaseDigest, stateOf } from './send-fixture.ts'

const CONNECTIONS = 4
const READERS = 900
const KILLS = 6
const PROGRAM = fileURLToPath(new URL('killed-sender.ts', import.meta.url))

test('however often a sender is killed in the middle, nobody is mailed twice, nobody is lost, and few are uncertain', async () => {
  await using house = await openHouse({ now: new Date() })
  await using smtp = await startFakeRelay({
    script: ({ stage }) => (stage === 'dot' ? { after: pause(Math.random() * 4) } : undefined),
  })
  await addCrowd(house, READERS)
  const editionId = await releaseDigest(house)
  const dataDir = await mkdtemp(join(tmpdir(), 'daybreak-kill-'))
  const start = () =>
    spawn(process.execPath, [PROGRAM, house.url, dataDir, smtp.url, String(CONNECTIONS)], {
      stdio: 'inherit',
    })

  for (let kill = 1; kill <= KILLS; kill += 1) {
    const child = start()
    await untilBodies(smtp, smtp.bodies.length + 20 + Math.floor(Math.random() * 80), child)
    await pause(Math.random() * 10)
    child.kill('SIGKILL')
    await ended(child)
  }
  const last = start()
  await ended(last)
  await rm(dataDir, { recursive: true, force: true })

  expect(last.exitCode).toBe(0)
  const accounts = await readAccounts(house.db, editionId)
  const mailed = recipients(smtp)
  expect(new Set(mailed).size, 'nobody twice').toBe(mailed.length)
  expect(accounts.accepted + accounts.uncertain).toBe(READERS)
  expect(accounts.uncertain).toBeLessThanOrEqual(KILLS * CONNECTIONS)
  const { rows } = await sql<{ email: string }>`
    select s.email from delivery d join subscriber s on s.id = d.subscriber_id where d.state = 'accepted'`.execute(
    house.db,
  )
  expect(
    rows.filter((row) => !mailed.includes(row.email)),
    'accepted and never received',
  ).toEqual([])
  expect(await stateOf(house, editionId)).toBe('sent')
}, 120_000)

function recipients(smtp: FakeRelay): string[] {
  return smtp.bodies.map((body) => /^To: (\S+)/m.exec(body)?.[1] ?? 'nobody')
}

async function untilBodies(smtp: FakeRelay, count: number, child: ChildProcess): Promise<void> {
  while (smtp.bodies.length < count && child.exitCode === null) await pause(1)
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}
