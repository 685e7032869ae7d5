import { afterEach } from 'vitest'

import { createLog } from '#log.ts'
import type { Outcome } from '#mail/outcome.ts'
import { createRelayTransport, type RelaySettings } from '#mail/transport.ts'
import { type Act, type FakeSmtp, type Stage, startFakeSmtp } from './fake-smtp.ts'

export const log = createLog({ level: 'silent', name: 'test' })
export const envelope = { from: 'news@example.org', to: 'reader@example.net' }
export const small = Buffer.from('Subject: Hello\r\n\r\n.dot line\r\nBye\r\n')
// Larger than the socket buffers of both sides, so that a reader who stops reading stops the sender.
export const large = Buffer.from(`Subject: Large\r\n\r\n${`${'x'.repeat(70)}\r\n`.repeat(400_000)}`)

export const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const resource of open.splice(0).toReversed()) await resource[Symbol.asyncDispose]()
})

export async function relay(options?: Parameters<typeof startFakeSmtp>[0]): Promise<FakeSmtp> {
  const fake = await startFakeSmtp(options)
  open.push(fake)
  return fake
}

export function transportTo({ url }: { url: string }, more: Partial<RelaySettings> = {}) {
  const timeouts = { connection: 1000, greeting: 300, socket: 300 }
  const settings = { url, name: 'mail.example.org', maxConnections: 1, log, timeouts, drainMs: 500 }
  const transport = createRelayTransport({ ...settings, ...more })
  open.push(transport)
  let begun = 0
  return {
    transport,
    begun: () => begun,
    send: (mail: { raw?: Buffer; to?: string; signal?: AbortSignal } = {}): Promise<Outcome> => {
      const { raw = small, to = envelope.to, ...rest } = mail
      return transport.send({
        envelope: { ...envelope, to },
        raw,
        begun: () => (begun += 1),
        ...rest,
      })
    },
  }
}

export const at =
  (stage: Stage, act: Act) =>
  (now: { stage: Stage }): Act | undefined =>
    now.stage === stage ? act : undefined
