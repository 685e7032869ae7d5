import { afterEach } from 'vitest'

import { createLog } from '#log.ts'
import type { Outcome, Priority } from '#mail/outcome.ts'
import type { ReadyMail } from '#mail/relay/handover.ts'
import { RelayPool, type RelayPoolSettings } from '#mail/relay/relay-pool.ts'
import { type FakeRelay, type FakeRelayOptions, startFakeRelay } from '../../support/fake-relay.ts'

export const lines: string[] = []
export const log = createLog({ level: 'warn', name: 'test', write: (line) => lines.push(line) })
export const envelope = { from: 'news@example.org', to: 'reader@example.net' }

/** A mail as it goes on the wire, told from others by its Message-ID. */
export function body(id: string, size = 0): Buffer {
  const filling = `${'x'.repeat(70)}\r\n`.repeat(Math.ceil(size / 72))
  return Buffer.from(`Message-ID: <${id}>\r\nSubject: Hello\r\n\r\n..dot line\r\n${filling}Bye\r\n`)
}

// Larger than the socket buffers of both sides, so that a reader who stops reading stops the sender.
export const LARGE = 28_000_000

export const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const resource of open.splice(0).toReversed()) await resource[Symbol.asyncDispose]()
  lines.length = 0
})

export async function relay(options?: FakeRelayOptions): Promise<FakeRelay> {
  const fake = await startFakeRelay(options)
  open.push(fake)
  return fake
}

export type Mail = {
  id?: string
  to?: string
  size?: number
  signal?: AbortSignal
  priority?: Priority
  begun?: () => void
  free?: () => void
}

export function addressOf({
  port,
  url,
}: {
  port: number
  url: string
}): RelayPoolSettings['relay'] {
  const secure = url.startsWith('smtps')
  return { host: '127.0.0.1', port, secure, starttls: 'off', login: undefined }
}

/** A pool of one connection, with a count of the mails that began. */
export function poolTo(
  fake: Pick<FakeRelay, 'port' | 'url'>,
  more: Partial<RelayPoolSettings> = {},
) {
  const pool = new RelayPool({
    relay: addressOf(fake),
    name: 'mail.example.org',
    connections: 1,
    log,
    drainMs: 500,
    ...more,
  })
  open.push(pool)
  const begun: string[] = []
  let mails = 0
  const send = ({ id = `m${(mails += 1)}@example.org`, ...mail }: Mail = {}): Promise<Outcome> => {
    const ready: ReadyMail = {
      envelope: { ...envelope, to: mail.to ?? envelope.to },
      message: { bytes: body(id, mail.size), ...(mail.free && { free: mail.free }) },
      priority: mail.priority ?? 'digest',
      begun: () => {
        mail.begun?.()
        begun.push(id)
      },
      ...(mail.signal && { signal: mail.signal }),
    }
    return pool.send(ready)
  }
  return { pool, begun, send }
}

/** For relays that hang. */
export const hasty = { greeting: 300, envelope: 300, data: 300, dot: 300, stall: 300 }

export type Mode = { extensions: string[]; settings: Partial<RelayPoolSettings> }

/** How the relay is spoken to: the same faults must have the same outcome in each. */
export const MODES: [name: string, mode: Mode][] = [
  ['eager', { extensions: ['PIPELINING', 'SIZE 0'], settings: {} }],
  ['one group a mail', { extensions: ['PIPELINING'], settings: { eager: false } }],
  ['one command at a time', { extensions: ['8BITMIME'], settings: {} }],
  ['pipelining switched off', { extensions: ['PIPELINING'], settings: { pipelining: false } }],
]
