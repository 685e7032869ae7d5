import { html } from 'hono/html'

import english from '../../../templates/words/pages/leave.en.json' with { type: 'json' }
import { askPage, errorPage, type Markup, type PageFrame, saidPage } from './page.ts'
import { fill, fillMarkup, formOf, listed, wordsOf } from './page-words.ts'

// Leaving and taking it back: every page says what will happen before the button does it, and whose mails these are.

const wordsIn = wordsOf('leave', english)

/** Which form the reader saw, for the consent ledger: changes with the sentences above the button. */
export const LEAVE_FORM_VERSION = 'leave 1'

type UnsubscribeQuestion = {
  action: string
  /** Masked, so that a forwarded mail gives nothing away: m…@example.org. */
  address: string
  /** Null: everything. */
  newsletter: { name: string; kind: string } | null
  /** Names of what would still come. */
  others: readonly string[]
  preferencesUrl: string
  leaveAllAction: string
  signUpUrl: string
}

export function unsubscribePage(frame: PageFrame, question: UnsubscribeQuestion): Markup {
  const { action, address, newsletter, others, preferencesUrl, leaveAllAction } = question
  const words = wordsIn(frame.language)
  const { title, sentence, button } = questionOf(frame, newsletter)
  const more = newsletter !== null && others.length > 0
  return askPage(frame, {
    title,
    sentence: html`${sentence}${more ? ` ${words.othersStill}` : ''} ${aboutWhom(frame, address)}`,
    button,
    action,
    aside: html`<h2>${words.otherTitle}</h2>
      <p><a class="secondary" href="${preferencesUrl}">${words.chooseFewer}</a></p>
      ${more ? leaveEverything(frame, leaveAllAction) : ''} ${forwarded(frame, question)}`,
  })
}

function questionOf(frame: PageFrame, newsletter: UnsubscribeQuestion['newsletter']) {
  const words = wordsIn(frame.language)
  if (newsletter === null)
    return {
      title: words.askTitleAll,
      sentence: words.askSentenceAll,
      button: words.askButtonAll,
    }
  if (newsletter.kind === 'alerts')
    return {
      title: words.alertsTitle,
      sentence: words.alertsSentence,
      button: words.alertsButton,
    }
  const { name } = newsletter
  return {
    title: fill(words.askTitle, { newsletter: name }),
    sentence: fillMarkup(words.askSentence, { newsletter: html`<b>${name}</b>` }),
    button: fill(words.askButton, { newsletter: name }),
  }
}

function leaveEverything({ language }: PageFrame, action: string): Markup {
  return html`<form method="post" action="${action}">
    <button class="secondary">${wordsIn(language).leaveEverything}</button>
  </form>`
}

/** Addresses run from left to right in every script. */
function whom(address: string): Markup {
  return html`<b><bdi dir="ltr">${address}</bdi></b>`
}

function aboutWhom({ language }: PageFrame, address: string): Markup {
  return fillMarkup(wordsIn(language).about, { address: whom(address) })
}

function forwarded({ language }: PageFrame, { signUpUrl }: { signUpUrl: string }): Markup {
  const words = wordsIn(language)
  return html`<p class="small">
    ${words.forwarded} <a href="${signUpUrl}">${words.getYourOwn}</a>
  </p>`
}

type Gone = { newsletter: string | null; address: string; signUpUrl: string }

/** What the link would leave is off already. */
export function alreadyOffPage(frame: PageFrame, gone: Gone & { preferencesUrl: string }): Markup {
  const words = wordsIn(frame.language)
  return saidPage(frame, {
    title: words.offTitle,
    sentence: goneSentence(gone, { one: words.offSentence, all: words.offSentenceAll }),
    aside: html`<p><a class="secondary" href="${gone.preferencesUrl}">${words.chooseFewer}</a></p>
      ${forwarded(frame, gone)}`,
  })
}

function goneSentence(
  { newsletter, address }: Gone,
  { one, all }: { one: string; all: string },
): Markup {
  return newsletter === null
    ? fillMarkup(all, { address: whom(address) })
    : fillMarkup(one, { newsletter: html`<b>${newsletter}</b>`, address: whom(address) })
}

export function unsubscribedPage(
  frame: PageFrame,
  props: Gone & {
    undoAction: string
    undoHours: number
    /** Names of what still comes. */
    remaining: readonly string[]
    preferencesUrl: string
    leaveAllAction: string
  },
): Markup {
  const { undoAction, undoHours, remaining, preferencesUrl, leaveAllAction } = props
  const words = wordsIn(frame.language)
  return saidPage(frame, {
    title: words.leftTitle,
    sentence: html`${goneSentence(props, { one: words.leftSentence, all: words.leftSentenceAll })}
    ${words.onItsWay}`,
    aside: html`<h2>${words.undoTitle}</h2>
      <form method="post" action="${undoAction}">
        <button class="secondary">${words.undoButton}</button>
      </form>
      <p class="small">${formOf(words.undoFor, undoHours, frame.language)}</p>
      <h2>${words.otherTitle}</h2>
      ${stillComes(frame, remaining)}
      <p><a class="secondary" href="${preferencesUrl}">${words.chooseFewer}</a></p>
      ${remaining.length > 0 ? leaveEverything(frame, leaveAllAction) : ''}
      ${forwarded(frame, props)}`,
  })
}

function stillComes({ language }: PageFrame, remaining: readonly string[]): Markup | string {
  if (remaining.length === 0) return ''
  const { remaining: phrase } = wordsIn(language)
  return html`<p>${fillMarkup(phrase, { names: listed(remaining, language) })}</p>`
}

export function undonePage(frame: PageFrame): Markup {
  const { undoneTitle, undoneSentence } = wordsIn(frame.language)
  return saidPage(frame, { title: undoneTitle, sentence: undoneSentence })
}

export function undoTooLatePage(frame: PageFrame): Markup {
  return errorPage(frame, { message: wordsIn(frame.language).tooLate })
}

export function unknownLinkPage(frame: PageFrame, { signUpUrl }: { signUpUrl: string }): Markup {
  const { unknownTitle, unknownSentence, signUp } = wordsIn(frame.language)
  return saidPage(frame, {
    title: unknownTitle,
    sentence: unknownSentence,
    aside: html`<p><a class="secondary" href="${signUpUrl}">${signUp}</a></p>`,
  })
}

export function storyOffPage(
  frame: PageFrame,
  { action, headline, hours }: { action: string; headline: string; hours: number },
): Markup {
  const words = wordsIn(frame.language)
  const spoken = formOf(words.hours, hours, frame.language)
  return askPage(frame, {
    title: words.storyTitle,
    sentence: fill(words.storySentence, { headline, hours: spoken }),
    button: fill(words.storyButton, { hours: spoken }),
    action,
  })
}

export function storyIsOffPage(
  frame: PageFrame,
  { headline, hours }: { headline: string; hours: number },
): Markup {
  const words = wordsIn(frame.language)
  const spoken = formOf(words.hours, hours, frame.language)
  return saidPage(frame, {
    title: words.storyOffTitle,
    sentence: fill(words.storyOffSentence, { headline, hours: spoken }),
  })
}
