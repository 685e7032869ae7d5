import { isAutoReply, isSystemNotice, looksLikeNotice } from './automatic.ts'
import { readDeliveryStatus } from './delivery-status.ts'
import { localPartsIn, readFeedbackReport } from './feedback-report.ts'
import { bounceOfNotice } from './judge-notice.ts'
import { bounceOfReport } from './judge-report.ts'
import { type MailParts, readParts } from './mail-parts.ts'
import type { Bounce, ReadReturn, Returned } from './returned.ts'

const LONGEST_LETTER = 10_000
const LONGEST_LINE = 300

/** Reads what came to an address of ours. What cannot be understood is a bounce that says nothing. */
export async function readReturn(bytes: Uint8Array): Promise<ReadReturn> {
  const mail = await readParts(bytes)
  const report = readFeedbackReport(mail)
  if (report !== undefined) {
    const returned = { kind: 'complaint', feedback: report.feedback } as const
    return { returned, key: mail.key, localParts: localPartsIn(report.about) }
  }
  return { returned: returnedOf(mail), key: mail.key, localParts: [] }
}

function returnedOf(mail: MailParts): Returned {
  const reported = bounceOfReport(statusesIn(mail), mail.text)
  if (reported !== undefined) return reported
  if (isSystemNotice(mail)) return bounceOfNotice(mail)
  if (isAutoReply(mail)) return { kind: 'auto-reply' }
  return looksLikeNotice(mail) ? atMostSoft(bounceOfNotice(mail)) : letterOf(mail)
}

/** Anybody may write so: nobody is given up for it at once. */
function atMostSoft(bounce: Bounce): Bounce {
  return bounce.verdict === 'hard' ? { ...bounce, verdict: 'soft' } : bounce
}

function statusesIn({ parts }: MailParts) {
  return parts
    .filter(({ type }) => /^message\/(?:global-)?delivery-status$/.test(type))
    .flatMap(({ text }) => readDeliveryStatus(text))
}

function letterOf({ from, subject, text }: MailParts): Returned {
  return {
    kind: 'reply',
    from: (from.name === '' ? from.address : `${from.name} <${from.address}>`).slice(
      0,
      LONGEST_LINE,
    ),
    subject: subject.slice(0, LONGEST_LINE),
    text: text.slice(0, LONGEST_LETTER),
  }
}
