import type { RelayConfig } from '#mail/smtp-url.ts'
import type { Visit } from './sender.ts'
import { type Conversation, converse } from './smtp-probe.ts'

/** A conversation with a relay or a mail server, up to the login. */
export async function openConversation(
  { sender, outside }: Visit,
  { host, port, secure }: Pick<RelayConfig, 'host' | 'port' | 'secure'>,
): Promise<Conversation> {
  return converse(outside.connect, {
    host,
    port,
    secure,
    name: sender.publicUrl.hostname,
    ca: outside.ca,
    timeoutMs: outside.timeoutMs,
  })
}
