import { isAutoReply, isFailureNotice } from './automatic.ts'
import {
  classifyCodes,
  classifyReply,
  classifyWords,
  isTelling,
  statusIn,
  temper,
} from './classify.ts'
import { readDeliveryStatus, type RecipientStatus } from './delivery-status.ts'
import { localPartsIn, readFeedbackReport } from './feedback-report.ts'
import { type MailParts, readParts } from './mail-parts.ts'
import type { Bounce, Classified, ReadReturn, Returned } from './returned.ts'
import { quotedReply, saidAfterData, transcriptOf } from './transcript.ts'

const LONGEST_TEXT = 500
const LONGEST_LETTER = 10_000

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
  const statuses = mail.parts
    .filter(({ type }) => /^message\/(?:global-)?delivery-status$/.test(type))
    .flatMap(({ text }) => readDeliveryStatus(text))
  if (statuses.length > 0) return worstOf(statuses.map((status) => bounceOf(status, mail)))
  if (isFailureNotice(mail)) return noticeOf(mail)
  if (isAutoReply(mail)) return { kind: 'auto-reply' }
  const { headers, text } = mail
  return {
    kind: 'reply',
    from: (headers.get('from') ?? '').slice(0, 300),
    subject: (headers.get('subject') ?? '').slice(0, 300),
    text: text.slice(0, LONGEST_LETTER),
  }
}

/** Our mails have one recipient each. Of several, the one that failed for good says what to do. */
function worstOf(bounces: Bounce[]): Bounce {
  const order = ['hard', 'ours', 'soft', 'ignore'] as const
  const sorted = bounces.toSorted(
    (one, other) => order.indexOf(one.verdict) - order.indexOf(other.verdict),
  )
  const [worst] = sorted
  if (worst === undefined) throw new Error('a report without recipients was read')
  return worst
}

/** The report's own words for the recipient; where they say nothing, what stands before it in prose. */
function bounceOf({ action, status, diagnostic }: RecipientStatus, mail: MailParts): Bounce {
  const code = codeOf(diagnostic)
  const about = { status: statusIn(diagnostic) ?? status, code, text: diagnostic }
  if (
    ['delivered', 'relayed', 'expanded', 'deliverable'].includes(action) ||
    status?.startsWith('2') === true
  )
    return bounce({ verdict: 'ignore', reason: 'delivered' }, about)
  if (action === 'delayed') return bounce({ verdict: 'ignore', reason: 'delayed' }, about)
  const said = classifyWords(diagnostic)
  const transcript = transcriptOf(mail.text)
  if (said !== undefined) {
    const whole = classifyReply({ code, text: diagnostic, status: statusIn(diagnostic) ?? status })
    return bounce(proven(whole, { ...about, transcript }), about)
  }
  const quoted = quotedReply(transcript)
  const coded = classifyCodes(about.status)
  const candidates = [
    classifyWords(quoted?.text ?? ''),
    isTelling(about.status) ? coded : undefined,
    classifyWords(transcript),
    coded,
  ].filter((each) => each !== undefined)
  const words = candidates.find(({ reason }) => reason !== 'system trouble') ?? candidates[0]
  const found = temper(words ?? { verdict: 'soft', reason: 'unknown' }, about)
  return bounce(proven(found, { ...about, text: quoted?.text ?? diagnostic, transcript }), {
    ...about,
    text: diagnostic === '' ? (quoted?.text ?? transcript) : diagnostic,
  })
}

/** A failure in prose only, as about half of them are. */
function noticeOf({ text, headers, parts }: MailParts): Bounce {
  const own = transcriptOf(text === '' ? (parts[0]?.text ?? '') : text)
  const subject = headers.get('subject') ?? ''
  const quoted = quotedReply(own)
  const about = {
    status: statusIn(quoted?.text ?? own),
    code: quoted?.code ?? null,
    text: quoted?.text ?? own,
  }
  if (
    /\b(?:delay(?:ed)?|warning|still being retried|will (?:be )?(?:retried|retry|continue))\b/i.test(
      subject,
    ) &&
    quoted === undefined
  )
    return bounce({ verdict: 'ignore', reason: 'delayed' }, about)
  const words =
    quoted === undefined ? undefined : classifyReply({ code: quoted.code, text: quoted.text })
  const known =
    words === undefined || words.reason === 'unknown' ? (classifyWords(own) ?? words) : words
  const found = known ?? classifyWords(subject) ?? { verdict: 'ignore', reason: 'unknown' }
  return bounce(proven(found, { ...about, transcript: own }), about)
}

const UNPROVEN: Classified = { verdict: 'soft', reason: 'filtered' }

type Said = { status: string | null; code: number | null; text: string; transcript: string }

/**
 * "No such user" alone is also what filters say that hide their reasons, mostly once the whole mail was given over. An
 * address is given up at once for it only if it was said of the address itself: with its code (5.1.x), at RCPT, or by
 * the system that keeps the directory. Otherwise it counts as one of several.
 */
function proven(found: Classified, said: Said): Classified {
  if (found.verdict !== 'hard') return found
  if (found.reason === 'moved') return said.code === null && said.status === null ? UNPROVEN : found
  return found.reason !== 'no such mailbox' || isProof(said) ? found : UNPROVEN
}

const AT_RCPT = /\brcpt\b|rcpt_to|recipient address rejected|recipient rejected/i
const BY_DIRECTORY =
  /not listed in|resolver\.adr|requested action not taken: mailbox unavailable|delivery error: dd|^\s*unknown user: |mail\.local: unknown user|final delivery userid|no valid recipient|#?5\.1\.0 address rejected/im

/** A reply of RCPT repeats the address before its words. */
const OF_ADDRESS = /[45]\d\d:?[ -](?:#?[45]\.\d+\.\d+ )?<[^<>\s]+@[^<>\s]+>: ?/

function isProof({ status, text, transcript }: Said): boolean {
  if (saidAfterData(transcript)) return /^5\.1\.\d+$/.test(status ?? '') && AT_RCPT.test(text)
  if (/^5\.1\.[1-9]\d*$/.test(status ?? '')) return true
  return [AT_RCPT, BY_DIRECTORY, OF_ADDRESS].some(
    (proof) => proof.test(text) || proof.test(transcript),
  )
}

function bounce(
  classified: Classified,
  { status, code, text }: Pick<Bounce, 'status' | 'code' | 'text'>,
): Bounce {
  return { kind: 'bounce', ...classified, status, code, text: clean(text) }
}

function codeOf(diagnostic: string): number | null {
  const code = /(?:^|[\s:;(])([245]\d\d)(?=[\s-])/.exec(diagnostic)?.[1]
  return code === undefined ? null : Number(code)
}

/** One line without addresses, as it is kept and shown. */
function clean(text: string): string {
  return text
    .slice(0, 4 * LONGEST_TEXT)
    .replace(/<[^<>\s]*@[^<>\s]*>|[^\s"'(<,;:]{1,64}@[\w.-]{1,255}/g, '<…>')
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_TEXT)
}
