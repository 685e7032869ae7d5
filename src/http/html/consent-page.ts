import { html } from 'hono/html'
import type { LedgerEvent } from '#subscribers/consent/event-store.ts'
import { eventInWords, momentInWords, ownDataWords, witnessInWords } from './consent-words.ts'
import { type Markup, page, type PageFrame } from './page.ts'
import { fillMarkup } from './page-words.ts'

export type ConsentSheet = {
  number: number
  /** Masked where who prints it may not see it; null after an erasure. */
  address: string | null
  timeZone: string
  events: LedgerEvent[]
}

/** One sheet to print, for the reader who asks (GDPR Art. 15) or for an auditor: every agreement and withdrawal. */
export function consentPage(
  frame: PageFrame,
  { number, address, timeZone, events }: ConsentSheet,
): Markup {
  const { language } = frame
  const words = ownDataWords(language)
  const who = address === null ? words.ledgerErased : html`<bdi dir="ltr">${address}</bdi>`
  return page(frame, {
    title: words.ledgerTitle,
    body: html`<h1>${words.ledgerTitle}</h1>
      <p class="lede">${fillMarkup(words.ledgerIntro, { number, address: who })}</p>
      ${
        events.length === 0
          ? html`<p>${words.ledgerNone}</p>`
          : html`<ul class="plain">
              ${events.map((event) => itemOf(event, { language, timeZone }))}
            </ul>`
      }`,
  })
}

function itemOf(event: LedgerEvent, spoken: { language: string; timeZone: string }): Markup {
  const { language } = spoken
  return html`<li>
    <span class="muted">${momentInWords(event.at, spoken)}</span><br />
    <b>${eventInWords(event, language)}</b><br />
    ${witnessInWords(event, language)}
  </li>`
}
