import type { Config } from '#config.ts'
import { reasonOf } from '#errors.ts'
import type { Log } from '#log.ts'
import { sendByAny } from '#mail/relay/send-by-any.ts'
import { parseRelays } from '#mail/smtp-url.ts'
import type { Letter } from './notice-words.ts'
import { parseWebhooks, requestOf, titleOf, type Webhook } from './webhook.ts'

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

const PATIENCE_MS = 10_000

export type Ears = {
  mail: { from: string; to: string[] } | null
  webhooks: Webhook[]
}

/** Whom notices go to: by mail only where there is a relay. */
export function earsOf(
  config: Pick<Config, 'notices' | 'smtpUrl'>,
  { from, desk }: { from: string; desk: string | null },
): Ears {
  const to = config.notices.mail.length > 0 ? config.notices.mail : desk === null ? [] : [desk]
  const reachable = to.length > 0 && (config.notices.smtpUrl ?? config.smtpUrl) !== null
  return {
    mail: reachable ? { from, to } : null,
    webhooks: parseWebhooks(config.notices.webhooks),
  }
}

/**
 * By mail and by every webhook; the relays of NOTICE_SMTP_URL first, then the house's own, each until one takes it.
 * @returns whether anybody was told
 */
export async function tell(
  letter: Letter,
  { config, ears, log, fetch }: { config: Config; ears: Ears; log: Log; fetch: Fetch },
): Promise<boolean> {
  const ways = [
    ...(ears.mail === null ? [] : [byMail(letter, { config, mail: ears.mail })]),
    ...ears.webhooks.map(async (webhook) => byWebhook(letter, { webhook, fetch })),
  ]
  const ends = await Promise.allSettled(ways)
  for (const end of ends)
    if (end.status === 'rejected')
      log.error({ reason: reasonOf(end.reason) }, 'a notice could not be told')
  return ends.some(({ status }) => status === 'fulfilled')
}

async function byMail(
  { subject, text }: Letter,
  { config, mail }: { config: Config; mail: { from: string; to: string[] } },
): Promise<void> {
  const relays = [config.notices.smtpUrl, config.smtpUrl].flatMap((urls) =>
    urls === null ? [] : parseRelays(urls),
  )
  await sendByAny(relays, { mail: { ...mail, subject, text }, name: config.publicUrl.hostname })
}

async function byWebhook(
  letter: Letter,
  { webhook, fetch }: { webhook: Webhook; fetch: Fetch },
): Promise<void> {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  let status
  try {
    const answer = await fetch(webhook.url, {
      ...requestOf(webhook, letter),
      redirect: 'error',
      signal,
    })
    await answer.body?.cancel()
    status = answer.status
  } catch (cause) {
    throw new Error(`${titleOf(webhook)} (${reasonOf(cause)})`, { cause })
  }
  if (status >= 300) throw new Error(`${titleOf(webhook)} answers ${status}`)
}

/** Says to a watch outside that the house is alive: when this stops, it raises the alarm. */
export async function ping(url: string, fetch: Fetch): Promise<void> {
  const answer = await fetch(url, { method: 'GET', signal: AbortSignal.timeout(PATIENCE_MS) })
  await answer.body?.cancel()
  if (!answer.ok) throw new Error(`${new URL(url).host} answers ${answer.status}`)
}
