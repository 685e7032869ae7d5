import { expect, test } from 'vitest'

import type { Outcome } from '#mail/outcome.ts'
import type { Profile } from '#mail/profile.ts'
import { ACCEPTED, openRelays, REFUSED, times } from './relays-fixture.ts'

const TWO = 'smtp://a.example.org smtp://b.example.org?weight=3'
const A = 'a.example.org'
const B = 'b.example.org'
const INVALID_LOGIN: Outcome = { kind: 'unsent', reason: 'Invalid login: 535 5.7.8 No' }

test('a relay of weight 3 gets three mails for each of one of weight 1, evenly mixed', async () => {
  const { send, counts } = openRelays(TWO)

  await times(4, send)
  const first = counts()
  await times(96, send)

  expect(first).toEqual({ [A]: 1, [B]: 3 })
  expect(counts()).toEqual({ [A]: 25, [B]: 75 })
})

test('a relay that has as many mails as it can use is passed over', async () => {
  const { send, pool, counts } = openRelays(TWO)
  pool(B).act = 'wait'

  const held = Array.from({ length: 14 }, () => send())
  await Promise.resolve()

  expect(counts()).toEqual({ [A]: 6, [B]: 8 })
  pool(B).release()
  await Promise.all(held)
})

test('the message is made for the profile of the relay that takes it', async () => {
  const { send, pool } = openRelays('smtp://smtp.postmarkapp.com')
  const seen: Profile[] = []
  const message = async (profile: Profile) => {
    seen.push(profile)
    return { bytes: Buffer.from('made later\r\n') }
  }

  await send({ message })
  await send({ message, priority: 'confirmation' })

  const streams = seen.map(({ headers }) => new Map(headers).get('X-PM-Message-Stream'))
  expect(streams).toEqual(['broadcast', 'outbound'])
  expect(pool('smtp.postmarkapp.com').mails[0]?.message.bytes.toString()).toBe('made later\r\n')
})

test('a mail goes over another relay at once when one cannot be reached, made again for its profile', async () => {
  const { send, pool, counts } = openRelays('smtp://a.example.org smtp://smtp.mailgun.org')
  pool(A).act = REFUSED
  const made: string[] = []

  const outcome = await send({
    message: ({ name }) => {
      made.push(name)
      return { bytes: Buffer.from('x\r\n') }
    },
  })

  expect(outcome).toEqual(ACCEPTED)
  expect(made).toEqual(['generic', 'mailgun'])
  expect(counts()).toEqual({ [A]: 1, 'smtp.mailgun.org': 1 })
})

test('each relay is tried once, and the last says why nothing was sent', async () => {
  const { send, pool, counts } = openRelays(TWO)
  pool(A).act = REFUSED
  pool(B).act = REFUSED

  const outcome = await send()

  expect(outcome).toEqual({ kind: 'unsent', reason: `${A}: connect ECONNREFUSED` })
  expect(counts()).toEqual({ [A]: 1, [B]: 1 })
})

test('a mail does not come back to a relay that failed it, although that is up again by then', async () => {
  const { send, pool, counts, stateOf, wait } = openRelays(TWO)
  pool(A).act = 'wait'
  pool(B).act = REFUSED
  const first = send()
  await new Promise(setImmediate)
  wait(1000)
  pool(B).act = ACCEPTED
  await send()
  expect(stateOf(B)?.state).toBe('up')

  pool(A).release(REFUSED)

  expect((await first).kind).toBe('unsent')
  expect(counts()).toEqual({ [A]: 1, [B]: 2 })
})

test.each<Outcome>([
  { kind: 'deferred', code: 451, reply: '451 Later' },
  { kind: 'rejected', code: 550, reply: '550 No', blame: 'recipient' },
  { kind: 'uncertain', reason: 'the connection broke' },
])('what a relay answered is final: $kind', async (answer) => {
  const { send, pool, counts, stateOf } = openRelays(TWO)
  pool(B).act = answer

  expect(await send()).toEqual(answer)
  expect(counts()).toEqual({ [A]: 0, [B]: 1 })
  expect(stateOf(B)).toMatchObject({ state: 'up', failed: 0 })
})

test('a mail that its owner holds back is no failure of the relay and goes nowhere else', async () => {
  const { send, counts, stateOf } = openRelays(TWO)

  const outcome = await send({
    begun: () => {
      throw new Error('the reader left')
    },
  })

  expect(outcome.kind).toBe('unsent')
  expect(counts()).toEqual({ [A]: 0, [B]: 1 })
  expect(stateOf(B)).toMatchObject({ state: 'up', failed: 0 })
})

test('a mail that is called back goes nowhere else, and one that cannot be made is the caller’s error', async () => {
  const { send, counts, stateOf } = openRelays(TWO)
  const signal = AbortSignal.abort(new Error('stopped'))

  await expect(send({ signal })).rejects.toThrow('stopped')
  await expect(send({ message: unmakeable })).rejects.toThrow('no subject')

  expect(counts()).toEqual({ [A]: 0, [B]: 1 })
  expect([stateOf(A)?.state, stateOf(B)?.state]).toEqual(['up', 'up'])
})

