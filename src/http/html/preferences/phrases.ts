import { html, raw } from 'hono/html'

import type { NewsletterChoice, Overview } from '#subscribers/choices/choice.ts'
import { hourOf } from '#subscribers/choices/next-mail.ts'
import { addDays, dayOf } from '#subscribers/choices/wall-clock.ts'
import english from '../../../../templates/words/pages/preferences.en.json' with { type: 'json' }
import type { Markup, PageFrame } from '../page.ts'
import { fill, fillMarkup, wordsOf } from '../page-words.ts'

export const wordsIn = wordsOf('preferences', english)

/** What comes now, and when the next of it does. */
export function presentSentences(frame: PageFrame, overview: Overview, now: Date): Markup {
  const words = wordsIn(frame.language)
  const { snoozedUntil, timeZone, newsletters } = overview
  const on = newsletters.filter(({ cadence }) => cadence !== 'off')
  if (on.length === 0 || overview.state !== 'active') {
    const { name } = frame.publication
    return html`<p class="lede">${fill(words.nothing, { publication: name })}</p>`
  }
  const lines = listOf(
    on.map((newsletter) => lineOf(newsletter, { overview, language: frame.language })),
    frame.language,
  )
  const next = nextSentence(frame, overview, now)
  if (snoozedUntil === null)
    return html`<p class="lede">${fillMarkup(words.get, { lines })} ${next}</p>`
  const date = dateLine(dayOf(timeZone, snoozedUntil), frame.language)
  return html`<p class="lede">
    ${fill(words.paused, { date })} ${fillMarkup(words.getAfter, { lines })} ${next}
  </p>`
}

/** One newsletter as the reader has it: "Morning digest every day at 06:30". */
export function lineOf(
  newsletter: NewsletterChoice,
  { overview, language }: { overview: Pick<Overview, 'hour'>; language: string },
): Markup {
  const words = wordsIn(language)
  const name = html`<b>${named(newsletter.name)}</b>`
  return fillMarkup(words[phraseOf(newsletter)], {
    newsletter: name,
    hour: hourText(hourOf(newsletter, overview.hour), language),
    weekday: weekdayName(newsletter.weeklyDay, language),
  })
}

function phraseOf({ kind, rhythm, cadence }: NewsletterChoice) {
  if (kind === 'alerts') return cadence === 'instant' ? 'instant' : 'marked'
  if (rhythm === 'custom') return 'custom'
  return rhythm === 'weekly' || cadence === 'weekly' ? 'weekly' : 'daily'
}

function nextSentence({ language }: PageFrame, { next, timeZone }: Overview, now: Date): string {
  if (next === undefined) return ''
  const words = wordsIn(language)
  const today = dayOf(timeZone, now)
  const day = dayOf(timeZone, next)
  if (day === today) return words.nextToday
  if (day !== addDays(today, 1)) return fill(words.nextOn, { date: dateLine(day, language) })
  return fill(words.nextTomorrow, { weekday: formatDay(day, language, { weekday: 'long' }) })
}

/** As a person lists them: "one, two and three". */
export function listOf(items: readonly Markup[], language: string): Markup {
  const places = items.map((_, index) => String(index))
  const parts = new Intl.ListFormat(language).formatToParts(places)
  return html`${parts.map(({ type, value }) => (type === 'element' ? items[Number(value)] : raw(value)))}`
}

/** "Saturday, 28 November": never more than a year away. */
export function dateLine(day: string, language: string): string {
  return formatDay(day, language, { weekday: 'long', day: 'numeric', month: 'long' })
}

/** 1 is Monday. */
export function weekdayName(weekday: number, language: string): string {
  // A Monday.
  return formatDay(addDays('2026-11-23', weekday - 1), language, { weekday: 'long' })
}

export function formatDay(
  day: string,
  language: string,
  options: Intl.DateTimeFormatOptions,
): string {
  return formatOf(language, options).format(new Date(`${day}T12:00Z`))
}

/** "06:30" in English and "6:30 ص" in Arabic. */
export function hourText(hour: string, language: string): string {
  return formatOf(language, { timeStyle: 'short' }).format(new Date(`1970-01-01T${hour}Z`))
}

// Kept: the page has forty hours, and making a format for each took most of its time.
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`
  const known = formats.get(key)
  if (known !== undefined) return known
  // A newspaper's day comes before its month: plain `en` would give the American order.
  const spoken = language === 'en' ? 'en-GB' : language
  const made = new Intl.DateTimeFormat(spoken, { ...options, timeZone: 'UTC' })
  formats.set(key, made)
  return made
}

/** A name is in the publisher's script, whatever the page's is. */
export function named(name: string): Markup {
  return html`<bdi>${name}</bdi>`
}

/** Whose choices these are; addresses run from left to right in every script. */
export function whom(address: string): Markup {
  return html`<b><bdi dir="ltr">${address}</bdi></b>`
}
