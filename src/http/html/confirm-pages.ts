import { html } from 'hono/html'

import { askPage, type Markup, type PageFrame, saidPage } from './page.ts'
import { fill, fillMarkup, listed } from './page-words.ts'
import { joinWords } from './sign-up-pages.ts'

/** Which words stand above the button, for the consent ledger. */
export const CONFIRM_FORM_VERSION = 'confirm 1'

export function confirmPage(
  frame: PageFrame,
  {
    action,
    newsletters,
    topics,
  }: { action: string; newsletters: readonly string[]; topics: readonly string[] },
): Markup {
  const words = joinWords(frame.language)
  const names = (list: readonly string[]) => ({ names: listed(list, frame.language) })
  return askPage(frame, {
    title: words.confirmTitle,
    sentence: html`${fillMarkup(words.confirmSentence, names(newsletters))}
    ${topics.length === 0 ? '' : fillMarkup(words.confirmTopics, names(topics))}`,
    button: words.confirmButton,
    action,
    aside: html`<p class="small">${words.confirmNot}</p>`,
  })
}

export function confirmedPage(
  frame: PageFrame,
  {
    newsletters,
    zone,
    latest,
    preferencesUrl,
  }: {
    newsletters: readonly { name: string; schedule: string }[]
    /** The reader's in words, "Central European Time", where an hour is the reader's own. */
    zone: string | null
    /** Whether the latest edition is on its way. */
    latest: boolean
    preferencesUrl: string
  },
): Markup {
  const words = joinWords(frame.language)
  return saidPage(frame, {
    title: words.inTitle,
    sentence: words.inSentence,
    aside: html`<ul class="plain">
        ${newsletters.map(({ name, schedule }) => html`<li><b>${name}</b><br /><span class="muted">${schedule}</span></li>`)}
      </ul>
      ${zone === null ? '' : html`<p class="small">${fill(words.inZone, { zone })}</p>`}
      ${latest ? html`<p class="good">${words.latest}</p>` : ''}
      <p><a class="secondary" href="${preferencesUrl}">${words.change}</a></p>`,
  })
}

/** A link that was good once: the same may be asked again. */
export function lateLinkPage(frame: PageFrame, { action }: { action: string }): Markup {
  const words = joinWords(frame.language)
  return askPage(frame, {
    title: words.lateTitle,
    sentence: words.lateSentence,
    button: words.lateButton,
    action,
  })
}

export function notMePage(frame: PageFrame, { action }: { action: string }): Markup {
  const words = joinWords(frame.language)
  return askPage(frame, {
    title: words.notMeTitle,
    sentence: words.notMeSentence,
    button: words.notMeButton,
    action,
  })
}

export function notMeDonePage(frame: PageFrame): Markup {
  const words = joinWords(frame.language)
  return saidPage(frame, { title: words.notMeDoneTitle, sentence: words.notMeDoneSentence })
}
