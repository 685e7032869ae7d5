import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { freePort, killGroup, openPlace, openRelay, until, untilEnd } from './program.ts'

type Place = Awaited<ReturnType<typeof openPlace>>

const SAMPLE = join(import.meta.dirname, '../samples/storm-warning-for-monday.json')

const accountsOf = z.object({
  state: z.string(),
  planned: z.number(),
  waiting: z.number(),
  tryingAgain: z.number(),
  accepted: z.number(),
  uncertain: z.number(),
  excluded: z.number(),
  rejected: z.number(),
  waitingBecause: z.array(z.string()),
})

test(
  'kill -9 of a start in the middle of a send doubles nobody and loses nobody',
  { timeout: 180_000 },
  async () => {
    await using relay = await openRelay({ delayMs: 20 })
    await using place = await openPlace({ SMTP_URL: relay.url, SMTP_CONNECTIONS: '5' })
    await prepare(place, 400)

    for (const bodies of [40, 130, 220]) {
      const running = place.start(['start'])
      await until(`${bodies} mails at the relay`, async () => relay.bodies.size >= bodies)
      killGroup(running, 'SIGKILL')
    }
    place.start(['start'])
    const accounts = await untilSent(place)

    expect(accounts.accepted + accounts.uncertain).toBe(400)
    expect(accounts.uncertain).toBeLessThanOrEqual(3 * 5)
    expect([...relay.bodies.values()].filter((count) => count > 1)).toEqual([])
    expect(relay.bodies.size).toBeGreaterThanOrEqual(accounts.accepted)
  },
)

test(
  'with the relay down the rows stay planned and say why, and go out when it is back',
  { timeout: 120_000 },
  async () => {
    const port = await freePort()
    await using place = await openPlace({ SMTP_URL: `smtp://127.0.0.1:${port}` })
    await prepare(place, 5)

    const running = place.start(['start'])
    const down = await until('a reason', async () => {
      const accounts = await readAccounts(place)
      return accounts.waitingBecause.length > 0 && accounts
    })
    expect(down).toMatchObject({ state: 'sending', planned: 5, accepted: 0, uncertain: 0 })
    expect(down.waitingBecause[0]).toMatch(/ECONNREFUSED|connect/i)
    killGroup(running, 'SIGTERM')
    await untilEnd(running)

    await using relay = await openRelay({ delayMs: 0, port })
    place.start(['start'])
    const up = await untilSent(place)
    expect(up).toMatchObject({ accepted: 5, uncertain: 0 })
    expect([...relay.bodies.values()]).toEqual([1, 1, 1, 1, 1])
  },
)

test(
  'a second start names the process that holds the data directory, and the first goes on',
  { timeout: 60_000 },
  async () => {
    await using place = await openPlace()
    const first = place.start(['start'])
    await untilUp(place)

    const second = await place.run('start')

    expect(second.code).not.toBe(0)
    expect(second.stderr).toContain(`in use by "daybreak start" (process ${first.pid}`)
    expect((await fetch(`http://localhost:${place.port}/readyz`)).status).toBe(200)
  },
)

test(
  'SIGTERM in the middle of a send ends everything within 10 s and gives the leases back',
  { timeout: 120_000 },
  async () => {
    await using relay = await openRelay({ delayMs: 200 })
    await using place = await openPlace({ SMTP_URL: relay.url, SMTP_CONNECTIONS: '2' })
    await prepare(place, 60)
    const running = place.start(['start'])
    await until('the first mails', async () => relay.bodies.size >= 4)

    const ending = untilEnd(running)
    const told = performance.now()
    running.kill('SIGTERM')
    const { code } = await ending
    const took = performance.now() - told
    const accounts = await readAccounts(place)

    expect(code).toBe(0)
    expect(took).toBeLessThan(10_000)
    expect(accounts).toMatchObject({ planned: 60, uncertain: 0 })
    expect(accounts.accepted).toBe(relay.bodies.size)
    expect(accounts.waiting + accounts.tryingAgain).toBe(60 - relay.bodies.size)
  },
)

test('an https address without a relay is refused before anything starts', async () => {
  await using place = await openPlace({ PUBLIC_URL: 'https://news.example.org' })

  const { code, stderr } = await place.run('start')

  expect(code).not.toBe(0)
  expect(stderr).toContain('SMTP_URL')
  expect(stderr).toContain('DAYBREAK_TEST_INBOX=yes')
})

test(
  'roles run apart: a sender alone sends what another process released',
  { timeout: 60_000 },
  async () => {
    await using relay = await openRelay({ delayMs: 0 })
    await using place = await openPlace({ SMTP_URL: relay.url })
    await prepare(place, 3)

    place.start(['start', '--role', 'sender'])
    await until('three mails', async () => relay.bodies.size === 3)

    await expect(fetch(`http://localhost:${place.port}/healthz`)).rejects.toThrow()
  },
)

async function prepare(place: Place, readers: number): Promise<void> {
  const settings = {
    name: 'The Courier',
    url: 'https://courier.example/',
    address: '12 Row',
    fromAddress: 'morning@mail.courier.example',
    replyTo: 'newsroom@courier.example',
    bounceDomain: 'bounce.courier.example',
    privacyUrl: 'https://courier.example/privacy',
  }
  for (const [name, value] of Object.entries(settings))
    await done(place, 'settings', 'set', name, value)
  const addresses = Array.from({ length: readers }, (_, index) => `reader${index}@readers.example`)
  await done(place, 'subscribers', 'add', ...addresses, '--newsletter', 'daily')
  await done(place, 'ingest', SAMPLE)
  await done(place, 'digest', 'compose')
  await done(place, 'digest', 'approve', '1')
  await done(place, 'digest', 'send', '1', '--spread', '0')
}

async function done(place: Place, ...args: string[]): Promise<void> {
  const { code, stderr } = await place.run(...args)
  expect(stderr).toBe('')
  expect(code).toBe(0)
}

async function readAccounts(place: Place) {
  const { stdout } = await place.run('edition', '1', '--json')
  return accountsOf.parse(JSON.parse(stdout))
}

async function untilSent(place: Place) {
  return until(
    'the edition is sent',
    async () => {
      const accounts = await readAccounts(place)
      await sleep(500)
      return accounts.state === 'sent' && accounts
    },
    90_000,
  )
}

async function untilUp({ port }: Place): Promise<void> {
  await until('the server is up', async () => (await fetch(`http://localhost:${port}/readyz`)).ok)
}

test('other keys than those the database was used with are refused', async () => {
  await using place = await openPlace()
  await done(place, 'newsletters')

  const { code, stderr } = await place.run('newsletters', {
    DAYBREAK_TOKEN_KEY: 'ab'.repeat(32),
  })

  expect(code).toBe(78)
  expect(stderr).toContain('other keys')
})
