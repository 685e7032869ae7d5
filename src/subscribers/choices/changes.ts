import { Refusal } from '#errors.ts'
import { languageOf } from '#mail/words.ts'
import { parseTimeZone } from '../address.ts'
import type { Cadence } from '../consent/consent-store.ts'
import type { NewsletterChoice, Overview, TopicChoice } from './choice.ts'
import { type Cadences, cadencesOf, type Simple } from './four.ts'
import { hoursOffered, isHourOffered } from './hours.ts'
import { type Pause, wakesAt } from './snooze.ts'

/** What a reader asks for; what is not named stays as it is. */
export type Wanted = {
  simple?: Simple
  newsletters?: Cadences
  /** Of alerts, by short name: whether further ones on a story are wanted too. */
  updates?: Record<string, boolean>
  /** By short name; null: no wish. */
  topics?: Record<string, Cadence | null>
  /** HH:MM; null: each newsletter's own. */
  hour?: string | null
  timeZone?: string
  language?: string
  pause?: Pause
}

export type Changes = {
  newsletters: { newsletter: NewsletterChoice; cadence: Cadence }[]
  updates: { newsletter: NewsletterChoice; updates: boolean }[]
  topics: { topic: TopicChoice; cadence: Cadence | null }[]
  settings: Pick<Overview, 'hour' | 'timeZone' | 'language'> | null
  /** Undefined: as it is. */
  snoozedUntil: Date | null | undefined
}

/**
 * The difference between what is and what is wanted.
 * @throws Refusal that names the field: newsletter-daily, topic-trade, hour, timeZone, language, until
 */
export function changesOf(overview: Overview, wanted: Wanted, now: Date): Changes {
  const topics = topicChanges(overview, wanted.topics ?? {})
  const cadences =
    wanted.simple === undefined ? (wanted.newsletters ?? {}) : cadencesOf(overview, wanted.simple)
  const settings = settingsOf(overview, wanted)
  return {
    newsletters: newsletterChanges(overview, {
      cadences,
      marked: topics.some(({ cadence }) => cadence === 'instant'),
    }),
    updates: updateChanges(overview, wanted.updates ?? {}),
    topics,
    settings: isSame(overview, settings) ? null : settings,
    snoozedUntil: snoozeOf(overview, { wanted, timeZone: settings.timeZone, now }),
  }
}

function topicChanges(
  { topics, newsletters }: Overview,
  wanted: NonNullable<Wanted['topics']>,
): Changes['topics'] {
  const hasAlerts = newsletters.some(({ kind }) => kind === 'alerts')
  return Object.entries(wanted).flatMap(([slug, cadence]) => {
    const field = `topic-${slug}`
    const topic = topics.find((each) => each.slug === slug)
    if (topic === undefined)
      throw new Refusal(`there is no topic "${slug.slice(0, 60)}": choose one of the list`, {
        field,
      })
    if (cadence === 'instant' && !hasAlerts)
      throw new Refusal(`nothing is sent at once here: choose daily, weekly or off`, { field })
    return topic.cadence === cadence ? [] : [{ topic, cadence }]
  })
}

function newsletterChanges(
  { newsletters }: Overview,
  { cadences, marked }: { cadences: Cadences; marked: boolean },
): Changes['newsletters'] {
  for (const [slug, cadence] of Object.entries(cadences)) refuseOther(newsletters, slug, cadence)
  const alerts = newsletters.find(({ kind }) => kind === 'alerts')
  return newsletters.flatMap((newsletter) => {
    const wanted = cadences[newsletter.slug] ?? newsletter.cadence
    // A topic "at once" means alerts, if only of that topic.
    const cadence = marked && newsletter === alerts && wanted === 'off' ? 'daily' : wanted
    return cadence === newsletter.cadence ? [] : [{ newsletter, cadence }]
  })
}

function updateChanges(
  { newsletters }: Overview,
  wanted: NonNullable<Wanted['updates']>,
): Changes['updates'] {
  return Object.entries(wanted).flatMap(([slug, updates]) => {
    const newsletter = newsletters.find((each) => each.slug === slug && each.kind === 'alerts')
    if (newsletter === undefined)
      throw new Refusal(`there are no alerts "${slug.slice(0, 60)}": choose one of the list`, {
        field: `updates-${slug}`,
      })
    return newsletter.updates === updates ? [] : [{ newsletter, updates }]
  })
}

function refuseOther(newsletters: readonly NewsletterChoice[], slug: string, cadence: Cadence) {
  const field = `newsletter-${slug}`
  const newsletter = newsletters.find((each) => each.slug === slug)
  if (newsletter === undefined)
    throw new Refusal(`there is no newsletter "${slug.slice(0, 60)}": choose one of the list`, {
      field,
    })
  if (newsletter.options.includes(cadence) || newsletter.cadence === cadence) return
  throw new Refusal(
    `"${newsletter.name}" cannot come ${cadence}: choose ${newsletter.options.join(', ')}`,
    { field },
  )
}

function settingsOf(overview: Overview, wanted: Wanted): NonNullable<Changes['settings']> {
  return {
    hour: wanted.hour === undefined ? overview.hour : readHour(overview, wanted.hour),
    timeZone: wanted.timeZone === undefined ? overview.timeZone : parseTimeZone(wanted.timeZone),
    language:
      wanted.language === undefined
        ? overview.language
        : readLanguage(overview.language, wanted.language),
  }
}

function readHour({ newsletters, hour }: Overview, wanted: string | null): string | null {
  const [own] = hoursOffered(newsletters)
  if (wanted === null || wanted === own) return null
  if (wanted === hour || isHourOffered(newsletters, wanted)) return wanted
  throw new Refusal(
    `the hour "${wanted.slice(0, 20)}" is not offered: give a whole or half hour from ${own ?? '00:00'} on`,
    { field: 'hour' },
  )
}

/** Who reads Swiss German and keeps to German stays Swiss. */
function readLanguage(current: string, wanted: string): string {
  const spoken = languageOf(wanted)
  if (wanted === current || (spoken !== undefined && spoken === languageOf(current))) return current
  if (spoken !== undefined) return spoken
  throw new Refusal(
    `the language "${wanted.slice(0, 20)}" is not spoken here: choose one of the list`,
    {
      field: 'language',
    },
  )
}

function isSame(overview: Overview, settings: NonNullable<Changes['settings']>): boolean {
  const { hour, timeZone, language } = settings
  return overview.hour === hour && overview.timeZone === timeZone && overview.language === language
}

function snoozeOf(
  { snoozedUntil }: Overview,
  { wanted, timeZone, now }: { wanted: Wanted; timeZone: string; now: Date },
): Date | null | undefined {
  if (wanted.pause === undefined) return undefined
  const until = wakesAt(wanted.pause, { timeZone, now })
  return until?.getTime() === snoozedUntil?.getTime() ? undefined : until
}
