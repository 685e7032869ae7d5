import { once } from 'node:events'

import { SMTPServer } from 'smtp-server'
import { expect, test } from 'vitest'

import { verifyRelay } from '#mail/transport.ts'
import { portOf } from './fake-smtp.ts'
import { at, envelope, large, log, open, relay, small, transportTo } from './relay-fixture.ts'

test('the body arrives as given, dot-stuffed', async () => {
  const fake = await relay()

  await transportTo(fake).send()

  expect(fake.bodies).toEqual(['Subject: Hello\r\n\r\n..dot line\r\nBye'])
})

test('a connection lost in the middle of a large body is uncertain', async () => {
  const fake = await relay({ script: at('body', 'drop') })
  const sender = transportTo(fake)

  const outcome = await sender.send({ raw: large })

  expect(outcome.kind).toBe('uncertain')
  expect(fake.bodies).toHaveLength(0)
})

test('a refusal in the middle of a body is the outcome, and that session carries no second mail', async () => {
  let refusals = 0
  const fake = await relay({
    script: ({ stage }) =>
      stage === 'body' && (refusals += 1) === 1 ? '552 5.3.4 Too big' : undefined,
  })
  const sender = transportTo(fake)

  const first = await sender.send({ raw: large })
  const second = await sender.send()

  expect(first).toMatchObject({ kind: 'rejected', code: 552, blame: 'sender' })
  expect(second.kind).toBe('accepted')
  expect(fake.sessions).toBe(2)
})

test('a mail larger than the relay announces is not offered to it', async () => {
  const fake = await relay({ extensions: ['SIZE 100'] })
  const sender = transportTo(fake)

  const outcome = await sender.send({ raw: Buffer.alloc(101, 'x') })

  expect(outcome).toMatchObject({ kind: 'rejected', code: 552, blame: 'sender' })
  expect(fake.commands.some((line) => line.startsWith('MAIL'))).toBe(false)
})

test('a 250 before the body has ended is uncertain', async () => {
  const fake = await relay({ script: at('body', '250 2.0.0 Ok') })

  const outcome = await transportTo(fake).send({ raw: large })

  expect(outcome.kind).toBe('uncertain')
})

test('a multi-line reply is joined', async () => {
  const fake = await relay({ script: at('rcpt', '550-5.1.1 The reader\r\n550 5.1.1 is unknown') })

  const outcome = await transportTo(fake).send()

  expect(outcome).toMatchObject({ reply: '550-5.1.1 The reader 550 5.1.1 is unknown' })
})

test('begun comes after the 354, not before', async () => {
  const answer = Promise.withResolvers<void>()
  const fake = await relay({ script: at('data', { after: answer.promise }) })
  const sender = transportTo(fake)
  const data = fake.reached('data')

  const sending = sender.send()
  await data
  const before = sender.begun()
  answer.resolve()
  const outcome = await sending

  expect(before).toBe(0)
  expect(outcome.kind).toBe('accepted')
  expect(sender.begun()).toBe(1)
})

test('when begun throws, no byte of the body leaves and the connection is dropped', async () => {
  const fake = await relay()
  const { transport, send } = transportTo(fake)
  let calls = 0
  const begun = (): void => {
    calls += 1
    throw new Error('the journal is full')
  }

  const outcome = await transport.send({ envelope, raw: small, begun })
  const next = await send()

  expect(outcome).toEqual({ kind: 'unsent', reason: 'the mail was held back: the journal is full' })
  expect(calls).toBe(1)
  expect(next.kind).toBe('accepted')
  expect(fake.bodies).toHaveLength(1)
  expect(fake.partial).toEqual([])
  expect(fake.sessions).toBe(2)
})

test('a connection is kept for the next mail, also after a refusal', async () => {
  const fake = await relay({
    script: ({ stage, mail }) => (stage === 'rcpt' && mail === 1 ? '550 5.1.1 unknown' : undefined),
  })
  const sender = transportTo(fake)

  const outcomes = [await sender.send(), await sender.send(), await sender.send()]

  expect(outcomes.map(({ kind }) => kind)).toEqual(['rejected', 'accepted', 'accepted'])
  expect(fake.sessions).toBe(1)
  expect(fake.commands).toContain('RSET')
})

test.each(['mail', 'rcpt', 'data'] as const)(
  'a reused connection that died at %s is replaced, and the mail goes out once',
  async (dying) => {
    const fake = await relay({
      script: ({ stage, session, mail }) =>
        stage === dying && session === 1 && mail === 2 ? 'drop' : undefined,
    })
    const sender = transportTo(fake)

    await sender.send()
    const outcome = await sender.send()

    expect(outcome.kind).toBe('accepted')
    expect(sender.begun()).toBe(2)
    expect(fake.bodies).toHaveLength(2)
    expect(fake.sessions).toBe(2)
  },
)

