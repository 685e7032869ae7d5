import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { list, listenOf, relays, secret, secrets, url, webhooks } from './config-shapes.ts'

const PORT_RULE = 'must be a port number from 0 to 65535'
const port = z.coerce.number(PORT_RULE).int(PORT_RULE).min(0, PORT_RULE).max(65_535, PORT_RULE)

const CONNECTIONS_RULE = 'must be a number from 1 to 100'
const TOKENS_RULE = 'must be a number of tokens from 1000 to 1000000000'
const LEASE_RULE = 'must be a number of seconds from 5 to 3600'

/** One row a variable: its validator with a sentence for the person who set it. `NAME_FILE` reads a secret from a file. */
export const variables = {
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
  DAYBREAK_BACKUP_PASSPHRASE: z
    .string()
    .min(12, 'must be at least 12 characters')
    .nullable()
    .default(null),
  DAYBREAK_BACKUP_DIR: z.string().min(1).nullable().default(null),
  DAYBREAK_BACKUP_AT: z
    .string()
    .regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|off)$/, 'must be an hour such as 03:30, or off')
    .default('03:30'),
  DAYBREAK_BACKUP_KEEP: z
    .string()
    .regex(/^[1-9]\d{0,2}d(?: \d{1,3}w)?$/, 'must be days, or days and weeks, such as "7d 4w"')
    .default('7d 4w'),
  NOTICE_MAIL: list(
    /^[^\s@,<>]+@[^\s@,<>]+\.[^\s@,<>]+$/,
    'must be mail addresses, with commas between',
  ),
  NOTICE_SMTP_URL: relays().nullable().default(null),
  NOTICE_WEBHOOKS: webhooks().default(''),
  PING_URL: url(['https:', 'http:'], 'https://hc-ping.com/a1b2c3').nullable().default(null),
  TRUSTED_PROXIES: list(
    /^(?:[\d.]+|[\da-f:]+)\/\d{1,3}$/i,
    'must be networks such as 10.0.0.0/8, with commas between',
  ).refine(
    (networks) => networks.every((network) => ipaddr.isValidCIDR(network)),
    'must be networks such as 10.0.0.0/8, with commas between',
  ),
}
