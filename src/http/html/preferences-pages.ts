import { html } from 'hono/html'

import { maskAddress } from '#subscribers/address.ts'
import type { Overview } from '#subscribers/choices/choice.ts'
import { askPage, type Markup, page, type PageFrame, saidPage } from './page.ts'
import { fillMarkup } from './page-words.ts'
import { detailForm } from './preferences/detail-form.ts'
import type { Errors } from './preferences/errors.ts'
import { endPauseForm, pauseForm } from './preferences/pause-form.ts'
import { presentSentences, whom, wordsIn } from './preferences/phrases.ts'
import { fewerForm, simpleForm } from './preferences/simple-form.ts'

/** Which form the reader saw, for the consent ledger: changes with the words of the choices. */
export const PREFERENCES_FORM_VERSION = 'preferences 1'

/** What was done by the form that led here. */
export const DONE = ['saved', 'detail', 'left', 'paused', 'awake', 'link'] as const
export type Done = (typeof DONE)[number]

export type PreferencesPage = {
  overview: Overview
  now: Date
  /** The path of the page; its forms are posted to it and to places below. */
  path: string
  done: Done | undefined
  /** Where an undo of the last leaving is posted. */
  undoAction: string | undefined
  leaveAllAction: string
  errors: Errors
  /** The first and the last day that a pause can be until. */
  pauseDays: { first: string; last: string }
}

/** All that a reader can choose: four large choices first, the rest behind a fold. */
export function preferencesPage(frame: PageFrame, props: PreferencesPage): Markup {
  const { overview, now, path, errors } = props
  const words = wordsIn(frame.language)
  const on = overview.newsletters.some(({ cadence }) => cadence !== 'off')
  const paused = on && overview.snoozedUntil !== null
  return page(frame, {
    title: words.title,
    body: html`<h1>${words.title}</h1>
      ${status(frame, props)}
      <p>${fillMarkup(words.whose, { address: whom(maskAddress(overview.email)) })}</p>
      ${presentSentences(frame, overview, now)}
      ${paused ? endPauseForm(frame, `${path}/pause`) : ''}
      ${simpleForm(frame, { overview, action: path, error: errors['choice'] })}
      <div id="fewer">${fewerForm(frame, { overview, action: path })}</div>
      ${more(frame, { ...props, on })} ${on ? leaveAll(frame, props) : ''}
      ${ownData(frame, `${path}/link`)}`,
  })
}

function status({ language }: PageFrame, { done, undoAction, overview, errors }: PreferencesPage) {
  const words = wordsIn(language)
  if (Object.keys(errors).length > 0)
    return html`<p class="error" id="status" role="alert" tabindex="-1">${words.errors.form}</p>`
  if (done === undefined) return ''
  const address = whom(maskAddress(overview.email))
  const said = {
    saved: words.saved,
    detail: words.saved,
    left: words.left,
    paused: words.pauseBegun,
    awake: words.pauseOver,
    link: fillMarkup(words.linkSent, { address }),
  }
  return html`<p class="good" id="status" role="status" tabindex="-1">${said[done]}</p>
    ${
      undoAction === undefined
        ? ''
        : html`<form method="post" action="${undoAction}" class="undo">
            <button>${words.undo}</button>
          </form>`
    }`
}

function more(frame: PageFrame, props: PreferencesPage & { on: boolean }): Markup {
  const { overview, path, done, errors, pauseDays, on } = props
  const shown = done === 'detail' || Object.keys(errors).some((field) => field !== 'choice')
  const paused = overview.snoozedUntil !== null
  return html`<details class="fold" ${shown ? html` open` : ''}>
    <summary>${wordsIn(frame.language).more}</summary>
    ${detailForm(frame, { overview, action: path, errors })}
    ${
      on && !paused
        ? pauseForm(frame, { action: `${path}/pause`, ...pauseDays, error: errors['until'] })
        : ''
    }
  </details>`
}

function leaveAll({ language }: PageFrame, { leaveAllAction }: PreferencesPage): Markup {
  const words = wordsIn(language)
  return html`<h2>${words.leaveTitle}</h2>
    <form method="post" action="${leaveAllAction}">
      <button class="secondary">${words.leaveAll}</button>
    </form>`
}

function ownData({ language }: PageFrame, action: string): Markup {
  const words = wordsIn(language)
  return html`<h2>${words.dataTitle}</h2>
    <p class="muted">${words.dataNote}</p>
    <form method="post" action="${action}">
      <button class="secondary">${words.dataButton}</button>
    </form>`
}

/** Mails to this reader were stopped for a reason that no choice on this page undoes. */
export function closedPage(
  frame: PageFrame,
  props: { address: string; signUpUrl: string; linkAction: string; sent: boolean },
): Markup {
  const words = wordsIn(frame.language)
  const address = whom(props.address)
  return saidPage(frame, {
    title: words.title,
    sentence: fillMarkup(props.sent ? words.linkSent : words.closed, { address }),
    aside: html`<p><a class="secondary" href="${props.signUpUrl}">${words.signUp}</a></p>
      ${ownData(frame, props.linkAction)}`,
  })
}

/** An old mail may be in other hands by now: it shows nothing that the reader chose. */
export function staleLinkPage(
  frame: PageFrame,
  { address, action }: { address: string; action: string },
): Markup {
  const words = wordsIn(frame.language)
  return askPage(frame, {
    title: words.staleTitle,
    sentence: fillMarkup(words.staleSentence, { address: whom(address) }),
    button: words.staleButton,
    action,
  })
}

export function freshLinkPage(frame: PageFrame, { address }: { address: string }): Markup {
  const words = wordsIn(frame.language)
  return saidPage(frame, {
    title: words.freshTitle,
    sentence: fillMarkup(words.freshSentence, { address: whom(address) }),
  })
}
