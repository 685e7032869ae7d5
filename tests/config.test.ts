import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refuseSilentInbox } from '#app.ts'
import { readConfig } from '#config.ts'
import { reasonOf, Refusal } from '#errors.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'daybreak-config-'))
})
afterAll(async () => rm(dir, { recursive: true }))

const KEY = 'ab'.repeat(32)

test('without any variable there is an embedded database, a built-in inbox and a page on this machine only', () => {
  const config = readConfig({})

  expect(config).toMatchObject({
    databaseUrl: null,
    redisUrl: null,
    smtpUrl: null,
    testInbox: false,
    dataDir: null,
    dkimDir: null,
    host: '127.0.0.1',
    port: 8080,
    logLevel: 'info',
    operator: null,
    smtpConnections: 10,
    tokenKey: null,
    suppressionKey: null,
    llm: null,
  })
  expect(config.publicUrl.href).toBe('http://localhost:8080/')
})

test('an empty variable means unset, as Compose files write it', () => {
  const config = readConfig({
    DATABASE_URL: '',
    SMTP_URL: '',
    PORT: '',
    PUBLIC_URL: '',
    DAYBREAK_TOKEN_KEY: '',
  })

  expect(config).toEqual(readConfig({}))
})

test('all problems are told at once, each by its name with the fix, and the exit code says configuration', () => {
  const refusal = refusalOf({
    DATABASE_URL: 'mysql://localhost/x',
    REDIS_URL: 'http://localhost',
    SMTP_URL: 'relay.example.org:25',
    DAYBREAK_TEST_INBOX: 'perhaps',
    PUBLIC_URL: 'news.example.org',
    PORT: '99999',
    LOG_LEVEL: 'loud',
    SMTP_CONNECTIONS: '0',
    DAYBREAK_TOKEN_KEY: 'short',
    DAYBREAK_SUPPRESSION_KEY: 'g'.repeat(64),
  })

  expect(refusal.status).toBe(78)
  expect(refusal.message.split('\n')).toEqual([
    'the configuration has 10 problems:',
    expect.stringMatching(/^ {2}DATABASE_URL must be an address such as postgres:/),
    expect.stringMatching(/^ {2}REDIS_URL must be an address such as redis:/),
    expect.stringMatching(/^ {2}SMTP_URL must begin with smtp:/),
    '  DAYBREAK_TEST_INBOX must be yes or no',
    expect.stringMatching(/^ {2}PUBLIC_URL must be an address such as https:/),
    '  PORT must be a port number from 0 to 65535',
    expect.stringMatching(/^ {2}LOG_LEVEL must be trace, /),
    '  SMTP_CONNECTIONS must be a number from 1 to 100',
    expect.stringMatching(/^ {2}DAYBREAK_TOKEN_KEY must be at least 64 hexadecimal digits/),
    expect.stringMatching(/^ {2}DAYBREAK_SUPPRESSION_KEY must be at least 64 hexadecimal digits/),
  ])
})

test('a typo in one of several relays is a problem by relay and option', () => {
  const { message, status } = refusalOf({
    SMTP_URL: 'smtp://u:hunter2@relay.example.org smtp://u:hunter2@other.example.org?wieght=3',
  })

  expect(status).toBe(78)
  expect(message).toContain('SMTP_URL relay 2 (other.example.org) has an unknown option "wieght"')
  expect(message).not.toContain('hunter2')
})

test('a refused secret is never repeated', () => {
  const { message } = refusalOf({
    DATABASE_URL: 'mysql://user:hunter2@localhost/x',
    SMTP_URL: 'http://user:hunter2@relay.example.org',
    DAYBREAK_TOKEN_KEY: 'hunter2',
  })

  expect(message).not.toContain('hunter2')
})

test.each([['8080.5'], ['-1'], ['65536'], ['http'], ['NaN']])('PORT=%s is refused', (PORT) => {
  expect(refusalOf({ PORT }).message).toContain('PORT must be')
})

test.each([
  'DATABASE_URL',
  'REDIS_URL',
  'SMTP_URL',
  'DAYBREAK_TOKEN_KEY',
  'DAYBREAK_SUPPRESSION_KEY',
])('%s_FILE names a file that holds the secret', async (name) => {
  const value = {
    DATABASE_URL: 'postgres://u:p@db/x',
    REDIS_URL: 'redis://cache',
    SMTP_URL: 'smtp://u:p@relay',
  }[name]
  const file = join(dir, name)
  await writeFile(file, `${value ?? KEY}\n`)

  const config = readConfig({ [`${name}_FILE`]: file })

  expect(config).toEqual(readConfig({ [name]: value ?? KEY }))
  expect(config).not.toEqual(readConfig({}))
})

test('a secret that is given twice, or whose file cannot be read, is a problem by name', () => {
  const { message } = refusalOf({
    SMTP_URL: 'smtp://u:hunter2@relay',
    SMTP_URL_FILE: join(dir, 'smtp'),
    DATABASE_URL_FILE: join(dir, 'missing'),
  })

  expect(message).toContain('SMTP_URL and SMTP_URL_FILE are both set: keep one of them')
  expect(message).toContain('DATABASE_URL_FILE cannot be read')
  expect(message).not.toContain('hunter2')
})

