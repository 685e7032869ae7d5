import { html } from 'hono/html'

import { LANGUAGES, languageOf } from '#mail/words.ts'
import type { NewsletterChoice, Overview } from '#subscribers/choices/choice.ts'
import { hoursOffered } from '#subscribers/choices/hours.ts'
import type { Cadence } from '#subscribers/consent/consent-store.ts'
import type { Markup, PageFrame } from '../page.ts'
import { fill } from '../page-words.ts'
import type { Errors } from './errors.ts'
import { type Option, optionsOf, pills, select } from './fields.ts'
import { hourText, weekdayName, wordsIn } from './phrases.ts'
import { zoneOptions } from './zones.ts'

type Detail = { overview: Overview; action: string; errors: Errors }

/** Every newsletter and topic, the hour and the language, in one form. */
export function detailForm(frame: PageFrame, { overview, action, errors }: Detail): Markup {
  const words = wordsIn(frame.language)
  return html`<form method="post" action="${action}">
    <input type="hidden" name="form" value="detail" />
    <h2>${words.newslettersTitle}</h2>
    ${overview.newsletters.map(
      (newsletter) =>
        html`${pills(`newsletter-${newsletter.slug}`, {
          legend: newsletter.name,
          note: newsletter.description,
          options: newsletterOptions(newsletter, frame.language),
          error: errors[`newsletter-${newsletter.slug}`],
        })}
        ${newsletter.kind === 'alerts' ? updatesField(frame, { newsletter, errors }) : ''}`,
    )}
    ${topicFields(frame, { overview, errors })}
    <h2>${words.whenTitle}</h2>
    ${hourField(frame, { overview, errors })}
    ${select('timeZone', {
      label: words.timeZone,
      body: zoneOptions(overview.timeZone, frame.language),
      error: errors['timeZone'],
    })}
    ${select('language', {
      label: words.language,
      body: optionsOf(languageOptions(overview.language)),
      error: errors['language'],
    })}
    <button>${words.saveAll}</button>
  </form>`
}

function newsletterOptions(newsletter: NewsletterChoice, language: string): Option[] {
  const { options, cadence } = newsletter
  // An import may have brought a cadence that this newsletter has no edition for.
  const shown = options.includes(cadence) ? cadence : (options[0] ?? 'off')
  return options.map((value) => ({
    value,
    text: cadenceWords(newsletter, { cadence: value, language }),
    chosen: value === shown,
  }))
}

/** What becomes of a story goes to who asks for it: the others had the news. */
function updatesField(
  { language }: PageFrame,
  { newsletter: { slug, name, updates }, errors }: { newsletter: NewsletterChoice; errors: Errors },
): Markup {
  const words = wordsIn(language)
  return pills(`updates-${slug}`, {
    legend: fill(words.updatesTitle, { newsletter: name }),
    note: '',
    options: [
      { value: 'on', text: words.updatesOn, chosen: updates },
      { value: 'off', text: words.updatesOff, chosen: !updates },
    ],
    error: errors[`updates-${slug}`],
  })
}

function cadenceWords(
  { kind, rhythm, weeklyDay }: NewsletterChoice,
  { cadence, language }: { cadence: Cadence; language: string },
): string {
  const words = wordsIn(language)
  const weekday = weekdayName(weeklyDay, language)
  switch (cadence) {
    case 'off':
      return words.off
    case 'instant':
      return words.atOnce
    case 'weekly':
      return fill(rhythm === 'weekly' ? words.everyWeek : words.onceAWeek, { weekday })
    case 'daily':
      if (kind === 'alerts') return words.onlyMarked
      return rhythm === 'custom' ? words.comesOut : words.everyDay
  }
}

function topicFields(
  { language }: PageFrame,
  { overview, errors }: { overview: Overview; errors: Errors },
): Markup | '' {
  const words = wordsIn(language)
  const { topics, newsletters } = overview
  if (topics.length === 0) return ''
  const instant = newsletters.some(({ kind }) => kind === 'alerts')
  const cadences: [Cadence | '', string][] = [
    ['', words.topicNone],
    ...(instant ? [['instant', words.topicInstant] satisfies [Cadence, string]] : []),
    ['daily', words.topicDaily],
    ['weekly', words.topicWeekly],
    ['off', words.topicOff],
  ]
  return html`<h2>${words.topicsTitle}</h2>
    <p class="muted">${words.topicsNote}</p>
    ${topics.map(({ slug, name, cadence }) =>
      select(`topic-${slug}`, {
        label: name,
        row: true,
        body: optionsOf(
          cadences.map(([value, text]) => ({ value, text, chosen: value === (cadence ?? '') })),
        ),
        error: errors[`topic-${slug}`],
      }),
    )}`
}

function hourField(
  { language }: PageFrame,
  { overview, errors }: { overview: Overview; errors: Errors },
): Markup | '' {
  const words = wordsIn(language)
  const { hour } = overview
  const [own, ...later] = hoursOffered(overview.newsletters)
  if (own === undefined) return ''
  const options = later.map((value) => ({
    value,
    text: hourText(value, language),
    chosen: value === hour,
  }))
  const first = {
    value: '',
    text: fill(words.hourOwn, { hour: hourText(own, language) }),
    chosen: !options.some(({ chosen }) => chosen),
  }
  return select('hour', {
    label: words.hour,
    body: optionsOf([first, ...options]),
    error: errors['hour'],
  })
}

const OWN_NAMES = { en: 'English', de: 'Deutsch', fr: 'Français', es: 'Español', ar: 'العربية' }

function languageOptions(current: string): Option[] {
  const spoken = languageOf(current)
  const ours = LANGUAGES.map((language) => ({
    value: language,
    text: OWN_NAMES[language],
    chosen: language === spoken,
  }))
  if (spoken !== undefined) return ours
  const name = new Intl.DisplayNames([current], { type: 'language' }).of(current)
  return [{ value: current, text: name ?? current, chosen: true }, ...ours]
}
