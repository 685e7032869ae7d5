import { afterEach, expect, test } from 'vitest'

import { createLog } from '#log.ts'
import { Relays } from '#mail/relays.ts'
import { parseRelays } from '#mail/smtp-url.ts'
import { startFakeRelay } from '../support/fake-relay.ts'
import { mailTo } from './relays-fixture.ts'

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const resource of open.splice(0).toReversed()) await resource[Symbol.asyncDispose]()
})

async function relay(options?: Parameters<typeof startFakeRelay>[0]) {
  const fake = await startFakeRelay(options)
  open.push(fake)
  return fake
}

function relaysTo(text: string): Relays {
  const relays = new Relays({
    relays: parseRelays(text),
    name: 'mail.example.org',
    connections: 2,
    log: createLog({ level: 'silent', name: 'test' }),
    timeouts: { connect: 1000, greeting: 300 },
    drainMs: 500,
  })
  open.push(relays)
  return relays
}

const raw = () => ({
  bytes: Buffer.from('Message-ID: <m1@example.org>\r\nSubject: Hello\r\n\r\nBye\r\n'),
})

test('over real connections: greeted with 421, a mail goes over the next relay, and the first rests', async () => {
  const full = await relay({ atOnce: 0 })
  const healthy = await relay()
  const relays = relaysTo(`${full.url}?name=full&weight=9 ${healthy.url}?name=healthy`)

  const outcome = await relays.send(mailTo({ message: raw }))

  expect(outcome.kind).toBe('accepted')
  expect(full.mails).toHaveLength(0)
  expect(healthy.mails).toHaveLength(1)
  expect(relays.health()).toMatchObject([
    { name: 'full', state: 'resting', reason: expect.stringContaining('421') },
    { name: 'healthy', state: 'up', open: 1, accepted: 1 },
  ])
})

test('over real connections: a relay that does not encrypt as it must is down, and gets no mail', async () => {
  const plain = await relay()
  const relays = relaysTo(`${plain.url}?starttls=on`)

  const outcome = await relays.send(mailTo({ message: raw }))

  expect(outcome.kind).toBe('unsent')
  expect(plain.mails).toHaveLength(0)
  expect(relays.health()).toMatchObject([{ state: 'down' }])
})

test('over real connections: a relay that offers no login although we have one is down', async () => {
  const plain = await relay()
  const relays = relaysTo(plain.url.replace('://', '://user:pass@'))

  await relays.send(mailTo({ message: raw }))

  expect(relays.health()).toMatchObject([
    { state: 'down', reason: 'the relay offers no login, but SMTP_URL has a user' },
  ])
})
