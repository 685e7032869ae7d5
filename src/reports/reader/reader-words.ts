import type { ConsentKind } from '#subscribers/consent/consent-store.ts'
import type { Suppression } from './reader-report.ts'
import { timeOf } from './mail-words.ts'
import type { ChoiceRow, ConsentRow, ReaderRow } from './reader-store.ts'

/** Whether mail goes to the reader, why, and since when. */
export function stateInWords(
  reader: ReaderRow,
  { suppression, choices }: { suppression: Suppression | undefined; choices: ChoiceRow[] },
): string {
  const { state, createdAt, confirmedAt, leftAt, domainClosedAt } = reader
  const barred =
    suppression === undefined ? '' : `, and on the do-not-mail list: ${suppression.why}`
  switch (state) {
    case 'pending':
      return `signed up ${timeOf(createdAt)} and has not confirmed: nothing but the confirmation is sent${barred}`
    case 'left':
      return `unsubscribed from everything ${timeOf(leftAt)}${barred}`
    case 'bounced':
      return `gets nothing: mail to the address came back for good${barred}`
    case 'complained':
      return `gets nothing: the reader reported a mail as spam${barred}`
    case 'erased':
      return 'erased'
    case 'active':
      if (suppression !== undefined)
        return `a reader since ${timeOf(confirmedAt)}, but on the do-not-mail list: ${suppression.why}`
      if (domainClosedAt !== null)
        return `a reader since ${timeOf(confirmedAt)}, but nobody at this domain is mailed since ${timeOf(domainClosedAt)}`
      return activeInWords(confirmedAt, choices)
  }
}

function activeInWords(confirmedAt: Date | null, choices: ChoiceRow[]): string {
  const wanted = choices.filter(({ what, cadence }) => what === 'newsletter' && cadence !== 'off')
  if (wanted.length === 0)
    return `a reader since ${timeOf(confirmedAt)}, subscribed to nothing at present`
  return `an active reader since ${timeOf(confirmedAt)}`
}

const CADENCES: Record<ChoiceRow['cadence'], string> = {
  instant: 'at once',
  daily: 'daily',
  weekly: 'once a week',
  off: 'off',
}

export function choiceInWords(
  { name, cadence, snoozedUntil, changedAt }: ChoiceRow,
  now: Date,
): string {
  const paused =
    snoozedUntil !== null && snoozedUntil > now ? `, paused until ${timeOf(snoozedUntil)}` : ''
  return `${name}: ${CADENCES[cadence]} since ${timeOf(changedAt)}${paused}`
}

const CONSENT: Record<ConsentKind, string> = {
  asked: 'asked to sign up',
  confirmed: 'confirmed by the link in the mail',
  added: 'was added by the team',
  imported: 'was imported',
  left: 'unsubscribed',
  returned: 'took the unsubscribing back',
  changed: 'changed the choice',
  snoozed: 'paused',
  'address changed': 'changed the address',
  suppressed: 'was put on the do-not-mail list',
  lifted: 'was taken off the do-not-mail list',
  erased: 'had all data erased',
}

export function consentInWords({ at, kind, about, cadence, form, edition }: ConsentRow): string {
  const choice = isCadence(cadence) ? ` (${CADENCES[cadence]})` : ''
  const mail = edition === null || edition === 0 ? '' : `, by a mail of edition ${edition}`
  return `${timeOf(at)} ${CONSENT[kind]}${about === null ? '' : `: ${about}`}${choice}${mail} (${form})`
}

function isCadence(word: string | null): word is ChoiceRow['cadence'] {
  return word !== null && Object.hasOwn(CADENCES, word)
}
