import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createLog } from '#log.ts'
import type { InboundMail } from '#mail/inbound/inbound.ts'
import { type InboundOptions, openInboundServer } from '#mail/inbound/inbound-server.ts'
import { SmtpClient } from './smtp-client.ts'

const OURS = 'b-token@bounce.example.org'
const BODY = 'Subject: back\r\n\r\n..a line with a dot'
const away = () => Promise.reject(new Error('the database is away'))
const certificates = `${import.meta.dirname}/../../support`

async function openServer(change: Partial<InboundOptions> = {}) {
  const taken: InboundMail[] = []
  const lines: string[] = []
  const server = await openInboundServer({
    host: '127.0.0.1',
    port: 0,
    name: 'mx.example.org',
    tls: null,
    mayTake: async (address) =>
      address.toLowerCase().startsWith('b-token') ? 'bounce' : undefined,
    take: async (mail) => void taken.push(mail),
    log: createLog({ level: 'debug', name: 'test', write: (line) => void lines.push(line) }),
    ...change,
  })
  return Object.assign(server, { taken, lines })
}

test('a mail to an address of ours is taken as it was sent, from the empty sender too', async () => {
  await using server = await openServer()
  using client = await SmtpClient.greet(server.port)

  const replies = await client.mail('', [OURS], BODY)

  expect(replies.map((reply) => reply.slice(0, 3))).toEqual(['250', '250', '354', '250'])
  expect(server.taken).toEqual([
    {
      channel: 'smtp',
      kind: 'bounce',
      address: OURS,
      sender: '',
      bytes: Buffer.from('Subject: back\r\n\r\n.a line with a dot\r\n'),
    },
  ])
})

test('senders and recipients are taken in the forms that are about', async () => {
  await using server = await openServer({ mayTake: async () => 'desk' })
  using client = await SmtpClient.greet(server.port)

  const strange = await client.mail('mailer..daemon@mx_1.example.org', ['postmaster'], BODY)
  const wide = await client.say('MAIL FROM:<pelé@example.org> SMTPUTF8 BODY=8BITMIME')

  expect(strange.at(-1)).toMatch(/^250 /)
  expect(wide).toMatch(/^250 /)
})

test('the greeting names the server and offers neither logging in nor, without a certificate, TLS', async () => {
  await using server = await openServer()
  const { client, greeting } = await SmtpClient.open(server.port)
  using open = client

  const features = await open.say('EHLO mx.example.net')

  expect(greeting).toBe('220 mx.example.org ESMTP')
  expect(features).toContain('SIZE 1048576')
  expect(features).not.toMatch(/AUTH|STARTTLS/)
  expect(await open.say('AUTH PLAIN AGEAYg==')).toMatch(/^500/)
  expect(await open.say('STARTTLS')).toMatch(/^500/)
})

test('an address that is not ours is refused before its mail, with the same words for all', async () => {
  await using server = await openServer()
  using client = await SmtpClient.greet(server.port)

  const [, forged, unknown, elsewhere, data] = await client.mail(
    'a@example.net',
    ['b-forged@bounce.example.org', 'nobody@bounce.example.org', 'someone@example.com'],
    BODY,
  )

  expect(forged).toBe('550 5.1.1 No such address here')
  expect([unknown, elsewhere]).toEqual([forged, forged])
  expect(data).toMatch(/^503/)
  expect(server.taken).toEqual([])
})

test('a client that tries one address after the other is cut off', async () => {
  await using server = await openServer({ limits: { badRecipients: 3 } })
  using client = await SmtpClient.greet(server.port)
  await client.say('MAIL FROM:<a@example.net>')

  await client.say('RCPT TO:<one@bounce.example.org>')
  await client.say('RCPT TO:<two@bounce.example.org>')
  const last = await client.say('RCPT TO:<three@bounce.example.org>')

  expect(last).toMatch(/^421 /)
  await client.closed()
})

test('a mail for several addresses of ours is taken for each, and not for more than a few', async () => {
  await using server = await openServer({ limits: { recipients: 2 } })
  using client = await SmtpClient.greet(server.port)

  const replies = await client.mail(
    '',
    [OURS, 'B-TOKEN2@bounce.example.org', 'b-token3@x.org'],
    BODY,
  )

  expect(replies[3]).toMatch(/^452 /)
  expect(server.taken.map(({ address }) => address)).toEqual([OURS, 'B-TOKEN2@bounce.example.org'])
})

test('the mail is acknowledged only when it is kept', async () => {
  const kept = Promise.withResolvers<void>()
  await using server = await openServer({ take: () => kept.promise })
  using client = await SmtpClient.greet(server.port)
  let answered = false

  const replies = client.mail('', [OURS], BODY).finally(() => (answered = true))
  await using other = await openServer()
  using second = await SmtpClient.greet(other.port)
  await second.mail('', [OURS], BODY)

  expect(answered).toBe(false)
  kept.resolve()
  expect((await replies).at(-1)).toMatch(/^250 /)
})

test('a mail that cannot be kept is asked for again, also when the addresses cannot be looked up', async () => {
  await using server = await openServer({ take: away })
  await using blind = await openServer({ mayTake: away })
  using client = await SmtpClient.greet(server.port)
  using other = await SmtpClient.greet(blind.port)

  const replies = await client.mail('', [OURS], BODY)
  const [, recipient] = await other.mail('', [OURS], BODY)

  expect(replies.at(-1)).toMatch(/^451 4\.3\.0 /)
  expect(recipient).toMatch(/^451 /)
  expect(server.lines.join()).toContain('the database is away')
  expect(server.lines.join()).not.toContain('b-token')
})

