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
import { openHouse } from '../house.ts'
import { startFakeRelay } from '../support/fake-relay.ts'

let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'daybreak-status-'))
})
afterAll(async () => rm(dataDir, { recursive: true }))

async function statusLines(env: NodeJS.ProcessEnv, settings: [name: string, value: string][] = []) {
  await using house = await openHouse({ env })
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
    args: [],
    config: house.context.config,
    out: { line: (text = '') => void lines.push(text) },
    enter: async (duty) => enterAs(app, { name: 'ines', duty }),
  })
  return lines
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
