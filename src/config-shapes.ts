import { z } from 'zod'
import { Refusal } from '#errors.ts'
import { parseRelays } from '#mail/smtp-url.ts'

export function listenOf(text: string): { host: string; port: number } | undefined {
  const [, v6, v4, digits = ''] = /^(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(text) ?? []
  const host = v6 ?? v4
  return host === undefined || Number(digits) > 65_535 ? undefined : { host, port: Number(digits) }
}

/** Words with commas between; none when it is not set. */
export function list(word: RegExp, rule: string) {
  return z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
    .refine((words) => words.every((part) => word.test(part)), rule)
}

export function url(protocols: string[], example: string) {
  return z
    .string()
    .refine(
      (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol),
      `must be an address such as ${example}`,
    )
}

export function relays() {
  return z.string().superRefine((text, context) => {
    try {
      parseRelays(text)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      context.addIssue({ code: 'custom', message: error.message.replace(/^SMTP_URL /, '') })
    }
  })
}

export function webhooks() {
  return z.string().refine(
    (text) =>
      text
        .split(/\s+/)
        .filter((word) => word !== '')
        .every(
          (word) => /^(?:(?:slack|teams|ntfy)\+)?https?:\/\/\S+$/.test(word) && URL.canParse(word),
        ),
    'must be addresses such as https://ops.example.org/hook, slack+https://hooks.slack.com/services/…, teams+https://… or ntfy+https://ntfy.sh/topic, with blanks between',
  )
}

export function secret() {
  return z
    .string()
    .regex(
      /^[0-9a-f]{64,}$/i,
      'must be at least 64 hexadecimal digits, as "openssl rand -hex 32" makes them',
    )
}

export function secrets() {
  return z
    .string()
    .regex(
      /^[0-9a-f]{64,}(?:\s*,\s*(?:[0-9a-f]{64,}|retired))*$/i,
      'must be at least 64 hexadecimal digits, as "openssl rand -hex 32" makes them; further keys come behind it, with commas between',
    )
}
