import { html } from 'hono/html'

import type { Overview } from '#subscribers/choices/choice.ts'
import { fewerChoices, type SimpleChoice, simpleChoices } from '#subscribers/choices/four.ts'
import { hourOf } from '#subscribers/choices/next-mail.ts'
import type { Markup, PageFrame } from '../page.ts'
import { fillMarkup } from '../page-words.ts'
import { describedBy, fieldError } from './fields.ts'
import { hourText, lineOf, listOf, named, weekdayName, wordsIn } from './phrases.ts'

type Simply = { overview: Overview; action: string; error: string | undefined }

/** The few large choices, and the present one where it is none of them. */
export function simpleForm(frame: PageFrame, { overview, action, error }: Simply): Markup {
  const words = wordsIn(frame.language)
  const choices = simpleChoices(overview)
  const other = !choices.some(({ chosen }) => chosen)
  return html`<form method="post" action="${action}">
    <fieldset${describedBy(error, 'simple-error')}>
      <legend>${words.simpleLegend}</legend>
      ${fieldError('simple-error', error)}
      ${choices.map((choice) => card({ ...wordsOfCard(frame, overview, choice), value: choice.choice, chosen: choice.chosen }))}
      ${other ? card({ title: words.asNowTitle, note: presentLines(frame, overview), value: 'as-now', chosen: true }) : ''}
    </fieldset>
    <button class="primary">${words.save}</button>
  </form>`
}

function card({
  title,
  note,
  value,
  chosen,
}: {
  title: string
  note: string | Markup
  value: string
  chosen: boolean
}): Markup {
  return html`<label class="choice card">
    <input type="radio" name="choice" value="${value}" ${chosen ? html` checked` : ''} />
    <span><b>${title}</b><br /><span class="muted">${note}</span></span>
  </label>`
}

function wordsOfCard(
  { language }: PageFrame,
  { hour: own, newsletters }: Overview,
  { choice, newsletter }: SimpleChoice,
): { title: string; note: string | Markup } {
  const words = wordsIn(language)
  if (newsletter === null) return { title: words.nothingTitle, note: words.nothingNote }
  const values = {
    newsletter: named(newsletter.name),
    weekday: weekdayName(newsletter.weeklyDay, language),
    hour: hourText(hourOf(newsletter, own), language),
  }
  switch (choice) {
    case 'morning': {
      const alerts = newsletters.filter(
        ({ kind, cadence }) => kind === 'alerts' && cadence !== 'off',
      )
      const stay = alerts.map(
        ({ name }) => html` ${fillMarkup(words.alertsStay, { newsletter: named(name) })}`,
      )
      return {
        title: newsletter.name,
        note: html`${fillMarkup(words.dailyNote, values)}${stay}`,
      }
    }
    case 'breaking':
      return { title: words.breakingTitle, note: fillMarkup(words.breakingNote, values) }
    case 'weekly':
      return { title: words.weeklyTitle, note: fillMarkup(words.weeklyNote, values) }
    case 'nothing':
      return { title: words.nothingTitle, note: words.nothingNote }
  }
}

function presentLines({ language }: PageFrame, overview: Overview): Markup {
  const on = overview.newsletters.filter(({ cadence }) => cadence !== 'off')
  return listOf(
    on.map((newsletter) => lineOf(newsletter, { overview, language })),
    language,
  )
}

/** One tap to have less, before leaving. */
export function fewerForm(
  { language }: PageFrame,
  { overview, action }: { overview: Overview; action: string },
): Markup | '' {
  const words = wordsIn(language)
  const { weekly, noAlerts } = fewerChoices(overview)
  if (weekly === undefined && noAlerts === undefined) return ''
  return html`<h2>${words.fewerTitle}</h2>
    <form method="post" action="${action}" class="stack">
      ${weekly === undefined ? '' : fewerButton('weekly', words.fewerWeekly)}
      ${noAlerts === undefined ? '' : fewerButton('no-alerts', words.fewerNoAlerts)}
    </form>`
}

function fewerButton(value: string, text: string): Markup {
  return html`<button name="fewer" value="${value}">${text}</button>`
}
