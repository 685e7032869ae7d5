import type { MailParts } from './mail-parts.ts'

const MACHINE =
  /^(?:mailer[- ]?daemon|mail[- ]?daemon|post_?master|mail delivery (?:sub)?system|mail administrator|(?:mail|delivery|smtp)\b.{0,20}(?:system|subsystem|agent))/i

const FAILURE =
  /undeliver|delivery (?:status|fail|report|notif|has failed|delay|error|problem|incomplete)|failure (?:notice|notif|delivery)|(?:mail|message|delivery)\W{0,3}(?:delivery )?(?:fail|error|warning|problem|status)|return(?:ed|ing) (?:e-?)?(?:mail|message|to sender)|mail system error|non remis|unzustellbar|nicht zugestellt|no (?:se )?(?:pudo )?entrega|mancata consegna|échec|недостав|не доставлен|mail could not be|could(?: not|n't) (?:be )?deliver|could not send|undelivered|メールエラー|配信(?:不能|エラー|できません)|problem deliver|your (?:mail|message).{0,30}(?:fail|not deliver|reject)/i

const AWAY =
  /out of (?:the )?office|auto(?:matic|mated)?[ -]?(?:reply|response|respond|answer)|away from|on (?:vacation|holiday|leave)|vacation|abwesen|automatische antwort|réponse automatique|absence|respuesta autom|fuera de (?:la )?oficina|risposta automatica|fuori sede|autosvar|automatisch antwoord|afwezig|自動(?:返信|応答)|автоответ|不在/i

/** An answer to a mail; such a subject is ours and may hold any word. */
const ANSWER = /^(?:re|aw|sv|antw|fwd?|wg|rif|odp)\s{0,3}:/i

/** Whether a mail system wrote it, to say that a mail failed. */
export function isSystemNotice({ headers, subject, from }: MailParts): boolean {
  if (saysAway(subject)) return false
  const machine = MACHINE.test(from.name.trim()) || MACHINE.test(from.address)
  return machine || headers.has('x-failed-recipients')
}

/**
 * Whether it reads like such a notice, though its sender may be anybody. A null sender is no proof: vacation replies have
 * it too (RFC 3834, 3.1). Nor is a word in a subject, which may be ours or a person's.
 */
export function looksLikeNotice({ subject, text, parts }: MailParts): boolean {
  if (!UNDELIVERED.test(text.slice(0, 2000))) return false
  const told = FAILURE.test(subject) && !ANSWER.test(subject)
  return told || parts.some(({ type }) => RETURNED.test(type))
}

const RETURNED = /^(?:message\/rfc822|message\/global|text\/rfc822-headers)$/
const UNDELIVERED =
  /(?:could|can|was|were)(?: ?not|n't)(?: be)? delivered|undeliver(?:able|ed)|(?:unable|failed) to deliver|delivery (?:has )?failed|could(?: not|n't) deliver|permanent (?:fatal )?error|error (?:has )?occurred while attempting to deliver|届け|配信|送信/i

function saysAway(subject: string): boolean {
  return AWAY.test(subject) && !ANSWER.test(subject)
}

const ANSWERING = ['x-autoreply', 'x-autorespond', 'x-auto-response-suppress', 'x-autoresponder']

/** RFC 3834, and what came before it: an answer that nobody wrote. */
export function isAutoReply({ headers, subject }: MailParts): boolean {
  const submitted = (headers.get('auto-submitted') ?? 'no').trim().toLowerCase()
  const precedence = (headers.get('precedence') ?? '').trim().toLowerCase()
  return (
    !submitted.startsWith('no') ||
    ['auto_reply', 'bulk', 'junk', 'list'].includes(precedence) ||
    [...ANSWERING, 'list-id'].some((name) => headers.has(name)) ||
    saysAway(subject)
  )
}
