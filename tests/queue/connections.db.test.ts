import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { CONNECTIONS } from '#app.ts'
import { readAccounts } from '#deliveries/accounts.ts'
import { addCrowd, releaseDigest } from '../deliveries/send-fixture.ts'
import { openHouse } from '../house.ts'

const PROGRAM = fileURLToPath(new URL('sender-process.ts', import.meta.url))

test('a sending process at work keeps to its budget of connections', async () => {
  await using house = await openHouse({ now: new Date() })
  await addCrowd(house, 600)
  const editionId = await releaseDigest(house)
  const dataDir = await mkdtemp(join(tmpdir(), 'daybreak-budget-'))
  const env = {
    ...process.env,
    DATABASE_URL: house.url,
    DAYBREAK_DATA: dataDir,
    SMTP_URL: '',
    REDIS_URL: '',
    LOG_LEVEL: 'error',
  }
  const { rows: before } =
    await sql`select pid from pg_stat_activity where datname = current_database()`.execute(house.db)
  const child = spawn(process.execPath, [PROGRAM], { env, stdio: ['pipe', 'pipe', 'inherit'] })

  let most = 0
  await expect
    .poll(
      async () => {
        const { rows } = await sql<{ count: number }>`
        select count(*) as count from pg_stat_activity where datname = current_database()`.execute(
          house.db,
        )
        most = Math.max(most, (rows[0]?.count ?? 0) - before.length)
        return (await readAccounts(house.db, editionId)).accepted
      },
      { timeout: 25_000, interval: 5 },
    )
    .toBe(600)
  child.stdin.end()
  await once(child, 'exit')
  await rm(dataDir, { recursive: true, force: true })

  expect(child.exitCode).toBe(0)
  expect(most).toBeGreaterThan(0)
  expect(most).toBeLessThanOrEqual(CONNECTIONS.verbs + CONNECTIONS.queue)
})
