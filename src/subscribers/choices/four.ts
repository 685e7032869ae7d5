import type { Cadence } from '../consent/consent-store.ts'
import type { NewsletterChoice, Overview } from './choice.ts'

/** What most readers want to choose among. */
export type Simple = 'morning' | 'breaking' | 'weekly' | 'nothing'

/** Cadences by the newsletter's short name. */
export type Cadences = Record<string, Cadence>

export type SimpleChoice = { choice: Simple; newsletter: NewsletterChoice | null; chosen: boolean }

/** Those of the four that this house can serve; none is chosen where the reader has something else. */
export function simpleChoices(overview: Pick<Overview, 'newsletters'>): SimpleChoice[] {
  const { newsletters } = overview
  const meant: Record<Simple, NewsletterChoice | null | undefined> = {
    morning: firstDaily(newsletters),
    breaking: firstAlerts(newsletters),
    weekly: firstWeekly(newsletters),
    nothing: null,
  }
  const chosen = (['nothing', 'morning', 'breaking', 'weekly'] as const).find(
    (choice) => meant[choice] !== undefined && isNow(newsletters, cadencesOf(overview, choice)),
  )
  return (['morning', 'breaking', 'weekly', 'nothing'] as const).flatMap((choice) => {
    const newsletter = meant[choice]
    return newsletter === undefined ? [] : [{ choice, newsletter, chosen: choice === chosen }]
  })
}

/** What one of the four means for each newsletter. */
export function cadencesOf(
  { newsletters }: Pick<Overview, 'newsletters'>,
  choice: Simple,
): Cadences {
  return Object.fromEntries(
    newsletters.map((newsletter) => [
      newsletter.slug,
      wantedOf(newsletter, { choice, newsletters }),
    ]),
  )
}

function wantedOf(
  newsletter: NewsletterChoice,
  { choice, newsletters }: { choice: Simple; newsletters: readonly NewsletterChoice[] },
): Cadence {
  const { id, kind, cadence } = newsletter
  switch (choice) {
    case 'morning':
      return id === firstDaily(newsletters)?.id ? 'daily' : unlessWeekly(newsletter)
    case 'breaking':
      if (kind === 'digest') return 'off'
      return id === firstAlerts(newsletters)?.id ? 'instant' : cadence
    case 'weekly':
      return id === firstWeekly(newsletters)?.id ? 'weekly' : 'off'
    case 'nothing':
      return 'off'
  }
}

function unlessWeekly({ kind, cadence }: NewsletterChoice): Cadence {
  return kind === 'digest' && cadence === 'weekly' ? 'off' : cadence
}

/** Fewer mails in one tap: what is there to have less of. */
export function fewerChoices({ newsletters }: Pick<Overview, 'newsletters'>): {
  weekly: Cadences | undefined
  noAlerts: Cadences | undefined
} {
  const daily = newsletters.filter(
    ({ cadence, options }) => cadence === 'daily' && options.includes('weekly'),
  )
  const alerts = newsletters.filter(({ kind, cadence }) => kind === 'alerts' && cadence !== 'off')
  const others = newsletters.some(({ kind, cadence }) => kind === 'digest' && cadence !== 'off')
  // Turning off the alerts of who has nothing else is leaving, and says so at the end of the page.
  return { weekly: allAs(daily, 'weekly'), noAlerts: others ? allAs(alerts, 'off') : undefined }
}

function allAs(newsletters: readonly NewsletterChoice[], cadence: Cadence): Cadences | undefined {
  if (newsletters.length === 0) return undefined
  return Object.fromEntries(newsletters.map(({ slug }) => [slug, cadence]))
}

function isNow(newsletters: readonly NewsletterChoice[], cadences: Cadences): boolean {
  return newsletters.every(({ slug, cadence }) => cadences[slug] === cadence)
}

function firstDaily(newsletters: readonly NewsletterChoice[]): NewsletterChoice | undefined {
  return newsletters.find(({ kind, rhythm }) => kind === 'digest' && rhythm === 'daily')
}

function firstAlerts(newsletters: readonly NewsletterChoice[]): NewsletterChoice | undefined {
  return newsletters.find(({ kind }) => kind === 'alerts')
}

function firstWeekly(newsletters: readonly NewsletterChoice[]): NewsletterChoice | undefined {
  return newsletters.find(({ rhythm }) => rhythm === 'weekly') ?? firstDaily(newsletters)
}
