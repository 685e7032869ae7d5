import { isIP } from 'node:net'

import { Refusal } from '#errors.ts'
import { type ProfileName, profileNames } from '#mail/profile.ts'
import { profileOfHost } from '#mail/profiles.ts'
import type { RelayAddress } from '#mail/relay/open-relay.ts'

export type RelayConfig = RelayAddress & {
  /** What it is called in tables, logs and limits. */
  name: string
  profile: ProfileName
  /** A relay of weight 3 gets three times as many mails as one of weight 1. */
  weight: number
  /** Of all sending processes together; null where each keeps as many as it likes. */
  connections: number | null
  /** Mails a second. */
  rate: number | null
  hourly: number | null
  daily: number | null
  pipelining: boolean
}

const EXAMPLE = 'smtp://user:password@smtp.example.org:587'
const APART = ' (several relays stand apart by blanks; a blank in a password is written as %20)'

/**
 * Reads SMTP_URL: one relay or several, with blanks between them. Plain text is only for a loopback relay or where the
 * URL says `starttls=off`. No message repeats a URL: it may hold a password.
 * @throws Refusal
 */
export function parseRelays(text: string, { allowPlaintext = false } = {}): RelayConfig[] {
  const urls = text.trim().split(/\s+/)
  const relays = urls.map((url, at) => {
    return parseRelay({ url, place: urls.length > 1 ? ` relay ${at + 1}` : '' }, allowPlaintext)
  })
  const names = relays.map(({ name }) => name)
  const twin = names.findIndex((name, at) => names.indexOf(name) < at)
  const host = relays[twin]?.host
  if (host !== undefined) {
    refuserAt(` relay ${twin + 1} (${host})`)(
      `has the same name as another, ${names[twin]}: give it one of its own with the option name`,
    )
  }
  return relays
}

type Refuse = (what: string) => never

function refuserAt(place: string): Refuse {
  return (what) => {
    throw new Refusal(`SMTP_URL${place} ${what}. Write it like ${EXAMPLE}`, {
      field: 'SMTP_URL',
      status: 78,
    })
  }
}

function parseRelay(
  { url, place }: { url: string; place: string },
  allowPlaintext: boolean,
): RelayConfig {
  const parsed = URL.canParse(url) ? new URL(url) : refuserAt(place)(`is not a URL${APART}`)
  const host = parsed.hostname.replace(/^\[|\]$/g, '')
  const refuse = refuserAt(host === '' ? place : `${place} (${host})`)
  const fault = addressFault(parsed)
  if (fault) refuse(fault)
  const trusted = allowPlaintext || isLoopback(host)
  const { starttls, ...options } = readOptions(parsed.searchParams, { host, trusted, refuse })
  const required = starttls ?? !trusted
  return { ...options, host, ...entranceOf(parsed, { required, trusted, refuse }) }
}

type Entrance = Omit<RelayAddress, 'host'>

function entranceOf(
  url: URL,
  { required, trusted, refuse }: { required: boolean; trusted: boolean; refuse: Refuse },
): Entrance {
  const secure = url.protocol === 'smtps:'
  const port = Number(url.port) || (secure ? 465 : 587)
  const login = loginOf(url, refuse)
  if (login && !secure && !required && !trusted) {
    refuse('would send the password unencrypted: remove starttls=off, or use smtps://')
  }
  return { port, secure, starttls: required ? 'required' : 'off', login }
}

function addressFault({
  protocol,
  hostname,
  port,
  pathname,
  search,
  hash,
}: URL): string | undefined {
  if (!['smtp:', 'smtps:'].includes(protocol)) return `must begin with smtp:// or smtps://${APART}`
  if (hostname === '') return 'names no host'
  if (port === '0') return 'has port 0'
  if (search.includes('@'))
    return 'has an @ behind a ?: in a password they are written as %40 and %3F'
  if (hash !== '') return 'has a # that must be written as %23'
  return ['', '/'].includes(pathname) ? undefined : 'has a path after the host'
}

export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.')
  return host === '::1' || host === 'localhost' || host.endsWith('.localhost')
}

function loginOf({ username, password }: URL, refuse: Refuse): RelayAddress['login'] {
  if (username === '' && password === '') return undefined
  if (username === '' || password === '') refuse('has a user without a password, or the reverse')
  try {
    return { user: decodeURIComponent(username), pass: decodeURIComponent(password) }
  } catch {
    return refuse('has a % in the user or password that must be written as %25')
  }
}

type Option<Value> = { rule: string; read: (value: string) => Value | undefined }

const NAME: Option<string> = {
  rule: 'at most 60 letters, digits, dots, hyphens and underscores',
  read: (value) => (/^[a-z0-9][\w.-]{0,59}$/i.test(value) ? value : undefined),
}
const PROFILE: Option<ProfileName> = {
  rule: `one of ${profileNames.join(', ')}`,
  read: (value) => profileNames.find((name) => name === value),
}
const ON_OFF: Option<boolean> = {
  rule: 'on or off',
  read: (value) => ({ on: true, off: false })[value],
}
const RATE: Option<number> = {
  rule: 'a number of mails a second above 0',
  read: (value) =>
    /^\d{1,6}(?:\.\d{1,3})?$/.test(value) && Number(value) > 0 ? Number(value) : undefined,
}

function upTo(most: number): Option<number> {
  const rule = `a whole number from 1 to ${most.toLocaleString('en-GB')}`
  const read = (value: string) =>
    /^[1-9]\d{0,9}$/.test(value) && Number(value) <= most ? Number(value) : undefined
  return { rule, read }
}

const WEIGHT = upTo(1000)
const CONNECTIONS = upTo(1000)
const CAP = upTo(1_000_000_000)

const KNOWN = [
  'name',
  'profile',
  'weight',
  'connections',
  'rate',
  'hourly',
  'daily',
  'starttls',
  'pipelining',
] as const
type KnownOption = (typeof KNOWN)[number]

function readOptions(
  params: URLSearchParams,
  { host, trusted, refuse }: { host: string; trusted: boolean; refuse: Refuse },
): Omit<RelayConfig, keyof RelayAddress> & { starttls: boolean | undefined } {
  for (const key of params.keys()) refuseKey(key, { params, refuse })
  const take = <Value>(name: KnownOption, { rule, read }: Option<Value>): Value | undefined => {
    const text = params.get(name)
    const value = text === null ? undefined : read(text)
    if (text !== null && value === undefined) refuse(`has an option ${name} that is not ${rule}`)
    return value
  }
  return {
    name: take('name', NAME) ?? host.toLowerCase(),
    profile: take('profile', PROFILE) ?? profileOfHost(host) ?? (trusted ? 'own' : 'generic'),
    weight: take('weight', WEIGHT) ?? 1,
    connections: take('connections', CONNECTIONS) ?? null,
    rate: take('rate', RATE) ?? null,
    hourly: take('hourly', CAP) ?? null,
    daily: take('daily', CAP) ?? null,
    starttls: take('starttls', ON_OFF),
    pipelining: take('pipelining', ON_OFF) ?? true,
  }
}

function refuseKey(
  key: string,
  { params, refuse }: { params: URLSearchParams; refuse: Refuse },
): void {
  if (!KNOWN.some((name) => name === key)) {
    // What stands behind a "?" may be the rest of a password: only what looks like a word is repeated.
    const word = /^[a-z]{1,20}$/i.test(key) ? ` "${key}"` : ''
    refuse(`has an unknown option${word}: the options are ${KNOWN.join(', ')}`)
  }
  if (params.getAll(key).length > 1) refuse(`has the option ${key} twice`)
}
