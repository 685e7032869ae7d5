import { isIP } from 'node:net'

import { Refusal } from '#errors.ts'

export type Relay = {
  host: string
  port: number
  /** TLS from the first byte (smtps). */
  secure: boolean
  starttls: 'required' | 'off'
  login: { user: string; pass: string } | undefined
}

const EXAMPLE = 'smtp://user:password@smtp.example.org:587'

/**
 * Reads SMTP_URL. Plain text is only for a loopback relay or where the URL says `?starttls=off`.
 * No message repeats the URL: it may hold a password.
 */
export function parseSmtpUrl(url: string, { allowPlaintext = false } = {}): Relay {
  const parsed = URL.canParse(url) ? new URL(url) : refuse('is not a URL')
  const fault = addressFault(parsed)
  if (fault) refuse(fault)
  const host = parsed.hostname.replace(/^\[|\]$/g, '')
  const secure = parsed.protocol === 'smtps:'
  const trusted = allowPlaintext || isLoopback(host)
  const starttls = starttlsOf(parsed, trusted)
  const login = loginOf(parsed)
  if (login && !secure && starttls === 'off' && !trusted) {
    refuse('would send the password unencrypted: remove ?starttls=off, or use smtps://')
  }
  return { host, port: Number(parsed.port) || (secure ? 465 : 587), secure, starttls, login }
}

function addressFault({ protocol, hostname, port, pathname }: URL): string | undefined {
  if (!['smtp:', 'smtps:'].includes(protocol)) return 'must begin with smtp:// or smtps://'
  if (hostname === '') return 'names no host'
  if (port === '0') return 'has port 0'
  return ['', '/'].includes(pathname) ? undefined : 'has a path after the host'
}

export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.')
  return host === '::1' || host === 'localhost' || host.endsWith('.localhost')
}

function starttlsOf({ searchParams }: URL, plaintextByDefault: boolean): Relay['starttls'] {
  for (const name of searchParams.keys()) {
    if (name !== 'starttls')
      refuse('has an unknown option: only ?starttls=on and ?starttls=off are known')
  }
  switch (searchParams.get('starttls')) {
    case null:
      return plaintextByDefault ? 'off' : 'required'
    case 'on':
      return 'required'
    case 'off':
      return 'off'
    default:
      return refuse('has ?starttls= with something other than on or off')
  }
}

function loginOf({ username, password }: URL): Relay['login'] {
  if (username === '' && password === '') return undefined
  if (username === '' || password === '') refuse('has a user without a password, or the reverse')
  try {
    return { user: decodeURIComponent(username), pass: decodeURIComponent(password) }
  } catch {
    return refuse('has a % in the user or password that must be written as %25')
  }
}

function refuse(what: string): never {
  throw new Refusal(`SMTP_URL ${what}. Write it like ${EXAMPLE}`, { field: 'SMTP_URL' })
}
