import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createToken } from '#operators/api-token.ts'
import { readMetrics } from '#upkeep/read-metrics.ts'
import { noteTroubles } from '#upkeep/notice-store.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { openDesk, releaseDigest } from '../deliveries/send-fixture.ts'
import { socketFrom, webOf } from '../http/web-fixture.ts'

const queues = { counts: async () => [{ queue: 'digest', waiting: 2, failed: 1 }] }
const pool = () => ({ total: 8, idle: 5, waiting: 1 })

async function metricsOf(house: House): Promise<Map<string, number>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'daybreak-metrics-'))
  const text = await readMetrics({ context: house.context, dataDir, queues, pool })
  await rm(dataDir, { recursive: true })
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    samples.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' '))),
    ]),
  )
}

test('mails are counted by lane, provider and outcome, over all senders that ever were', async () => {
  await using house = await openHouse()
  await addReaders(house, 6)
  {
    await using desk = await openDesk(house, {
      script: ({ number }) =>
        number === 2
          ? { kind: 'rejected', code: 550, blame: 'recipient', reply: '550 5.1.1 no such user' }
          : number === 3
            ? { kind: 'deferred', code: 450, reply: '450 4.2.0 try again' }
            : number === 4
              ? { kind: 'uncertain', reason: 'connection lost' }
              : undefined,
    })
    await releaseDigest(house)
    await desk.drain()
  }
  const first = await metricsOf(house)
  await using other = await openDesk(house)
  house.wait(3_600_000)
  await other.drain()
  const second = await metricsOf(house)

  expect(
    ['accepted', 'rejected', 'deferred', 'uncertain'].map((outcome) => countOf(first, outcome)),
  ).toEqual([3, 1, 1, 1])
  expect(countOf(second, 'accepted')).toBe(4)
  expect(first.get('daybreak_smtp_seconds_count')).toBe(6)
  expect(first.get('daybreak_smtp_seconds_bucket{le="+Inf"}')).toBe(6)
  expect(first.get('daybreak_claim_seconds_count')).toBeGreaterThan(0)
})

test('what waits, what is held, who sends, and what is wrong', async () => {
  await using house = await openHouse()
  await addReaders(house, 4)
  await releaseDigest(house)
  house.wait(90_000)
  await noteTroubles(house.db, {
    troubles: [{ cause: 'relay "ours"\n', words: 'it is down', fix: 'daybreak status' }],
    now: house.now,
    missingMs: 1,
  })

  const metrics = await metricsOf(house)

  expect(Object.fromEntries(metrics)).toMatchObject({
    daybreak_mails_waiting: 4,
    daybreak_oldest_unfinished_seconds: 90,
    daybreak_senders: 0,
    daybreak_readers: 4,
    daybreak_editions_held: 0,
    daybreak_troubles: 1,
    'daybreak_trouble{cause="relay \\"ours\\"\\n"}': 1,
    'daybreak_queue_jobs{queue="digest",state="failed"}': 1,
    'daybreak_database_connections{state="used"}': 3,
    daybreak_database_waiting: 1,
  })
  expect(metrics.has('daybreak_backup_age_seconds')).toBe(false)
})

test('once all is sent nothing waits', async () => {
  await using house = await openHouse()
  await addReaders(house, 4)
  await using desk = await openDesk(house)
  await releaseDigest(house)
  house.wait(5000)
  await desk.drain()

  const metrics = await metricsOf(house)

  expect(metrics.get('daybreak_mails_waiting')).toBe(0)
  expect(metrics.get('daybreak_oldest_unfinished_seconds')).toBe(0)
})

test('they are told on the machine itself and to a token, and to nobody else', async () => {
  await using house = await openHouse()
  const web = webOf(house, { dataDir: tmpdir() })
  const operator = { id: await addOperator(house), name: 'ines', role: 'admin' } as const
  const make = async (scope: string) =>
    createToken(house.context, { operator, name: scope, scopes: [scope] })
  const [reads, other] = [await make('status:read'), await make('editions:read')]
  const ask = async (from: string, headers: Record<string, string> = {}) =>
    (await web.request('/metrics', { headers }, socketFrom(from))).status

  expect(await ask('127.0.0.1')).toBe(200)
  expect(await ask('127.0.0.1', { 'X-Forwarded-For': '203.0.113.9' })).toBe(401)
  expect(await ask('203.0.113.9')).toBe(401)
  expect(await ask('203.0.113.9', { Authorization: `Bearer ${other}` })).toBe(403)
  expect(await ask('203.0.113.9', { Authorization: `Bearer ${reads}` })).toBe(200)
  const answer = await web.request('/api/v1/status', {
    headers: { Authorization: `Bearer ${reads}` },
  })
  expect(await answer.json()).toMatchObject({ version: expect.any(String), troubles: [] })
  const backups = await web.request('/api/v1/backups', {
    headers: { Authorization: `Bearer ${reads}` },
  })
  expect(await backups.json()).toEqual({ backups: [] })
})

test('the dashboard and the alert rules ask for nothing that is not told', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await using desk = await openDesk(house)
  await releaseDigest(house)
  await desk.drain()
  const told = new Set(
    [...(await metricsOf(house)).keys()].map((name) => name.replace(/\{.*$/s, '')),
  )
  // Only told while there is something to tell.
  for (const name of [
    'daybreak_trouble',
    'daybreak_backup_age_seconds',
    'daybreak_edition_first_accepted_seconds',
  ])
    told.add(name)

  const asked = ['grafana-dashboard.json', 'prometheus-alerts.yml'].flatMap((name) => [
    ...readFileSync(new URL(`../../docs/monitoring/${name}`, import.meta.url), 'utf8').matchAll(
      /daybreak_\w+/g,
    ),
  ])

  expect(asked.length).toBeGreaterThan(15)
  expect([...new Set(asked.map(([name]) => name))].filter((name) => !told.has(name))).toEqual([])
})

async function addOperator({ db, now }: House): Promise<number> {
  const row = await db
    .insertInto('operator')
    .values({ name: 'ines', role: 'admin', created_at: now })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

function countOf(metrics: Map<string, number>, outcome: string): number | undefined {
  return metrics.get(`daybreak_mails_total{lane="digest",destination="other",outcome="${outcome}"}`)
}
