import { fieldsOf } from './delivery-status.ts'
import type { MailParts } from './mail-parts.ts'

/** A complaint: its type, and the header of the mail that it is about. */
export type FeedbackReport = { feedback: string; about: string[] }

/** An abuse report (RFC 5965), and what says the same in another form. */
export function readFeedbackReport(mail: MailParts): FeedbackReport | undefined {
  const part = mail.parts.find(({ type }) => type === 'message/feedback-report')
  const own = part?.text ?? bareReport(mail)
  if (own !== undefined) {
    const feedback = fieldsOf(own).get('feedback-type')?.trim().toLowerCase() ?? 'abuse'
    return { feedback: feedback.slice(0, 40), about: [own, ...headersOfOriginal(mail)] }
  }
  // Apple Mail writes to the unsubscribe address for its user (X-Apple-Unsubscribe).
  if (/^\s*true/i.test(mail.headers.get('x-apple-unsubscribe') ?? ''))
    return { feedback: 'opt-out', about: [] }
  if (isOldComplaint(mail)) return { feedback: 'abuse', about: headersOfOriginal(mail) }
  return undefined
}

/** Some send the report's fields as text, in a mail that says it is one. Words alone may be a reader's. */
function bareReport({ headers, text, parts }: MailParts): string | undefined {
  const type = (headers.get('content-type') ?? '').toLowerCase()
  const said = /report-type="?feedback-report|message\/feedback-report/.test(type)
  const bodies = [
    text,
    ...parts.filter(({ type: own }) => own.startsWith('text/')).map((part) => part.text),
  ]
  if (!said) return undefined
  return bodies.find((body) => /^feedback-type:[ \t]*[\w-]+/im.test(body.slice(0, 8000))) ?? ''
}

/** Hotmail's reports of before were the mail itself, from staff@hotmail.com with a header of their own. */
function isOldComplaint({ headers, from, parts }: MailParts): boolean {
  const about = parts.some(
    ({ type }) => type === 'message/rfc822' || type.startsWith('text/rfc822-header'),
  )
  return (
    about && (headers.has('x-hmxmroriginalrecipient') || /^staff@hotmail\.com$/i.test(from.address))
  )
}

/** Only the header: what a body quotes may be anybody's. */
function headersOfOriginal({ parts }: MailParts): string[] {
  return parts.flatMap(({ type, text }) =>
    type === 'message/rfc822' || type === 'message/global' || type.startsWith('text/rfc822-header')
      ? [text.split(/\r?\n[ \t]*\r?\n/)[0] ?? '']
      : [],
  )
}

const LOCAL_PART = /\b([bu]-[a-z2-7]{56})@/gi

export function localPartsIn(headers: string[]): string[] {
  const found = headers.flatMap((header) =>
    [
      ...header
        .slice(0, 64 * 1024)
        .replace(/\r?\n[ \t]+/g, '')
        .matchAll(LOCAL_PART),
    ].map(([, part = '']) => part.toLowerCase()),
  )
  return [...new Set(found)].slice(0, 10)
}
