import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEmptyDatabase, openKeeper } from '../backup/records-fixture.ts'
import { daybreak } from '../daybreak-command.ts'
import { type DnsServer, startDnsServer } from '../support/dns-server.ts'

let dns: DnsServer
let server: SMTPServer
let port: number
const mails: string[] = []
beforeAll(async () => {
  dns = await startDnsServer()
  dns.set('A', 'news.courier.example', '203.0.113.7')
  dns.set('MX', 'courier.example', '10 mx.courier.example')
  server = new SMTPServer({
    name: 'relay.example',
    authMethods: ['PLAIN'],
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _, done) =>
      username === 'news' && password === 'right'
        ? done(null, { user: 'news' })
        : done(Object.assign(new Error('5.7.8 bad credentials'), { responseCode: 535 })),
    onData: (stream, _, done) => {
      const pieces: Buffer[] = []
      stream.on('data', (piece: Buffer) => pieces.push(piece))
      stream.on('end', () => {
        mails.push(Buffer.concat(pieces).toString())
        done(null, 'queued as 4F3A21')
      })
    },
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})
afterAll(async () => {
  await dns[Symbol.asyncDispose]()
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
})

const ANSWERS = {
  'public-url': 'https://news.courier.example',
  sender: 'news@courier.example',
  publisher: 'The Harbour Courier',
  address: 'The Harbour Courier, 1 Quay Street, Port Ansel',
  zone: 'Europe/Berlin',
  feed: 'none',
}

async function openPlace() {
  const keeper = await openKeeper()
  const database = await openEmptyDatabase()
  const env = { DATABASE_URL: database.url, LOG_LEVEL: 'error' }
  const run = async (...args: string[]) => daybreak(args, { dataDir: keeper.dataDir, env })
  return {
    dataDir: keeper.dataDir,
    env,
    run,
    setUp: async (more: Record<string, string>) =>
      run(
        'setup',
        '--resolver',
        dns.address,
        ...Object.entries({ ...ANSWERS, ...more }).flatMap(([name, value]) => [`--${name}`, value]),
      ),
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      await keeper[Symbol.asyncDispose]()
    },
  }
}

test('by flags: settings are written, records are printed, and a test mail goes out and is judged', async () => {
  await using place = await openPlace()

  const done = await place.setUp({ relay: `smtp://news:right@127.0.0.1:${port}` })
  const settings = await place.run('settings')
  const unsigned = await place.run('test-mail', 'you@example.org', '--resolver', dns.address)
  const zone = [...done.out.matchAll(/^ {2}(\S+)\. IN (TXT|MX) (.*)$/gm)]
  for (const [, name = '', kind, value = ''] of zone)
    dns.set(
      kind === 'MX' ? 'MX' : 'TXT',
      name,
      kind === 'MX' ? value : [...value.matchAll(/"([^"]*)"/g)].map(([, part]) => part).join(''),
    )
  const [, use = ''] = /daybreak -- (dkim use .*)$/m.exec(done.out) ?? []
  await place.run(...use.split(' '))
  const signed = await place.run('test-mail', 'you@example.org', '--resolver', dns.address)
  const again = await place.setUp({ relay: `smtp://news:right@127.0.0.1:${port}` })

  expect(done).toMatchObject({ code: 0, err: '' })
  const file = join(place.dataDir, '.env')
  expect(await readFile(file, 'utf8')).toBe(
    `PUBLIC_URL=https://news.courier.example\nSMTP_URL=smtp://news:right@127.0.0.1:${port}\n`,
  )
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(done.out).toContain('news.courier.example leads to 203.0.113.7')
  expect(done.out).toContain('127.0.0.1 answers and takes the password')
  expect(done.out).not.toContain('right@')
  expect(settings.out).toContain('The Harbour Courier, 1 Quay Street, Port Ansel')
  expect(settings.out).toContain('Europe/Berlin')
  expect(zone.map(([, name]) => name)).toEqual(
    expect.arrayContaining(['bounce.courier.example', '_dmarc.courier.example']),
  )
  expect(unsigned.out).toContain('logs in              235')
  expect(unsigned.out).toContain('took the mail        250 queued as 4F3A21')
  expect(unsigned.out).toMatch(
    /✗ dkim: The mail is not signed.*\n +There are keys that do not sign yet/,
  )
  expect(unsigned.code).toBe(2)
  expect(signed.out).toMatch(
    /✓ dkim: The signature db\d{4}r of courier\.example is right, by the key in the DNS\./,
  )
  expect(mails.at(-1)).toMatch(/^DKIM-Signature: /m)
  expect(mails.at(-1)).toContain('https://news.courier.example/')
  expect(mails.at(-1)).not.toContain('localhost')
  // Run again, what is published is not asked for once more.
  expect(again.out).not.toContain('_domainkey')
})