test('a reused connection that died in the body is not tried again', async () => {
  const fake = await relay({
    script: ({ stage, mail }) => (stage === 'body' && mail === 2 ? 'drop' : undefined),
  })
  const sender = transportTo(fake)

  await sender.send()
  const outcome = await sender.send()

  expect(outcome.kind).toBe('uncertain')
  expect(sender.begun()).toBe(2)
  expect(fake.bodies).toHaveLength(1)
  expect(fake.sessions).toBe(1)
})

test('no more connections are open than allowed, and every mail gets its turn', async () => {
  const fake = await relay()
  const sender = transportTo(fake, { maxConnections: 3 })

  const outcomes = await Promise.all(Array.from({ length: 40 }, () => sender.send()))

  expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['accepted']))
  expect(fake.bodies).toHaveLength(40)
  expect(fake.sessions).toBe(3)
})

test('without STARTTLS nothing is sent when TLS is required', async () => {
  const fake = await relay()
  const sender = transportTo({ url: `${fake.url}?starttls=on` })

  const outcome = await sender.send()

  expect(outcome).toMatchObject({ kind: 'rejected', code: 502, blame: 'sender' })
  expect(fake.commands.some((line) => line.startsWith('MAIL'))).toBe(false)
})

test('a relay whose certificate nobody vouches for gets no mail, a trusted one does', async () => {
  const received: string[] = []
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    onData: (stream, session, callback) => {
      received.push(String(session.secure))
      stream.resume().on('end', () => callback())
    },
  })
  server.on('error', () => {})
  const listener = server.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  open.push({ [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(resolve)) })
  const url = `smtp://127.0.0.1:${portOf(listener)}?starttls=on`

  const strict = await transportTo({ url }).send()
  const trusting = await transportTo({ url }, { tls: { rejectUnauthorized: false } }).send()

  expect(strict.kind).toBe('unsent')
  expect(trusting.kind).toBe('accepted')
  expect(received).toEqual(['true'])
})

test('a login that the relay refuses is about us, one it does not offer is not tried', async () => {
  const fake = await relay({ extensions: ['AUTH PLAIN'] })
  const sender = transportTo({ url: fake.url.replace('//', '//user:pass@') })
  const without = await relay()

  const outcome = await sender.send()
  const noLogin = await transportTo({ url: without.url.replace('//', '//user:pass@') }).send()

  expect(fake.commands.some((line) => line.startsWith('AUTH PLAIN'))).toBe(true)
  expect(outcome).toMatchObject({ kind: 'rejected', code: 535, blame: 'sender' })
  expect(noLogin).toMatchObject({ kind: 'unsent' })
})

test('a connection ends after a thousand mails', async () => {
  const fake = await relay()
  const sender = transportTo(fake)

  for (let mail = 0; mail < 1001; mail += 1) await sender.send()

  expect(fake.bodies).toHaveLength(1001)
  expect(fake.sessions).toBe(2)
})

test('disposal waits for a mail on its way', async () => {
  const answer = Promise.withResolvers<void>()
  const fake = await relay({ script: at('dot', { after: answer.promise }) })
  const sender = transportTo(fake)
  const reached = fake.reached('dot')

  const sending = sender.send()
  await reached
  const disposal = sender.transport[Symbol.asyncDispose]()
  answer.resolve()

  expect((await sending).kind).toBe('accepted')
  await disposal
  expect(await sender.send()).toMatchObject({ kind: 'unsent' })
})

test('disposal gives up on a relay that hangs: the mail is uncertain', async () => {
  const fake = await relay({ script: at('dot', 'hang') })
  const timeouts = { connection: 1000, greeting: 1000, socket: 60_000 }
  const sender = transportTo(fake, { drainMs: 20, timeouts })
  const reached = fake.reached('dot')

  const sending = sender.send()
  await reached
  await sender.transport[Symbol.asyncDispose]()

  expect((await sending).kind).toBe('uncertain')
})

test('a healthy relay verifies without a word, a refusing one with its reply', async () => {
  const healthy = await relay()
  const refusing = await relay({ script: at('greeting', '554 5.7.1 Not you') })
  const settings = { name: 'mail.example.org', maxConnections: 1, log }

  expect(await verifyRelay({ ...settings, url: healthy.url })).toBeUndefined()
  expect(await verifyRelay({ ...settings, url: refusing.url })).toContain('554 5.7.1 Not you')
})
