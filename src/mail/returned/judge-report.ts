import { classifyCodes, classifyReply, classifyWords, statusIn, temper } from './classify.ts'
import type { RecipientStatus } from './delivery-status.ts'
import { codeIn, makeBounce } from './make-bounce.ts'
import { proven, type Said } from './proof.ts'
import type { Bounce, Classified } from './returned.ts'
import { quotedReply, transcriptOf } from './transcript.ts'

const WORST_FIRST = ['hard', 'ours', 'soft', 'ignore'] as const

/** Our mails have one recipient each. Of several, the one that failed for good says what to do. */
export function bounceOfReport(statuses: RecipientStatus[], text: string): Bounce | undefined {
  const transcript = transcriptOf(text)
  const [worst] = statuses
    .map((status) => bounceOf(status, transcript))
    .toSorted((one, other) => WORST_FIRST.indexOf(one.verdict) - WORST_FIRST.indexOf(other.verdict))
  return worst
}

function bounceOf(recipient: RecipientStatus, transcript: string): Bounce {
  const { diagnostic } = recipient
  const status = statusIn(diagnostic) ?? recipient.status
  const said = { status, code: codeIn(diagnostic), text: diagnostic, transcript }
  const passing = passed(recipient)
  if (passing !== undefined) return makeBounce(passing, said)
  if (classifyWords(diagnostic) !== undefined)
    return makeBounce(proven(classifyReply(said), said), said)
  return bounceInProse(said)
}

/** It arrived, or may still do so. */
function passed({ action, status }: RecipientStatus): Classified | undefined {
  if (['delivered', 'relayed', 'expanded', 'deliverable'].includes(action) || status?.[0] === '2')
    return { verdict: 'ignore', reason: 'delivered' }
  return action === 'delayed' ? { verdict: 'ignore', reason: 'delayed' } : undefined
}

/** Where the report's own words say nothing: what stands before it in prose. */
function bounceInProse(said: Said): Bounce {
  const quoted = quotedReply(said.transcript)
  const coded = classifyCodes(said.status)
  const candidates = [
    classifyWords(quoted?.text ?? ''),
    isTelling(said.status) ? coded : undefined,
    classifyWords(said.transcript),
    coded,
  ].filter((each) => each !== undefined)
  const best = candidates.find(({ reason }) => reason !== 'system trouble') ?? candidates[0]
  const found = temper(best ?? { verdict: 'soft', reason: 'unknown' }, said)
  const shown = said.text === '' ? (quoted?.text ?? said.transcript) : said.text
  return makeBounce(proven(found, { ...said, text: quoted?.text ?? said.text }), {
    ...said,
    text: shown,
  })
}

/** A class and nothing more (RFC 3463, X.0.0): what is said beside it counts for more. */
function isTelling(status: string | null): boolean {
  return status?.endsWith('.0.0') === false
}
