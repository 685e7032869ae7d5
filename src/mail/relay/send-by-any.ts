import { createTransport } from 'nodemailer'
import { reasonOf } from '#errors.ts'
import type { RelayConfig } from '#mail/smtp-url.ts'
import { TIMEOUTS } from './open-relay.ts'

export type PlainMail = { from: string; to: readonly string[]; subject: string; text: string }

/**
 * Hands a mail over to the first relay that takes it, without a ledger: for what must be told although the queues, the
 * database or a relay are in trouble.
 * @returns the relay's name
 * @throws when none takes it, with what each said
 */
export async function sendByAny(
  relays: readonly RelayConfig[],
  { mail, name }: { mail: PlainMail; name: string },
): Promise<string> {
  const refusals: string[] = []
  for (const relay of relays) {
    try {
      await sendBy(relay, { mail, name })
      return relay.name
    } catch (error) {
      refusals.push(`${relay.name}: ${reasonOf(error)}`)
    }
  }
  throw new Error(refusals.join('; '))
}

async function sendBy(
  relay: RelayConfig,
  { mail, name }: { mail: PlainMail; name: string },
): Promise<void> {
  const transport = createTransport({
    host: relay.host,
    port: relay.port,
    secure: relay.secure,
    requireTLS: !relay.secure && relay.starttls === 'required',
    ignoreTLS: relay.starttls === 'off',
    name,
    connectionTimeout: TIMEOUTS.connect,
    greetingTimeout: TIMEOUTS.greeting,
    socketTimeout: TIMEOUTS.envelope,
    tls: { minVersion: 'TLSv1.2' },
    ...(relay.login === undefined ? {} : { auth: relay.login }),
  })
  try {
    await transport.sendMail({
      ...mail,
      to: [...mail.to],
      // RFC 3834: no machine answers this.
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
  } finally {
    transport.close()
  }
}
