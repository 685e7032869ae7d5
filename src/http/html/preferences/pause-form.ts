import { html } from 'hono/html'

import type { Markup, PageFrame } from '../page.ts'
import { describedBy, fieldError } from './fields.ts'
import { wordsIn } from './phrases.ts'

export type PauseForm = {
  action: string
  /** The first and the last day it can be until. */
  first: string
  last: string
  error: string | undefined
}

export function pauseForm({ language }: PageFrame, pause: PauseForm): Markup {
  const { action, first, last, error } = pause
  const words = wordsIn(language)
  return html`<h2>${words.pauseTitle}</h2>
    <p class="muted">${words.pauseNote}</p>
    <form method="post" action="${action}" class="side">
      <button name="for" value="week">${words.pauseWeek}</button>
      <button name="for" value="month">${words.pauseMonth}</button>
    </form>
    <form method="post" action="${action}">
      <div class="field">
        <label for="until">${words.pauseDay}</label>
        ${fieldError('until-error', error)}
        <input
          id="until"
          name="until"
          type="date"
          min="${first}"
          max="${last}"
          required
          ${describedBy(error, 'until-error')}
        />
      </div>
      <button name="for" value="day">${words.pauseButton}</button>
    </form>`
}

export function endPauseForm({ language }: PageFrame, action: string): Markup {
  return html`<form method="post" action="${action}">
    <button name="for" value="none">${wordsIn(language).endPause}</button>
  </form>`
}
