import type { Typed } from './desk.ts'
import { mailOf, wrongCopies } from './checks.ts'
import type { Evidence, KnownCopy } from './evidence.ts'
import type { Day } from './play.ts'

/** The afternoon at the desk: what was typed, and what it answered. */
export function editorLines({ day, page }: Evidence): string[] {
  const note = /Changed on [^“]{10,40}?(?= We wrote)/.exec(page)?.[0] ?? ''
  return [
    'AS THE EDITOR SEES IT',
    ...day.desk.flatMap(typedLines),
    `  on the web, /n/daily/${day.digest}: “${note.trim()}”, ${day.was} ${day.isNow}`,
  ]
}

function typedLines({ command, answer }: Typed): string[] {
  return [`  $ ${command}`, ...answer.map((line) => `      ${line}`)]
}

/** What became of every mail, what the sender knows of it, and what is left to do. */
export function administratorLines(
  evidence: Evidence,
  { outage, now, limits }: { outage: Typed; now: Typed; limits: Typed },
): string[] {
  const { digest, correction, died, journal } = evidence
  const { planned, accepted, rejected, excluded, uncertain } = digest.accounts
  const again = digest.copies.filter(({ attempt }) => attempt > 1).length
  const told = new Set(correction.copies.map(({ subscriberId }) => subscriberId))
  const doubtful = digest.copies.filter(({ state }) => state === 'uncertain')
  const toldOfThem = doubtful.filter(({ subscriberId }) => told.has(subscriberId)).length
  return [
    'AS THE ADMINISTRATOR SEES IT',
    '  while the line was down:',
    ...typedLines({ ...outage, answer: outage.answer.filter((text) => !DETAIL.test(text)) }),
    '  at the end:',
    ...typedLines(now),
    ...typedLines(limits),
    `  ledger: ${planned} planned = ${accepted} sent + ${rejected} refused + ${excluded} left out + ${uncertain} that may have arrived`,
    `  journal: ${journal.begun} bodies began, ${journal.answered} were answered, ${journal.begun - journal.answered} were not; ${again} mails were tried again`,
    `  line: ${died['at DATA']} connections died before a body (tried again), ${died['in the body']} in a body and ${died['before the reply']} before the reply (nobody can know)`,
    `  to do: nothing must be. ${toldOfThem} of the ${uncertain} who may have it are told by the correction; their digest again: daybreak edition ${digest.editionId} resend uncertain`,
  ]
}

/** Of the account while it is not over: whom it is about comes at the end. */
const DETAIL = /left out|: reader \d|waiting because/

/** A mailbox of each fate. */
export function readerLines(evidence: Evidence): string[] {
  const { digest, mails, day } = evidence
  const wrong = wrongCopies(evidence).filter(({ email }) => !day.left.includes(email))
  const isThere = (copy: KnownCopy) => mailOf(mails, copy) !== undefined
  const doubtful = wrong.filter(({ state }) => state === 'uncertain')
  const cases: [string, KnownCopy | undefined][] = [
    ['had the wrong story', wrong.find(({ state }) => state === 'accepted')],
    ['may have had it, and has', doubtful.find(isThere)],
    ['may have had it, and has not', doubtful.find((copy) => !isThere(copy))],
    ['had it, and unsubscribed', digest.copies.find(({ email }) => day.left.includes(email))],
    ['got the next version', digest.copies.find((copy) => hasNext(copy, day))],
    [
      'follows other topics',
      digest.copies.find(({ carries, state }) => !carries && state === 'accepted'),
    ],
  ]
  return [
    'AS THE READER SEES IT',
    ...cases.flatMap(([fate, copy]) =>
      copy === undefined ? [] : mailboxLines(evidence, fate, copy),
    ),
  ]
}

function hasNext({ carries, version, state }: KnownCopy, { version: next }: Day): boolean {
  return carries && version === next && state === 'accepted'
}

function mailboxLines({ mails, day }: Evidence, fate: string, copy: KnownCopy): string[] {
  const own = mails.filter(({ to }) => to === copy.email)
  const first = own.find(({ edition }) => edition === day.digest)
  const second = own.find(({ edition }) => edition === day.correction)
  const story = storyIn(first?.text ?? '', day)
  const reply = second?.inReplyTo === copy.messageId ? '└ ' : ''
  return [
    `  ${copy.email} (${fate})`,
    first === undefined ? '      (no digest)' : `      ${first.subject}${story}`,
    ...(second === undefined
      ? []
      : [
          `      ${reply}${second.subject}`,
          ...[day.was, day.isNow]
            .filter((line) => second.text.includes(line))
            .map((line) => `          ${line}`),
        ]),
  ]
}

function storyIn(text: string, { wrong, right }: Day): string {
  if (text.includes(wrong)) return ` · “${wrong}”`
  return text.includes(right) ? ` · “${right}”` : ' · nothing of the flood wall'
}
