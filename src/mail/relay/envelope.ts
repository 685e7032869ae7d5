import { domainToASCII } from 'node:url'

import type { Blame, Outcome } from '#mail/outcome.ts'
import type { Handover } from '#mail/relay/handover.ts'

/** What the relay announced in its answer to EHLO. */
export type Extensions = {
  pipelining: boolean
  /** SMTPUTF8 (RFC 6531): addresses with a local part beyond ASCII. */
  international: boolean
  eightBit: boolean
  /** SIZE (RFC 1870): the largest mail, Infinity when the relay names no limit, undefined when not announced. */
  size: number | undefined
}

export function extensionsOf(reply: string): Extensions {
  const size = /^250[ -]SIZE\b[ \t]*(\d*)/im.exec(reply)
  return {
    pipelining: /^250[ -]PIPELINING\b/im.test(reply),
    international: /^250[ -]SMTPUTF8\b/im.test(reply),
    eightBit: /^250[ -]8BITMIME\b/im.test(reply),
    size: size ? Number(size[1]) || Infinity : undefined,
  }
}

// No CR, LF, NUL, blank or angle bracket: an address can never end its command.
const ADDRESS = /^[^\s<>@\p{Cc}]{1,64}@[^\s<>@\p{Cc}]{1,253}$/u
const PLAIN_DOMAIN = /@[a-z0-9][a-z0-9.-]*$/i
const BEYOND_ASCII = /[^\x20-\x7e]/

/** The address with an A-label domain, or undefined when SMTP has no way to say it. */
export function smtpAddress(address: string): string | undefined {
  if (!ADDRESS.test(address)) return undefined
  if (PLAIN_DOMAIN.test(address)) return address
  const at = address.lastIndexOf('@')
  const domain = domainToASCII(address.slice(at + 1))
  return domain === '' ? undefined : `${address.slice(0, at)}@${domain}`
}

/** Why no relay can be offered the mail. */
export function addressRefusal({ from, to }: Handover): Outcome | undefined {
  if (from === undefined) return refusal('sender', 'the sender is not a mail address')
  return to === undefined ? refusal('recipient', 'this is not a mail address') : undefined
}

/** Why this relay cannot be offered the mail. */
export function relayRefusal({ to, bytes }: Handover, relay: Extensions): Outcome | undefined {
  if (!relay.international && BEYOND_ASCII.test(to ?? '')) {
    return refusal('recipient', 'the relay does not take international addresses')
  }
  if (bytes.length <= (relay.size ?? Infinity)) return undefined
  const reply = `the mail has ${bytes.length} bytes, the relay takes ${relay.size}`
  return { kind: 'rejected', reply, code: 552, blame: 'sender' }
}

function refusal(blame: Blame, reply: string): Outcome {
  return { kind: 'rejected', reply, code: 553, blame }
}

/** MAIL FROM as this relay wants it. */
export function mailCommand({ from, to, bytes }: Handover, relay: Extensions): string {
  let command = `MAIL FROM:<${from}>`
  if (relay.size !== undefined) command += ` SIZE=${bytes.length}`
  if (relay.international && (BEYOND_ASCII.test(to ?? '') || BEYOND_ASCII.test(from ?? ''))) {
    command += relay.eightBit ? ' BODY=8BITMIME SMTPUTF8' : ' SMTPUTF8'
  }
  return `${command}\r\n`
}

export function rcptCommand({ to }: Handover): string {
  return `RCPT TO:<${to}>\r\n`
}
