import { readFileSync } from 'node:fs'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { Refusal, reasonOf } from '#errors.ts'
import { list, listenOf, relays, secret, secrets, url } from './config-shapes.ts'

export type Config = {
  databaseUrl: string | null
  redisUrl: string | null
  /** One relay or several, as `parseRelays` reads them. */
  smtpUrl: string | null
  /** Named on purpose, so that a public server does not take mail for sent by mistake. */
  testInbox: boolean
  dataDir: string | null
  /** Where the DKIM keys are; null: in the data directory. */
  dkimDir: string | null
  /** How long a claim holds its rows. */
  leaseMs: number
  publicUrl: URL
  host: string
  port: number
  logLevel: string
  operator: string | null
  smtpConnections: number
  /** Or several with commas between, by their number: the first stays, "retired" stands where one was taken out. */
  tokenKey: string | null
  suppressionKey: string | null
  /** Where mail for the bounce domain is taken; null: it is not. */
  inbound: { host: string; port: number; tls: { cert: string; key: string } | null } | null
  /** A mailbox that gets the mail of the bounce domain instead. */
  imapUrl: string | null
  /** Whose webhooks are believed, and by what. */
  webhooks: {
    sesTopics: string[]
    sendgridKey: string | null
    /** Several while a key is being changed. */
    mailgunKeys: string[]
    postmarkPassword: string | null
  }
  /** Networks (CIDR) of proxies in front: what they say of a client's address is believed. */
  trustedProxies: string[]
  /** A language model that writes summaries, checked against the article; null: there is none. */
  llm: LlmConfig | null
  /** Started by npm or by our own wrapper: when that is killed, nobody else would end us. */
  endsWithParent: boolean
}

export type LlmConfig = {
  baseUrl: string
  model: string
  apiKey: string | null
  tokensADay: number
}

const PORT_RULE = 'must be a port number from 0 to 65535'
const port = z.coerce.number(PORT_RULE).int(PORT_RULE).min(0, PORT_RULE).max(65_535, PORT_RULE)

const CONNECTIONS_RULE = 'must be a number from 1 to 100'
const TOKENS_RULE = 'must be a number of tokens from 1000 to 1000000000'
const LEASE_RULE = 'must be a number of seconds from 5 to 3600'

/** One row a variable: its validator with a sentence for the person who set it. `NAME_FILE` reads a secret from a file. */
const variables = {
  DATABASE_URL: url(['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/daybreak')
    .nullable()
    .default(null),
  REDIS_URL: url(['redis:', 'rediss:'], 'redis://host:6379').nullable().default(null),
  SMTP_URL: relays().nullable().default(null),
  DAYBREAK_TEST_INBOX: z.enum(['yes', 'no'], 'must be yes or no').default('no'),
  DAYBREAK_DATA: z.string().min(1).nullable().default(null),
  DAYBREAK_DKIM_DIR: z.string().min(1).nullable().default(null),
  DAYBREAK_LEASE_SECONDS: z.coerce
    .number(LEASE_RULE)
    .int(LEASE_RULE)
    .min(5, LEASE_RULE)
    .max(3600, LEASE_RULE)
    .default(300),
  PUBLIC_URL: url(['http:', 'https:'], 'https://news.example.org').default('http://localhost:8080'),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port.default(8080),
  LOG_LEVEL: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
      'must be trace, debug, info, warn, error or silent',
    )
    .default('info'),
  DAYBREAK_OPERATOR: z.string().min(1).nullable().default(null),
  SMTP_CONNECTIONS: z.coerce
    .number(CONNECTIONS_RULE)
    .int(CONNECTIONS_RULE)
    .min(1, CONNECTIONS_RULE)
    .max(100, CONNECTIONS_RULE)
    .default(10),
  DAYBREAK_TOKEN_KEY: secrets().nullable().default(null),
  DAYBREAK_SUPPRESSION_KEY: secret().nullable().default(null),
  INBOUND_LISTEN: z
    .string()
    .refine(
      (text) => listenOf(text) !== undefined,
      'must be an address and a port such as 0.0.0.0:25 or [::]:25',
    )
    .nullable()
    .default(null),
  INBOUND_TLS_CERT: z.string().min(1).nullable().default(null),
  INBOUND_TLS_KEY: z.string().min(1).nullable().default(null),
  IMAP_URL: url(['imap:', 'imaps:'], 'imaps://user:password@mail.example.org/INBOX')
    .nullable()
    .default(null),
  SES_TOPIC_ARNS: list(
    /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w.-]+$/,
    'must be topics such as arn:aws:sns:eu-west-1:123456789012:daybreak, with commas between',
  ),
  SENDGRID_WEBHOOK_KEY: z
    .string()
    .regex(
      /^[A-Za-z0-9+/]{60,}={0,2}$/,
      'must be the verification key that SendGrid shows for the signed event webhook',
    )
    .nullable()
    .default(null),
  MAILGUN_SIGNING_KEY: list(
    /^[\x21-\x2b\x2d-\x7e]{8,}$/,
    'must be the HTTP webhook signing key, or two with a comma between',
  ),
  POSTMARK_WEBHOOK_PASSWORD: z
    .string()
    .min(20, 'must be a long random word: "openssl rand -hex 32" makes one')
    .nullable()
    .default(null),
  LLM_BASE_URL: url(['http:', 'https:'], 'http://127.0.0.1:11434/v1').nullable().default(null),
  LLM_MODEL: z.string().min(1).max(200, 'must be at most 200 characters').nullable().default(null),
  LLM_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{1,1000}$/, 'must be a key of visible characters without blanks')
    .nullable()
    .default(null),
  LLM_TOKENS_A_DAY: z.coerce
    .number(TOKENS_RULE)
    .int(TOKENS_RULE)
    .min(1000, TOKENS_RULE)
    .max(1_000_000_000, TOKENS_RULE)
    .default(500_000),
  TRUSTED_PROXIES: list(
    /^(?:[\d.]+|[\da-f:]+)\/\d{1,3}$/i,
    'must be networks such as 10.0.0.0/8, with commas between',
  ).refine(
    (networks) => networks.every((network) => ipaddr.isValidCIDR(network)),
    'must be networks such as 10.0.0.0/8, with commas between',
  ),
}

