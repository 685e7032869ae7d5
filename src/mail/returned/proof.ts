import type { Bounce, Classified } from './returned.ts'
import { saidAfterData, saidBeforeRecipient } from './transcript.ts'

/** What was said, and the words of the mail system around it. */
export type Said = Pick<Bounce, 'status' | 'code' | 'text'> & { transcript: string }

const ABOUT_US: Classified = { verdict: 'ours', reason: 'policy' }
const UNPROVEN: Classified = { verdict: 'soft', reason: 'filtered' }

/**
 * "No such user" alone is also what filters say that hide their reasons, mostly once the whole mail was given over. An
 * address is given up at once for it only if it was said of the address itself: with its code (5.1.x), at RCPT, or by
 * the system that keeps the directory. Otherwise it counts as one of several.
 */
export function proven(found: Classified, said: Said): Classified {
  if (found.verdict !== 'hard') return found
  if (said.code !== null && saidBeforeRecipient(said.transcript)) return ABOUT_US
  if (found.reason === 'moved') return said.code === null && said.status === null ? UNPROVEN : found
  return found.reason !== 'no such mailbox' || isProof(said) ? found : UNPROVEN
}

const AT_RCPT = /\brcpt\b|rcpt_to|recipient address rejected|recipient rejected/i
const BY_DIRECTORY =
  /not listed in|recipient name is not recogni[sz]ed|msexch\S*.{0,60}unknown recipient|account does not exist at the organi[sz]ation|address (?:couldn't|could not) be found\.|resolver\.adr|requested action not taken: (?:mailbox unavailable|no such user)|delivery error: dd|^[ \t]{0,20}unknown user: |mail\.local: unknown user|final delivery userid|no valid recipient|#?5\.1\.0 address rejected/im

/** A reply of RCPT repeats the address before its words. */
const OF_ADDRESS = /[45]\d\d:?[ -](?:#?[45]\.\d+\.\d+ )?<[^<>\s]+@[^<>\s]+>: ?/

function isProof({ status, text, transcript }: Said): boolean {
  if (saidAfterData(transcript)) return /^5\.1\.\d+$/.test(status ?? '') && AT_RCPT.test(text)
  if (/^5\.1\.[1-9]\d*$/.test(status ?? '')) return true
  return [AT_RCPT, BY_DIRECTORY, OF_ADDRESS].some(
    (proof) => proof.test(text) || proof.test(transcript),
  )
}
