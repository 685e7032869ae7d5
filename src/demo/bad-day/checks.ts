import type { ArrivedMail, Books, Evidence, KnownCopy } from './evidence.ts'

/** Two who must say the same. */
export type Check = { claim: string; one: string | number; other: string | number }

export function holds({ one, other }: Check): boolean {
  return one === other
}

/** What the ledger says held against what lies in the mailboxes, and against what the line did to the mails. */
export function checkDay(evidence: Evidence): Check[] {
  const { digest, correction } = evidence
  return [
    ...checkBooks('the digest', digest),
    ...checkBooks('the correction', correction),
    ...checkArrivals(evidence),
    ...checkDoubt(evidence),
    ...checkVersions(evidence),
    ...checkCorrection(evidence),
    ...checkPage(evidence),
  ]
}

/** Sorted, so that it does not matter who tells them. */
function sorted(readers: readonly { email: string }[]): string {
  return readers
    .map(({ email }) => email)
    .toSorted()
    .join(' ')
}

function inState(copies: readonly KnownCopy[], ...states: KnownCopy['state'][]): KnownCopy[] {
  return copies.filter(({ state }) => states.includes(state))
}

function checkBooks(name: string, { accounts, copies }: Books): Check[] {
  const { planned, accepted, rejected, excluded, uncertain } = accounts
  return [
    {
      claim: `${name}: planned = sent + refused + left out + may have arrived`,
      one: planned,
      other: accepted + rejected + excluded + uncertain,
    },
    {
      claim: `${name}: the counters are those of the rows`,
      one: [planned, accepted, rejected, excluded, uncertain].join(' '),
      other: [
        copies.length,
        inState(copies, 'accepted').length,
        inState(copies, 'rejected').length,
        inState(copies, 'excluded').length,
        inState(copies, 'uncertain').length,
      ].join(' '),
    },
  ]
}

function checkArrivals({ digest, correction, mails }: Evidence): Check[] {
  const copies = [...digest.copies, ...correction.copies]
  const known = new Map(copies.map((copy) => [copy.messageId, copy]))
  const ids = new Set(mails.map(({ messageId }) => messageId))
  const editions = mails.filter(({ edition }) => edition !== 0)
  return [
    {
      claim: 'every mail that was sent lies in a mailbox',
      one: inState(copies, 'accepted').length,
      other: inState(copies, 'accepted').filter(({ messageId }) => ids.has(messageId)).length,
    },
    { claim: 'no mailbox has a mail twice', one: mails.length, other: ids.size },
    {
      claim: 'every mail is of the reader in whose mailbox it lies',
      one: editions.length,
      other: editions.filter(({ messageId, to }) => known.get(messageId)?.email === to).length,
    },
    {
      claim: 'nobody who was left out or refused has a mail',
      one: 0,
      other: inState(copies, 'excluded', 'rejected').filter(({ messageId }) => ids.has(messageId))
        .length,
    },
  ]
}

/** A mail is in doubt exactly where the line died under its body, and of those the relay has what it answered. */
function checkDoubt({ digest, mails, died, journal }: Evidence): Check[] {
  const doubtful = inState(digest.copies, 'uncertain')
  return [
    {
      claim: 'may have arrived = connections that died under a body',
      one: doubtful.length,
      other: died['in the body'] + died['before the reply'],
    },
    {
      claim: 'of those, the relay has the ones whose reply was lost',
      one: doubtful.filter((copy) => mailOf(mails, copy) !== undefined).length,
      other: died['before the reply'],
    },
    {
      claim: 'the journal has as many bodies without an answer',
      one: doubtful.length,
      other: journal.begun - journal.answered,
    },
    {
      claim: 'the journal has an answer for every mail that was sent',
      one: inState(digest.copies, 'accepted').length,
      other: journal.answered,
    },
  ]
}

export function mailOf(
  mails: readonly ArrivedMail[],
  { messageId }: KnownCopy,
): ArrivedMail | undefined {
  return mails.find((mail) => mail.messageId === messageId)
}

/** Copies of the first version that bring the wrong story, whether they certainly or perhaps arrived. */
export function wrongCopies({ digest, day }: Evidence): KnownCopy[] {
  return inState(digest.copies, 'accepted', 'uncertain').filter(
    ({ carries, version }) => carries && (version ?? 0) < day.version,
  )
}

function checkVersions(evidence: Evidence): Check[] {
  const { digest, mails, day } = evidence
  const arrived = digest.copies.filter((copy) => mailOf(mails, copy) !== undefined)
  const reading = (words: string) =>
    arrived.filter((copy) => mailOf(mails, copy)?.text.includes(words) === true)
  const wrong = wrongCopies(evidence).filter((copy) => mailOf(mails, copy) !== undefined)
  const right = arrived.filter(({ carries, version }) => carries && version === day.version)
  return [
    {
      claim: 'the wrong words are in exactly the copies of version 1 that bring the story',
      one: sorted(wrong),
      other: sorted(reading(day.wrong)),
    },
    {
      claim: 'the right words are in exactly the copies of version 2 that bring the story',
      one: sorted(right),
      other: sorted(reading(day.right)),
    },
    { claim: 'some copies had left before it was stopped', ...isSo(wrong.length > 0) },
    { claim: 'some copies had not', ...isSo(right.length > 0) },
  ]
}

function isSo(found: boolean): Pick<Check, 'one' | 'other'> {
  return { one: 'yes', other: found ? 'yes' : 'no' }
}

function checkCorrection(evidence: Evidence): Check[] {
  const { correction, mails, day } = evidence
  const wrong = wrongCopies(evidence)
  const left = wrong.filter(({ email }) => day.left.includes(email))
  const corrections = mails.filter(({ edition }) => edition === correction.editionId)
  const lines = `${day.was} ${day.isNow}`
  const of = new Map(wrong.map((copy) => [copy.email, copy.messageId]))
  return [
    {
      claim:
        'the correction is in the mailboxes of exactly those whose copy may be wrong and who are still here',
      one: sorted(wrong.filter((copy) => !left.includes(copy))),
      other: sorted(corrections.map(({ to }) => ({ email: to }))),
    },
    {
      claim: 'who left since is left out of it, and nobody else',
      one: sorted(left),
      other: sorted(
        inState(correction.copies, 'excluded').filter(({ reason }) => reason === 'left'),
      ),
    },
    {
      claim: 'each stands under the mail that it corrects',
      one: corrections.length,
      other: corrections.filter(({ to, inReplyTo }) => inReplyTo === of.get(to)).length,
    },
    {
      claim: 'each says first what was wrong, then what is right',
      one: corrections.length,
      other: corrections.filter(({ text }) => beginsWith(text, lines)).length,
    },
    {
      claim:
        'the editor was told how many had it, how many of them may, and how many are out of reach',
      one: [day.reach.copies, day.reach.uncertain, day.reach.left].join(' '),
      other: [wrong.length, inState(wrong, 'uncertain').length, left.length].join(' '),
    },
  ]
}

/** Below the name of the newsroom and the label. */
function beginsWith(text: string, lines: string): boolean {
  const at = text.indexOf(lines)
  return at >= 0 && /^[^.]* Correction $/.test(text.slice(0, at))
}

function checkPage({ page, day }: Evidence): Check[] {
  const dated = /Changed on \d/.test(page) && page.includes(`${day.was} ${day.isNow}`)
  return [
    { claim: 'the web page has the right words', ...isSo(page.includes(day.right)) },
    { claim: 'the web page has not the wrong ones', ...isSo(!page.includes(day.wrong)) },
    { claim: 'the web page says what changed, with its date', ...isSo(dated) },
  ]
}
