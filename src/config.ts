import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { Refusal, reasonOf } from '#errors.ts'
import { readSettingsFile, SETTINGS_FILE } from '#settings-file.ts'
import { listenOf } from './config-shapes.ts'
import { variables } from './config-variables.ts'

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
  /** What backups are sealed with; null: what is in the data directory. */
  backupPassphrase: string | null
  /** Where backups are written that nobody named; null: in the data directory. */
  backupDir: string | null
  /** When the daily backup is made, in the publication's time zone: "03:30"; null: never. */
  backupAt: string | null
  backupKeep: { days: number; weeks: number }
  /** Who is told when something is wrong: addresses, a relay of their own, webhooks, a watch outside that is pinged. */
  notices: { mail: string[]; smtpUrl: string | null; webhooks: string; pingUrl: string | null }
  /** What the environment said, by name, secrets too: it is kept in backups, and nowhere else. */
  stated: Readonly<Record<string, string>>
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

const SECRET_FILES = [
  'DATABASE_URL',
  'REDIS_URL',
  'SMTP_URL',
  'DAYBREAK_TOKEN_KEY',
  'DAYBREAK_SUPPRESSION_KEY',
  'DAYBREAK_BACKUP_PASSPHRASE',
  'NOTICE_SMTP_URL',
  'NOTICE_WEBHOOKS',
  'PING_URL',
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
export function readConfig(environment: NodeJS.ProcessEnv = wholeEnvironment()): Config {
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
    backupPassphrase: env.DAYBREAK_BACKUP_PASSPHRASE,
    backupDir: env.DAYBREAK_BACKUP_DIR,
    backupAt: env.DAYBREAK_BACKUP_AT === 'off' ? null : env.DAYBREAK_BACKUP_AT,
    backupKeep: keepOf(env.DAYBREAK_BACKUP_KEEP),
    notices: {
      mail: env.NOTICE_MAIL,
      smtpUrl: env.NOTICE_SMTP_URL,
      webhooks: env.NOTICE_WEBHOOKS,
      pingUrl: env.PING_URL,
    },
    stated: Object.fromEntries(
      Object.keys(variables).flatMap((name) => {
        const value = values[name]
        return value === undefined ? [] : [[name, value]]
      }),
    ),
    llm: llmOf(env),
    endsWithParent: ['npm_lifecycle_event', 'DAYBREAK_WRAPPER'].some(
      (name) => environment[name] !== undefined,
    ),
  }
}

/** What the environment says, and where it says nothing, the settings file of the folder that the program was started in. */
function wholeEnvironment(): NodeJS.ProcessEnv {
  return { ...readSettingsFile(SETTINGS_FILE), ...process.env }
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

function keepOf(text: string): Config['backupKeep'] {
  const [days = 7, weeks = 0] = text.split(' ').map((part) => Number.parseInt(part, 10))
  return { days, weeks }
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