test('a mail past the size limit is refused when it says so, and when it does not', async () => {
  await using server = await openServer({ limits: { bytes: 1000 } })
  using client = await SmtpClient.greet(server.port)

  const said = await client.say('MAIL FROM:<a@example.net> SIZE=1001')
  const replies = await client.mail('a@example.net', [OURS], `X: y\r\n\r\n${'x'.repeat(1000)}`)
  const small = await client.mail('a@example.net', [OURS], BODY)

  expect(said).toMatch(/^552 /)
  expect(replies.at(-1)).toMatch(/^552 /)
  expect(small.at(-1)).toMatch(/^250 /)
  expect(server.taken).toHaveLength(1)
})

test('a mail that does not end is cut off', async () => {
  await using server = await openServer({ limits: { bytes: 1000 } })
  using client = await SmtpClient.greet(server.port)

  const replies = await client.mail('', [OURS], `${'x'.repeat(70)}\r\n`.repeat(100))

  expect(replies.at(-1)).toMatch(/^421 /)
  await client.closed()
  expect(server.taken).toEqual([])
})

test('a client that falls silent is cut off, and so is one that drips a byte now and then', async () => {
  await using silent = await openServer({ limits: { idleMs: 300 } })
  await using dripping = await openServer({ limits: { idleMs: 10_000, sessionMs: 1000 } })
  using one = (await SmtpClient.open(silent.port)).client
  using other = await SmtpClient.greet(dripping.port)
  await other.say('MAIL FROM:<>')
  await other.say(`RCPT TO:<${OURS}>`)
  await other.say('DATA')
  const drip = setInterval(() => other.socket.write('x'), 20)

  const words = await Promise.all([one.reply(), other.reply()])
  await Promise.all([one.closed(), other.closed()])
  clearInterval(drip)

  expect(words).toEqual([expect.stringMatching(/^421 /), expect.stringMatching(/^421 /)])
  expect(dripping.taken).toEqual([])
})

test('half a mail is no mail', async () => {
  await using server = await openServer()
  const client = await SmtpClient.greet(server.port)
  await client.say('MAIL FROM:<>')
  await client.say(`RCPT TO:<${OURS}>`)
  await client.say('DATA')

  client.socket.end('Subject: back\r\n\r\nhalf a l')
  await client.closed()
  using next = await SmtpClient.greet(server.port)
  await next.say('QUIT')

  expect(server.taken).toEqual([])
})

test('one network and all together have a limit of connections, and places become free again', async () => {
  await using narrow = await openServer({ limits: { perNetwork: 1 } })
  await using small = await openServer({ limits: { connections: 1 } })
  const first = await SmtpClient.open(narrow.port)
  using _held = (await SmtpClient.open(small.port)).client

  const second = await SmtpClient.open(narrow.port)
  const beyond = await SmtpClient.open(small.port)
  first.client.socket.end()
  await first.client.closed()
  let third = await SmtpClient.open(narrow.port)
  while (third.greeting.startsWith('421')) third = await SmtpClient.open(narrow.port)
  third.client.socket.destroy()

  expect(second.greeting).toMatch(/^421 /)
  expect(beyond.greeting).toMatch(/^421 /)
  expect(third.greeting).toMatch(/^220 /)
})

test('what is smuggled behind a bare dot or a bare line feed stays in the mail', async () => {
  await using server = await openServer()
  using client = await SmtpClient.greet(server.port)
  const smuggled = 'Subject: x\r\n\r\none\n.\nMAIL FROM:<evil@example.net>\n.\r\ntwo'

  const replies = await client.mail('', [OURS], smuggled)

  expect(replies.at(-1)).toMatch(/^250 /)
  expect(server.taken).toHaveLength(1)
  expect(Buffer.from(server.taken[0]?.bytes ?? []).toString()).toContain('MAIL FROM:<evil')
})

test('a certificate that is replaced while the server runs is the one that the next client sees', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'daybreak-inbound-'))
  const tls = { cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem') }
  const put = async (which: { cert: string; key: string }) => {
    await copyFile(which.cert, tls.cert)
    await copyFile(which.key, tls.key)
  }
  const old = { cert: `${certificates}/relay-cert.pem`, key: `${certificates}/relay-key.pem` }
  await put(old)
  await using server = await openServer({ tls })
  const seen = async () => {
    using client = await SmtpClient.greet(server.port)
    expect(await client.startTls()).toMatch(/^220 /)
    expect(await client.say('EHLO mx.example.net')).not.toContain('STARTTLS')
    if (!(client.socket instanceof TLSSocket)) throw new Error('no TLS')
    return client.socket.getPeerCertificate().fingerprint256
  }

  const before = await seen()
  await put(await makeCertificate(dir))
  const after = await seen()
  await rm(tls.key)
  const without = await seen()
  await rm(dir, { recursive: true })

  expect(after).not.toBe(before)
  expect(without).toBe(after)
  expect(server.lines.join()).toContain('INBOUND_TLS_CERT')
})

test('a certificate that cannot be read is a refusal that names the variable', async () => {
  const tls = { cert: '/nowhere/cert.pem', key: '/nowhere/key.pem' }

  const opening = openServer({ tls })

  await expect(opening).rejects.toThrow(/INBOUND_TLS_CERT/)
})

test('a port that another program has is a refusal with the fix', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0

  const opening = openServer({ port })

  await expect(opening).rejects.toThrow(/another program uses it.*INBOUND_LISTEN/)
  other.close()
})

async function makeCertificate(dir: string) {
  const [cert, key] = [join(dir, 'new-cert.pem'), join(dir, 'new-key.pem')]
  const form = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const subject = ['-subj', '/CN=mx.example.org', '-keyout', key, '-out', cert]
  await promisify(execFile)('openssl', ['req', '-x509', ...form, ...subject])
  return { cert, key }
}