test('a relay that rests is left alone, longer each time, and then one digest finds out if it is back', async () => {
  const { send, pool, counts, stateOf, wait } = openRelays(TWO)
  pool(B).act = REFUSED

  const rests: unknown[] = []
  for (const restMs of [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]) {
    await times(3, send)
    rests.push(stateOf(B)?.restMs)
    wait(restMs - 1)
    await send()
    wait(1)
  }
  expect(rests).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
  expect(counts()).toEqual({ [A]: 32, [B]: 8 })

  await send({ priority: 'alert' })
  expect(counts()).toEqual({ [A]: 33, [B]: 8 })

  pool(B).act = ACCEPTED
  await send()
  expect(stateOf(B)).toMatchObject({ state: 'up', reason: null, restMs: 0, failed: 8 })

  pool(B).act = REFUSED
  await times(2, send)
  expect(stateOf(B)).toMatchObject({ state: 'resting', restMs: 1000 })
})

test('only one mail at a time finds out if a relay is back', async () => {
  const { send, pool, counts, wait } = openRelays(TWO)
  pool(B).act = REFUSED
  await send()
  wait(1000)
  pool(B).act = 'wait'

  const probe = send()
  await times(5, send)

  expect(counts()).toEqual({ [A]: 6, [B]: 2 })
  pool(B).release(REFUSED)
  expect(await probe).toEqual(ACCEPTED)
})

test('where no relay is up, a mail may knock once a second, so that an alert does not wait a minute', async () => {
  const { send, pool, counts, wait } = openRelays('smtp://a.example.org')
  pool(A).act = REFUSED
  await send()
  wait(1000)
  await send()
  wait(500)

  const early = await send({ priority: 'alert' })
  expect(early).toEqual(REFUSED)
  expect(counts()).toEqual({ [A]: 2 })

  wait(500)
  pool(A).act = ACCEPTED
  expect(await send({ priority: 'alert' })).toEqual(ACCEPTED)
})

test('mails that fail together are one failure', async () => {
  const { send, pool, stateOf } = openRelays('smtp://a.example.org')
  pool(A).act = 'wait'
  const mails = Array.from({ length: 8 }, () => send())
  await Promise.resolve()

  pool(A).release(REFUSED)
  await Promise.all(mails)

  expect(stateOf(A)).toMatchObject({ state: 'resting', restMs: 1000, failed: 8 })
})

test.each([
  ['Invalid login: 535 5.7.8 Error: authentication failed', 'down'],
  ['the relay offers no login, but SMTP_URL has a user', 'down'],
  ['self-signed certificate', 'down'],
  ["Hostname/IP does not match certificate's altnames: Host: a", 'down'],
  ['Error upgrading connection with STARTTLS: 502 5.5.1 Not implemented', 'down'],
  ['Invalid login: 454 4.7.0 Temporary authentication failure', 'resting'],
  ['connect ECONNREFUSED 127.0.0.1:25', 'resting'],
  ['Invalid greeting. response=421 4.3.2 Shutting down', 'resting'],
])('%s: the relay is %s', async (reason, state) => {
  const { send, pool, stateOf } = openRelays('smtp://a.example.org')
  pool(A).act = { kind: 'unsent', reason }

  await send()

  expect(stateOf(A)).toMatchObject({ state, reason })
})

test('when no relay takes mail, the reason is the one that a person can mend', async () => {
  const { send, pool } = openRelays(TWO)
  pool(A).act = REFUSED
  pool(B).act = INVALID_LOGIN
  await send()

  const outcome = await send()

  expect(outcome).toEqual({ kind: 'unsent', reason: `${B}: Invalid login: 535 5.7.8 No` })
})

test('a relay says since when it is as it is, and its failures are logged once', async () => {
  const { send, pool, stateOf, wait, lines } = openRelays('smtp://a.example.org?name=ours')
  wait(5000)
  expect(stateOf('ours')).toMatchObject({ host: A, profile: 'generic', state: 'up', forMs: 5000 })
  pool('ours').act = REFUSED

  await send()
  await send()
  wait(400)
  expect(stateOf('ours')).toMatchObject({ state: 'resting', forMs: 400, restMs: 600, eager: true })
  wait(600)
  pool('ours').act = ACCEPTED
  await send()

  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
    'the relay does not take mail',
    'the relay takes mail again',
  ])
})

test('capacity is that of the relays that are up', async () => {
  const { relays, send, pool } = openRelays(TWO)
  pool(B).reserved = 1
  expect([relays.capacity('alert'), relays.capacity('digest')]).toEqual([16, 14])

  pool(B).act = REFUSED
  await send()

  expect(relays.capacity('digest')).toBe(8)
})

test('connections that a URL gives in all are shared by the senders, of which some carry no digest', () => {
  const { relays, pool } = openRelays('smtp://a.example.org?connections=30 smtp://b.example.org')

  const shares = [1, 2, 4, 60].map((senders) => {
    relays.share(senders)
    return [pool(A).connections, pool(A).reserved, pool(B).connections]
  })

  expect(shares).toEqual([
    [30, 1, 4],
    [15, 1, 4],
    [7, 1, 4],
    [1, 0, 4],
  ])
})

test('disposal closes all connections and blames no relay', async () => {
  const { relays, send, pool, lines } = openRelays(TWO)
  pool(B).act = 'wait'
  const last = send()
  await Promise.resolve()

  await relays[Symbol.asyncDispose]()

  expect((await last).kind).toBe('unsent')
  expect((await send()).kind).toBe('unsent')
  expect([pool(A).closed, pool(B).closed]).toEqual([true, true])
  expect(pool(A).mails).toEqual([])
  expect(lines).toEqual([])
})

function unmakeable(): never {
  throw new Error('no subject')
}
