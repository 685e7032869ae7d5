import { domainToASCII, domainToUnicode } from 'node:url'
import { Refusal } from '#errors.ts'

export type Address = {
  /** One addr-spec: the local part as written (NFC), the domain as lower-case A-labels. */
  email: string
  domain: string
}

const ATOM = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+$/u
/** Beside those of format: fillers that are letters to Unicode, and selectors that IDN drops. */
const INVISIBLE = /[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u
/** Some mail systems decode an encoded word (RFC 2047) wherever it stands, and find another address in it. */
const ENCODED_WORD = /=\?.*\?=/

/**
 * One mail address as typed by a person. RFC 5321 limits (local part 64 octets, path 254), dot-atoms only: no quoted
 * local parts, comments, groups or address literals, which nobody's newsletter reader has and attackers do.
 * @throws Refusal with the reason
 */
export function normaliseAddress(input: string): Address {
  const text = input.trim().normalize('NFC')
  if (text === '') throw refused('is missing: type an address such as name@example.org')
  if (INVISIBLE.test(text)) throw refused('has a space or an invisible character in it: remove it')
  const at = text.lastIndexOf('@')
  if (at < 1 || at === text.length - 1)
    throw refused('has no name or no domain: it should look like name@example.org')
  const local = text.slice(0, at)
  if (!local.split('.').every((atom) => ATOM.test(atom)) || ENCODED_WORD.test(local)) {
    throw refused('has a name that mail systems do not take: check it for typing errors')
  }
  if (Buffer.byteLength(local) > 64) throw refused('has a name longer than 64 characters')
  const domain = domainOf(text.slice(at + 1))
  if (domain === undefined)
    throw refused('has a domain that does not exist in that form: it should look like example.org')
  const email = `${local}@${domain}`
  if (Buffer.byteLength(email) > 254) throw refused('is longer than 254 characters')
  return { email, domain }
}

const HOST =
  /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/

/** The A-labels by UTS-46, not transitional: straße.de is not strasse.de. */
function domainOf(typed: string): string | undefined {
  // domainToASCII reads a host as a URL has it: it would cut "example.org/x" short and decode "%6d".
  if (/[/\\?#%:[\]]/.test(typed)) return undefined
  const domain = domainToASCII(typed).toLowerCase()
  // It lets an A-label pass that stands for nothing, which then has no Unicode form.
  const nothing = domain.includes('xn--') && /(?:^|\.)xn--/.test(domainToUnicode(domain))
  return HOST.test(domain) && !nothing ? domain : undefined
}

/** For a page that must show whose choices these are without giving the address away: `m…@example.org`. */
export function maskAddress(email: string): string {
  const at = email.lastIndexOf('@')
  return `${email.slice(0, 1)}…${email.slice(at)}`
}

/** An IANA time zone that this runtime and PostgreSQL know. */
export function parseTimeZone(input: string): string {
  try {
    if (!/^[A-Za-z]/.test(input)) throw new RangeError('an offset is not a zone')
    return new Intl.DateTimeFormat('en', { timeZone: input }).resolvedOptions().timeZone
  } catch (cause) {
    throw new Refusal(
      `the time zone "${input.slice(0, 60)}" is not known: name one such as Europe/Berlin`,
      {
        field: 'timeZone',
        cause,
      },
    )
  }
}

function refused(problem: string) {
  return new Refusal(`the mail address ${problem}`, { field: 'email' })
}

const DOTLESS = new Set(['gmail.com', 'googlemail.com'])

/**
 * What the limits count an address as: `Max.Muster+news@googlemail.com` and `maxmuster@gmail.com` are one mailbox. Looser
 * than what makes a reader, because at other providers two spellings may be two people.
 */
export function limitKeyOf({ email, domain }: Address): string {
  const local = email
    .slice(0, email.lastIndexOf('@'))
    .toLowerCase()
    .replace(/(?<=.)\+.*$/, '')
  return DOTLESS.has(domain) ? `${local.replaceAll('.', '')}@gmail.com` : `${local}@${domain}`
}
