import { mkdtemp, rm } from 'node:fs/promises'
import { generateKeyPairSync } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '#app.ts'
import { enterAs } from '#commands/command.ts'
import { status } from '#commands/status.ts'
import { changeSetting } from '#editions/publication.ts'
import { writeInUse, writeKey } from '#mail/dkim/key-folder.ts'
import { type House, openHouse } from '../house.ts'
import { holdEverything } from '#deliveries/restore-mark.ts'
import { openReleased } from '../deliveries/settled-fixture.ts'
import { startFakeRelay } from '../support/fake-relay.ts'

let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'daybreak-status-'))
})
afterAll(async () => rm(dataDir, { recursive: true }))

async function statusLines(env: NodeJS.ProcessEnv, settings: [name: string, value: string][] = []) {
  await using house = await openHouse({ env })
  return (await statusOf(house, { settings })).lines
}

async function statusOf(
  house: House,
  {
    args = [],
    settings = [],
  }: { args?: string[]; settings?: [name: string, value: string][] } = {},
): Promise<{ lines: string[]; exit: typeof process.exitCode }> {
  for (const [name, value] of settings) await changeSetting(house.context, name, value)
  const app = {
    context: house.context,
    dataDir,
    backend: { kind: 'postgres' },
    queues: { counts: async () => [] },
    async [Symbol.asyncDispose]() {},
  } as unknown as App
  const lines: string[] = []
  await status.run({
    args,
    config: house.context.config,
    out: { line: (text = '') => void lines.push(text) },
    enter: async (duty) => enterAs(app, { name: 'ines', duty }),
  })
  const exit = process.exitCode
  // What the tests themselves end with is another matter.
  process.exitCode = undefined
  return { lines, exit }
}

test('status says of each relay what it is, whether it works, and its limits', async () => {
  await using relay = await startFakeRelay()
  await using full = await startFakeRelay({ atOnce: 0 })

  const lines = await statusLines({
    SMTP_URL: `${relay.url}?name=ours ${full.url}?profile=ses&rate=14&daily=50000`,
  })

  const mail = lines.filter((line) => line.startsWith('mail: '))
  expect(mail).toEqual([
    'mail: the relay ours (127.0.0.1, own) answers',
    expect.stringMatching(
      /^mail: the relay 127\.0\.0\.1 \(ses\) does not work: .*421.*, at most 14 a second, 50,000 a day$/,
    ),
  ])
})

test('status says who signs: keys here, and relays that sign themselves', async () => {
  await using relay = await startFakeRelay()
  const SMTP_URL = `${relay.url} ${relay.url}?name=pm&profile=postmark`
  const from: [string, string][] = [['fromAddress', 'news@courier.example']]

  const before = await statusLines({ SMTP_URL }, from)
  expect(before.at(-1)).toBe(
    'signing: mail of courier.example is not signed here: the relay must, or make keys with "daybreak dkim keygen courier.example"',
  )

  const dir = join(dataDir, 'dkim')
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
  const key = { domain: 'courier.example', selector: 's1', algorithm: 'ed25519-sha256' } as const
  await writeKey(dir, { ...key, pem: pem.toString() })
  await writeInUse(dir, 'courier.example', ['s1'])
  const after = await statusLines({ SMTP_URL }, from)
  expect(after.slice(-2)).toEqual([
    'signing: mail of courier.example is signed with s1 of courier.example',
    '  but not what goes over pm: it signs itself',
  ])
})

test('without a relay status says that nothing leaves this machine', async () => {
  expect(await statusLines({})).toContain(
    'mail: into the built-in inbox, nothing leaves this machine (SMTP_URL is not set)',
  )
})

test('status says on one screen what there is, and ends well when nothing is wrong', async () => {
  await using house = await openHouse()

  const { lines, exit } = await statusOf(house)

  expect(lines.slice(0, 6)).toEqual([
    expect.stringMatching(/^Daybreak \d+\.\d+\.\d+ \(schema \d+\)$/),
    expect.stringMatching(/^database: embedded PostgreSQL 18\.\d+, [\d.]+ MB$/),
    expect.stringMatching(/^disk: [\d.]+ GB free, claiming stops below [\d.]+ [MG]B$/),
    'backup: none yet ("daybreak backup")',
    'next edition: none, the clock makes none',
    'readers: 0 active',
  ])
  expect(lines.filter((line) => line.startsWith('!'))).toEqual([])
  expect(exit).toBeUndefined()
})

test('status names what is wrong, each with its command, and ends with 2 for a monitor', async () => {
  const house = await openReleased(2)
  await using _ = house
  await holdEverything(house.context, { reason: 'wrong sender' })

  const { lines, exit } = await statusOf(house)
  const json = await statusOf(house, { args: ['--json'] })

  expect(lines.filter((line) => line.startsWith('last edition'))).toEqual([
    'last edition: 1 of daily, sending, 2026-11-22 06:30 UTC',
  ])
  expect(lines.slice(-4)).toEqual([
    '! everything is held, no mail leaves: wrong sender',
    '    daybreak hold',
    '! no sender is running, and 2 mails wait',
    '    daybreak start',
  ])
  expect([exit, json.exit]).toEqual([2, 2])
  expect(JSON.parse(json.lines.join(''))).toMatchObject({
    version: expect.any(String),
    lastEdition: { id: 1, state: 'sending' },
    nextEdition: null,
    troubles: [{ cause: 'everything held' }, { cause: 'no sender' }],
  })
})