test.each([
  [{ relay: 'RELAY_WRONG' }, /refuses the user or the password in SMTP_URL/],
  [
    { relay: 'smtp://127.0.0.1:1' },
    /does not answer on port 1 .*look at the host and the port in SMTP_URL/,
  ],
  [{ 'public-url': 'http://news.courier.example', relay: 'none' }, /must begin with https:/],
  [{ zone: 'Mars/Base', relay: 'none' }, /must be one such as Europe\/Berlin/],
  [{ feed: 'http://127.0.0.1:1/feed', relay: 'none' }, /./],
])('%j is refused in one sentence, and nothing is written', async (more, words) => {
  await using place = await openPlace()

  const { code, err } = await place.setUp(
    Object.fromEntries(
      Object.entries(more).map(([name, value]) => [
        name,
        value === 'RELAY_WRONG' ? `smtp://news:wrong@127.0.0.1:${port}` : value,
      ]),
    ),
  )

  expect(code).toBe(1)
  expect(err).toMatch(words)
  expect(err.trimEnd().split('\n')).toHaveLength(1)
  expect(err).not.toContain('wrong@')
  await expect(stat(join(place.dataDir, '.env'))).rejects.toThrow('ENOENT')
})

test('where nobody can be asked, what is missing is named', async () => {
  await using place = await openPlace()

  const { code, err } = await place.run('setup', '--zone', 'Europe/Berlin')

  expect(code).toBe(1)
  expect(err).toContain(
    'these are missing: --public-url, --sender, --publisher, --address, --relay, --feed',
  )
})

test('a test mail without a relay, without a public address, or to nobody is refused by the setting', async () => {
  await using place = await openPlace()
  const relay = { SMTP_URL: `smtp://news:right@127.0.0.1:${port}` }
  const run = async (env: NodeJS.ProcessEnv, ...args: string[]) =>
    daybreak(['test-mail', ...args], { dataDir: place.dataDir, env: { ...place.env, ...env } })

  const noRelay = await run({}, 'you@example.org')
  const noUrl = await run(relay, 'you@example.org')
  const unset = await run(
    { ...relay, PUBLIC_URL: 'https://news.courier.example' },
    'you@example.org',
  )
  const nobody = await run(relay)

  expect(noRelay).toMatchObject({ code: 78, err: expect.stringContaining('SMTP_URL is not set') })
  expect(noUrl).toMatchObject({
    code: 78,
    err: expect.stringContaining('PUBLIC_URL is http://localhost:8080'),
  })
  expect(unset).toMatchObject({
    code: 1,
    err: expect.stringContaining('set first what every mail says of you: name,'),
  })
  expect(nobody.err).toContain('name one mail address that you can read')
})

test('of two at once the second is told', async () => {
  await using place = await openPlace()
  const args = [
    'setup',
    '--resolver',
    dns.address,
    ...Object.entries({ ...ANSWERS, relay: 'none' }).flatMap(([name, value]) => [
      `--${name}`,
      value,
    ]),
  ]
  await writeFile(join(place.dataDir, '.env.lock'), String(process.pid))

  const second = await daybreak(args, place)

  expect(second.code).toBe(1)
  expect(second.err).toContain('another "daybreak setup" is at work')
})
