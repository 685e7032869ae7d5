import type { LedgerEvent } from '#subscribers/consent/event-store.ts'
import english from '../../../templates/words/pages/own-data.en.json' with { type: 'json' }
import { fill, wordsOf } from './page-words.ts'

export const ownDataWords = wordsOf('own-data', english)

/** What happened, in the language of who reads it: "Agreed to Morning Digest (daily)". */
export function eventInWords(
  { kind, newsletter, topic, cadence }: LedgerEvent,
  language: string,
): string {
  const words = ownDataWords(language)
  const said = fill(words.events[kind], { what: newsletter ?? topic ?? words.everything })
  return cadence === null ? said : `${said} (${words.cadences[cadence]})`
}

/** How: which form in which wording, by which mail, and who acted. */
export function witnessInWords(event: LedgerEvent, language: string): string {
  const { how } = ownDataWords(language)
  const { form, formVersion, editionId, operator, apiToken, importId, statedAt } = event
  const parts = [
    fill(how.form, { form }),
    ...(formVersion === null ? [] : [fill(how.version, { version: formVersion })]),
    ...(editionId === null ? [] : [fill(how.edition, { n: editionId })]),
    ...(operator === null ? [] : [fill(how.operator, { name: operator })]),
    ...(apiToken === null ? [] : [fill(how.apiToken, { name: apiToken })]),
    ...(importId === null ? [] : [fill(how.import, { n: importId })]),
    ...(statedAt === null ? [] : [fill(how.stated, { date: dayOf(statedAt, language) })]),
  ]
  return new Intl.ListFormat(language, { type: 'unit' }).format(parts)
}

/** What became of a mail, with the reason where it was left out. Nobody can say "delivered". */
export function stateInWords(
  { state, reason }: { state: string; reason: string | null },
  language: string,
): string {
  const words = ownDataWords(language)
  const said = namedIn(words.states, state)
  return reason === null ? said : `${said} (${namedIn(words.reasons, reason)})`
}

export function listedInWords(reason: string, language: string): string {
  return namedIn(ownDataWords(language).listed, reason)
}

function namedIn(words: Record<string, string>, name: string): string {
  return words[name] ?? name
}

/** To the second, with its zone: "22 November 2026 at 06:30:00 GMT". */
export function momentInWords(
  at: Date,
  { language, timeZone }: { language: string; timeZone: string },
): string {
  return new Intl.DateTimeFormat(spoken(language), {
    dateStyle: 'long',
    timeStyle: 'long',
    timeZone,
  }).format(at)
}

function dayOf(at: Date, language: string): string {
  return new Intl.DateTimeFormat(spoken(language), { dateStyle: 'long', timeZone: 'UTC' }).format(
    at,
  )
}

/** A newspaper's day comes before its month: plain `en` would give the American order. */
function spoken(language: string): string {
  return language === 'en' ? 'en-GB' : language
}
