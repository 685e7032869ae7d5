/** Where the words of the mail system end and the mail that it returns begins. */
const RETURNED_MAIL: readonly RegExp[] = [
  /^[ \t>]{0,20}[-=*_+#]{2,80}[^\n]{0,30}\b(?:copy|below this line|original|returned|undelivered|unsent|rejected|attached|forwarded|bounced)\b[^\n]{0,60}$/im,
  /^[ \t]{0,20}(?:(?:the )?(?:original|returned|undelivered|unsent|bounced) (?:message|mail|e-?mail|headers?)(?: (?:text|headers?|body))?(?: (?:follows|is attached|was|below))?|message (?:headers?|text|body|contents)(?: follow)?|included is a copy|copy of (?:the |your )?(?:original )?message|this is a copy|begin forwarded message|forwarded message|original message follows)\b[^\n]{0,40}$/im,
  /^[ \t>|]{0,20}(?:received: (?:from|by|\()|return-path:\s*<|dkim-signature:|x-received:)/im,
  /^from:[ \t]?\S[^\n]*\n(?:[^\n]*\n){0,3}?(?:to|date|subject|message-id|mime-version):/im,
  /^[ \t]{0,20}(?:原文|元のメール|исходное сообщение)/im,
]

const LONGEST = 16 * 1024

/** The mail system's own words: a newsletter that is quoted behind them says nothing about a mailbox. */
export function transcriptOf(whole: string): string {
  // Sendmail's own lines begin with three.
  const text = whole.replace(/^[ \t]{0,20}>(?!>>)[^\n]*$/gm, '')
  const starts = RETURNED_MAIL.flatMap((pattern) => {
    const at = text.search(pattern)
    return at > 0 ? [at] : []
  })
  return text.slice(0, Math.min(LONGEST, ...starts))
}

const REPLY_LINE =
  /(?:^|[\s:;>(=])([245]\d\d)(?:: ?|[ -]+)(?:[245]\d\d[ -]+)?(?:\(?#?([245]\.\d{1,3}\.\d{1,3}))?/

const MOST_LINES = 5

const LINES_ABOVE = 6

/** `above`: what stands before it, where the recipient is named that it was said of. */
export type QuotedReply = { code: number; text: string; above: string }

/** The reply of the other side in a transcript, with the lines that go on with it; undefined where none is quoted. */
export function quotedReply(transcript: string): QuotedReply | undefined {
  const lines = transcript.split(/\r?\n/).map((line) => line.slice(0, 1000))
  const at = lines.findIndex(isReply)
  const match = REPLY_LINE.exec(lines[at] ?? '')
  const code = match?.[1]
  if (match === null || code === undefined) return undefined
  const more = lines.slice(at + 1, at + MOST_LINES)
  const end = more.findIndex((line) => isElse(line, code))
  const [first, before] = [
    (lines[at] ?? '').slice(match.index),
    (lines[at] ?? '').slice(0, match.index),
  ]
  const text = [first, ...more.slice(0, end < 0 ? more.length : end)].join(' ')
  const above = [...lines.slice(Math.max(0, at - LINES_ABOVE), at), before].join('\n')
  return { code: Number(code), text: text.replace(/\s+/g, ' ').trim(), above }
}

/** qmail goes on in its own words; what another recipient was told is no part of it. */
function isElse(line: string, code: string): boolean {
  if (/^\s*$|^(?:I'm not going|Giving up|STARTTLS proto)/i.test(line)) return true
  return isReply(line) && !line.trimStart().startsWith(code)
}

/** A number alone may be anything; with a colon, a status or an SMTP word beside it, it is a reply. */
function isReply(line: string): boolean {
  const match = REPLY_LINE.exec(line)
  if (match === null || match[1] === undefined || match[1].startsWith('2')) return false
  if (match[2] !== undefined) return true
  return /said:|respon|replied|reply|error|fail|reason|rejected|smtp|->|>>>|<<<|host|^\s*[45]\d\d[ -]/i.test(
    line,
  )
}

/** Words after the whole mail was given over are a filter's, who knows less of mailboxes than the one who was asked first. */
export function saidAfterData(transcript: string): boolean {
  return /end of (?:the )?data|after (?:end of )?data|after i sent the message|smtp command\s{0,20}\n\s{0,20}data|\[?data\b.{0,10}state|while sending data|message data/i.test(
    transcript,
  )
}

/** Who refuses us before a recipient was named knows nothing about one (Postfix, Exim, Sendmail and others say when it was). */
export function saidBeforeRecipient(transcript: string): boolean {
  return /(?:after|in reply to|response to) (?:pipelined )?(?:mail from|ehlo|helo|initial connection)\b|^\s{0,20}(?:>>>|->) ?(?:mail from|ehlo|helo)\b[^\n]{0,300}\n\s{0,20}(?:<<<|<-)/im.test(
    transcript,
  )
}
