import type { OwnName } from '#mail/sender-dns/own-name.ts'
import type { Dns } from '#mail/sender-dns/dns.ts'
import type { Finding } from '#mail/sender-dns/finding.ts'
import type { Connect } from './smtp-probe.ts'
import type { AskWeb } from './web.ts'

/** What the doctor knows of us before it asks anybody. */
export type Sender = OwnName['sender'] & {
  replyTo: string
  publicUrl: URL
  /** How mail for the bounce domain reaches us. */
  returnsBy: 'server' | 'mailbox' | 'webhook' | 'nowhere'
  trustedProxies: string[]
  /** This machine's own addresses. */
  ownAddresses: string[]
  /** Local parts and a token that are for nobody. */
  probes: { bounce: string; forged: string; unsubscribe: string }
  /** What this installation, and no other, answers to a nonce. */
  proofOf: (nonce: string) => string
}

/** Everything outside that is asked, so that tests answer instead. */
export type Outside = {
  dns: Dns
  connect: Connect
  /** Certificates that count as known besides the usual ones. */
  ca: string[] | undefined
  askWeb: AskWeb
  /** How long a mail server may be silent. */
  timeoutMs: number
  now: () => Date
  nonce: () => string
}

export type Switches = { blocklists: boolean; mailboxes: boolean }

export type Visit = { sender: Sender; outside: Outside; switches: Switches }

export type Check = (visit: Visit) => Promise<Finding[]>