const SECRET_FILES = [
  'DATABASE_URL',
  'REDIS_URL',
  'SMTP_URL',
  'DAYBREAK_TOKEN_KEY',
  'DAYBREAK_SUPPRESSION_KEY',
  'IMAP_URL',
  'SENDGRID_WEBHOOK_KEY',
  'MAILGUN_SIGNING_KEY',
  'POSTMARK_WEBHOOK_PASSWORD',
  'LLM_API_KEY',
]

/**
 * The environment as typed config. Every problem is told at once, by name, with the fix; secrets are never repeated.
 * @throws Refusal
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const { values, problems } = withSecretFiles(environment)
  const parsed = z.object(variables).safeParse(values)
  if (!parsed.success) {
    problems.push(
      ...parsed.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`),
    )
  }
  if (problems.length > 0 || !parsed.success) {
    throw new Refusal(
      `the configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n  ${problems.join('\n  ')}`,
      { status: 78 },
    )
  }
  const env = parsed.data
  if ((env.INBOUND_TLS_CERT === null) !== (env.INBOUND_TLS_KEY === null)) {
    throw new Refusal(
      'INBOUND_TLS_CERT and INBOUND_TLS_KEY belong together: set both, or neither',
      { field: 'INBOUND_TLS_CERT', status: 78 },
    )
  }
  if ((env.LLM_BASE_URL === null) !== (env.LLM_MODEL === null)) {
    throw new Refusal('LLM_BASE_URL and LLM_MODEL belong together: set both, or neither', {
      field: 'LLM_BASE_URL',
      status: 78,
    })
  }
  return {
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    smtpUrl: env.SMTP_URL,
    testInbox: env.DAYBREAK_TEST_INBOX === 'yes',
    dataDir: env.DAYBREAK_DATA,
    dkimDir: env.DAYBREAK_DKIM_DIR,
    leaseMs: env.DAYBREAK_LEASE_SECONDS * 1000,
    publicUrl: new URL(env.PUBLIC_URL),
    host: env.HOST,
    port: env.PORT,
    logLevel: env.LOG_LEVEL,
    operator: env.DAYBREAK_OPERATOR,
    smtpConnections: env.SMTP_CONNECTIONS,
    tokenKey: env.DAYBREAK_TOKEN_KEY,
    suppressionKey: env.DAYBREAK_SUPPRESSION_KEY,
    inbound: inboundOf(env),
    imapUrl: env.IMAP_URL,
    webhooks: {
      sesTopics: env.SES_TOPIC_ARNS,
      sendgridKey: env.SENDGRID_WEBHOOK_KEY,
      mailgunKeys: env.MAILGUN_SIGNING_KEY,
      postmarkPassword: env.POSTMARK_WEBHOOK_PASSWORD,
    },
    trustedProxies: env.TRUSTED_PROXIES,
    llm: llmOf(env),
    endsWithParent: ['npm_lifecycle_event', 'DAYBREAK_WRAPPER'].some(
      (name) => environment[name] !== undefined,
    ),
  }
}

function withSecretFiles(environment: NodeJS.ProcessEnv) {
  // An empty variable means unset, as Compose files write it.
  const values = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const problems: string[] = []
  for (const name of SECRET_FILES) {
    const file = values[`${name}_FILE`]
    if (file === undefined) continue
    if (values[name] !== undefined) {
      problems.push(`${name} and ${name}_FILE are both set: keep one of them`)
      continue
    }
    try {
      values[name] = readFileSync(file, 'utf8').trim()
    } catch (error) {
      problems.push(
        `${name}_FILE cannot be read (${reasonOf(error)}): name a file that this user can read`,
      )
    }
  }
  return { values, problems }
}

function inboundOf({
  INBOUND_LISTEN: listen,
  INBOUND_TLS_CERT: cert,
  INBOUND_TLS_KEY: key,
}: Record<`INBOUND_${'LISTEN' | 'TLS_CERT' | 'TLS_KEY'}`, string | null>): Config['inbound'] {
  const at = listen === null ? undefined : listenOf(listen)
  if (at === undefined) return null
  return { ...at, tls: cert === null || key === null ? null : { cert, key } }
}

function llmOf(
  env: Record<'LLM_BASE_URL' | 'LLM_MODEL' | 'LLM_API_KEY', string | null> & {
    LLM_TOKENS_A_DAY: number
  },
): LlmConfig | null {
  if (env.LLM_BASE_URL === null || env.LLM_MODEL === null) return null
  return {
    baseUrl: env.LLM_BASE_URL,
    model: env.LLM_MODEL,
    apiKey: env.LLM_API_KEY,
    tokensADay: env.LLM_TOKENS_A_DAY,
  }
}
