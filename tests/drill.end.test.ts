import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { daybreak } from './daybreak-command.ts'

const redisUrl = process.env['TEST_REDIS_URL']

const counts = z.object({
  planned: z.number(),
  accepted: z.number(),
  rejected: z.number(),
  excluded: z.number(),
  uncertain: z.number(),
  lost: z.number(),
  doubled: z.number(),
  redisFlushes: z.number(),
})

const drilled = counts.extend({
  kept: z.boolean(),
  broken: z.array(z.string()),
  queue: z.string(),
  kills: z.number(),
  killsMidBodyShare: z.number(),
  databaseRestarts: z.number(),
  second: counts.extend({
    journalsLost: z.number(),
    journalsCut: z.number(),
    stalls: z.number(),
    databaseAbsences: z.number(),
  }),
})

async function emptyFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'daybreak-drill-test-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

async function runDrill(env: NodeJS.ProcessEnv) {
  const args = ['drill', '--readers', '3000', '--kills', '6', '--json']
  const ran = await daybreak(args, { dataDir: await emptyFolder(), env })
  expect(ran.err).toBe('')
  return { ...drilled.parse(JSON.parse(ran.out)), code: ran.code }
}

for (const [queue, env] of [
  ['postgres', {}],
  ['redis', { REDIS_URL: redisUrl }],
] as const) {
  test.skipIf(queue === 'redis' && redisUrl === undefined)(
    `whatever is killed, lost or away, no mail is lost or doubled (jobs in ${queue})`,
    { timeout: 170_000 },
    async () => {
      const told = await runDrill(env)

      expect(told.broken).toEqual([])
      expect(told).toMatchObject({ code: 0, kept: true, queue, lost: 0, doubled: 0 })
      for (const edition of [told, told.second]) {
        const { accepted, rejected, excluded, uncertain } = edition
        expect(edition).toMatchObject({ planned: 3000, excluded: 15 })
        expect(accepted + rejected + excluded + uncertain).toBe(3000)
        expect(edition.redisFlushes).toBe(queue === 'redis' ? 1 : 0)
      }
      expect(told).toMatchObject({ kills: 6, databaseRestarts: 1 })
      expect(told.uncertain).toBeLessThanOrEqual(6 * 10)
      expect(told.killsMidBodyShare).toBeGreaterThanOrEqual(0.8)
      const worse = { journalsLost: 1, journalsCut: 1, stalls: 1, databaseAbsences: 1 }
      expect(told.second).toMatchObject(worse)
    },
  )
}

test('a drill of no readers is refused by name', async () => {
  const ran = await daybreak(['drill', '--readers', '0'], { dataDir: await emptyFolder() })

  expect(ran.code).toBe(1)
  expect(ran.err).toContain('--readers is 0: give it a number from 500')
})
