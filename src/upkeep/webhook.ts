import type { Letter } from './notice-words.ts'

const KINDS = ['slack', 'teams', 'ntfy'] as const
type Kind = (typeof KINDS)[number] | 'generic'

export type Webhook = { kind: Kind; url: string }

/** NOTICE_WEBHOOKS, whose shape was checked. */
export function parseWebhooks(text: string): Webhook[] {
  return text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => {
      const kind = KINDS.find((name) => word.startsWith(`${name}+`)) ?? 'generic'
      const url = kind === 'generic' ? word : word.slice(kind.length + 1)
      return { kind, url }
    })
}

/** For a log: who is told, without what is secret in the address. */
export function titleOf({ kind, url }: Webhook): string {
  return `${kind} webhook at ${new URL(url).host}`
}

type Posted = { method: 'POST'; body: string; headers: Record<string, string> }

/** What is posted, in the shape that its reader knows. */
export function requestOf({ kind }: Webhook, { subject, text, notices }: Letter): Posted {
  switch (kind) {
    case 'slack':
      return json({ text: `*${escapeSlack(subject)}*\n${escapeSlack(text)}` })
    case 'teams':
      return json({
        type: 'message',
        attachments: [
          {
            contentType: 'application/vnd.microsoft.card.adaptive',
            content: {
              type: 'AdaptiveCard',
              version: '1.4',
              body: [
                { type: 'TextBlock', text: subject, weight: 'Bolder', wrap: true },
                ...text
                  .split('\n\n')
                  .map((part) => ({ type: 'TextBlock', text: part, wrap: true })),
              ],
            },
          },
        ],
      })
    case 'ntfy':
      return {
        method: 'POST',
        body: text,
        headers: {
          // Headers are Latin-1; ntfy reads RFC 2047.
          Title: `=?UTF-8?B?${Buffer.from(subject).toString('base64')}?=`,
          Priority: notices.some(({ over }) => !over) ? 'high' : 'default',
        },
      }
    case 'generic':
      return json({
        subject,
        text,
        notices: notices.map(({ cause, words, fix, beganAt, over }) => ({
          cause,
          state: over ? 'over' : 'wrong',
          words,
          fix,
          since: beganAt.toISOString(),
        })),
      })
  }
}

function json(body: object): Posted {
  return {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json' },
  }
}

function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