test('a public address without a relay is refused at the start, as no mail would reach a reader', () => {
  const config = readConfig({ PUBLIC_URL: 'https://news.example.org' })

  expect(() => refuseSilentInbox(config)).toThrow(
    expect.objectContaining({
      name: 'Refusal',
      status: 78,
      message: expect.stringMatching(/SMTP_URL.*DAYBREAK_TEST_INBOX=yes/),
    }),
  )
})

test.each([
  ['a relay', { PUBLIC_URL: 'https://news.example.org', SMTP_URL: 'smtp://relay' }],
  [
    'the inbox named on purpose',
    { PUBLIC_URL: 'https://news.example.org', DAYBREAK_TEST_INBOX: 'yes' },
  ],
  ['an address for trying out', { PUBLIC_URL: 'http://localhost:8080' }],
])('with %s the start is not refused', (_, environment) => {
  expect(() => refuseSilentInbox(readConfig(environment))).not.toThrow()
})

test('who was started by npm or by the wrapper ends with it', () => {
  expect(readConfig({}).endsWithParent).toBe(false)
  expect(readConfig({ npm_lifecycle_event: 'start' }).endsWithParent).toBe(true)
  expect(readConfig({ DAYBREAK_WRAPPER: '1' }).endsWithParent).toBe(true)
})

function refusalOf(environment: NodeJS.ProcessEnv): Refusal {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof Refusal) return error
    throw new Error(`not a Refusal: ${reasonOf(error)}`, { cause: error })
  }
  throw new Error('nothing was refused')
}

test('where returned mail comes in is said by address and port, IPv6 in brackets', () => {
  const tls = { INBOUND_TLS_CERT: '/etc/cert.pem', INBOUND_TLS_KEY: '/etc/key.pem' }

  expect(readConfig({ INBOUND_LISTEN: '0.0.0.0:25' }).inbound).toEqual({
    host: '0.0.0.0',
    port: 25,
    tls: null,
  })
  expect(readConfig({ INBOUND_LISTEN: '[::]:2525', ...tls }).inbound).toEqual({
    host: '::',
    port: 2525,
    tls: { cert: '/etc/cert.pem', key: '/etc/key.pem' },
  })
})

test.each([
  [{ INBOUND_LISTEN: '25' }, /INBOUND_LISTEN must be an address and a port/],
  [{ INBOUND_LISTEN: 'localhost:99999' }, /INBOUND_LISTEN must be an address and a port/],
  [{ INBOUND_TLS_CERT: '/etc/cert.pem' }, /belong together/],
  [{ IMAP_URL: 'https://mail.example.org' }, /IMAP_URL must be an address such as imaps:/],
  [{ SES_TOPIC_ARNS: 'daybreak' }, /SES_TOPIC_ARNS must be topics/],
  [{ POSTMARK_WEBHOOK_PASSWORD: 'secret' }, /POSTMARK_WEBHOOK_PASSWORD must be a long random word/],
  [{ LLM_BASE_URL: 'http://127.0.0.1:11434/v1' }, /LLM_BASE_URL and LLM_MODEL belong together/],
  [{ LLM_MODEL: 'small' }, /LLM_BASE_URL and LLM_MODEL belong together/],
  [{ LLM_BASE_URL: 'ftp://models.example' }, /LLM_BASE_URL must be an address such as http:/],
  [{ LLM_TOKENS_A_DAY: '0' }, /LLM_TOKENS_A_DAY must be a number of tokens/],
  [{ LLM_API_KEY: 'a b' }, /LLM_API_KEY must be a key/],
  [{ TRUSTED_PROXIES: '10.0.0.1' }, /TRUSTED_PROXIES must be networks/],
  [{ TRUSTED_PROXIES: '10.0.0.0/99' }, /TRUSTED_PROXIES must be networks/],
  [{ TRUSTED_PROXIES: '999.1.1.1/8' }, /TRUSTED_PROXIES must be networks/],
])('%o is refused with the fix', (environment, problem) => {
  expect(() => readConfig(environment)).toThrow(problem)
})

test('several topics, keys and networks stand apart by commas', () => {
  const topic = 'arn:aws:sns:eu-west-1:123456789012:daybreak'
  const config = readConfig({
    SES_TOPIC_ARNS: `${topic}, ${topic}-two`,
    MAILGUN_SIGNING_KEY: 'old-key-1234,new-key-1234',
    TRUSTED_PROXIES: '10.0.0.0/8,fd00::/8',
  })

  expect(config.webhooks.sesTopics).toEqual([topic, `${topic}-two`])
  expect(config.webhooks.mailgunKeys).toEqual(['old-key-1234', 'new-key-1234'])
  expect(config.trustedProxies).toEqual(['10.0.0.0/8', 'fd00::/8'])
})

test('a model is configured by its address and name; its key can come from a file', async () => {
  const file = join(dir, 'llm-key')
  await writeFile(file, 'sk-local\n')

  const { llm } = readConfig({
    LLM_BASE_URL: 'http://127.0.0.1:11434/v1',
    LLM_MODEL: 'small',
    LLM_API_KEY_FILE: file,
  })

  expect(llm).toEqual({
    baseUrl: 'http://127.0.0.1:11434/v1',
    model: 'small',
    apiKey: 'sk-local',
    tokensADay: 500_000,
  })
})
