import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from '#config.ts'
import { SchemaRefusal } from '#db/migrate.ts'
import { Refusal } from '#errors.ts'
import { createLog } from '#log.ts'
import { tellOfStart, tellOfUpgrade } from '#upkeep/tell-of-upgrade.ts'
import { openListener } from './upkeep-fixture.ts'

let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'daybreak-upgrade-'))
})
afterAll(async () => rm(dataDir, { recursive: true }))

const failure = new Refusal(
  'migration 0012-x.sql failed (division by zero), and nothing of it was kept\nTo bring back the old version:\n  git checkout v0.1.0 && npm ci',
  { status: 78, cause: new SchemaRefusal('migration 0012-x.sql failed') },
)

test('a start that the schema forbids is told once an hour with the way back, and once when it works again', async () => {
  await using listener = await openListener()
  const place = {
    config: readConfig({
      NOTICE_WEBHOOKS: listener.url,
      PUBLIC_URL: 'https://news.courier.example',
    }),
    dataDir,
    log: createLog({ level: 'silent', name: 'test' }),
    fetch,
    now: new Date(),
  }
  const later = { ...place, now: new Date(Date.now() + 3_700_000) }

  await tellOfUpgrade(new Refusal('something else', { status: 78 }), place)
  await tellOfStart(place)
  const before = listener.posts.length
  await tellOfUpgrade(failure, place)
  await tellOfUpgrade(failure, place)
  await tellOfUpgrade(failure, later)
  await tellOfStart(later)
  await tellOfStart(later)

  expect(before).toBe(0)
  const told = listener.posts.map(
    ({ body }) => JSON.parse(body) as { subject: string; text: string },
  )
  expect(told.map(({ subject }) => subject)).toEqual([
    'news.courier.example: migration 0012-x.sql failed (division by zero), and nothing of it was kept',
    'news.courier.example: migration 0012-x.sql failed (division by zero), and nothing of it was kept',
    'news.courier.example: over: migration 0012-x.sql failed (division by zero), and nothing of it was kept',
  ])
  expect(told[0]?.text).toContain('git checkout v0.1.0 && npm ci')
  expect(await readdir(dataDir)).toEqual([])
})
