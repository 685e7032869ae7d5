import type { PageFrame } from '#http/html/page.ts'
import {
  closedPage,
  freshLinkPage,
  type PreferencesPage,
  preferencesPage,
  staleLinkPage,
} from '#http/html/preferences-pages.ts'
import type { NewsletterChoice, Overview } from '#subscribers/choices/choice.ts'

// The pages of a reader's choices, of the made-up newsroom.

const digest = { kind: 'digest', localTime: '06:30', weeklyDay: 6 } as const

export const newsletterSamples: NewsletterChoice[] = [
  {
    ...digest,
    id: 1,
    slug: 'morning',
    name: 'Morning Digest',
    description: 'Five to nine stories, four minutes',
    rhythm: 'daily',
    cadence: 'daily',
    options: ['daily', 'weekly', 'off'],
    updates: false,
  },
  {
    ...digest,
    id: 2,
    slug: 'weekend',
    name: 'The Long Weekend',
    description: 'The three stories worth an hour',
    rhythm: 'weekly',
    localTime: '08:00',
    cadence: 'off',
    options: ['weekly', 'off'],
    updates: false,
  },
  {
    ...digest,
    id: 3,
    slug: 'breaking',
    name: 'Breaking news',
    description: 'Only what cannot wait',
    kind: 'alerts',
    rhythm: 'instant',
    cadence: 'instant',
    options: ['instant', 'daily', 'off'],
    updates: false,
  },
]

const topics = ['City', 'Harbour and shipping', 'Science', 'Sport', 'Trade']

export const overviewSample: Overview = {
  subscriberId: 1,
  publicId: 1,
  state: 'active',
  email: 'mara@example.org',
  addressVersion: 1,
  closed: false,
  newsletters: newsletterSamples,
  topics: topics.map((name, index) => ({
    id: index,
    slug: `topic${index}`,
    name,
    cadence: ([null, 'instant', 'daily', 'off', 'weekly'] as const)[index] ?? null,
  })),
  hour: null,
  timeZone: 'Europe/Berlin',
  language: 'en',
  snoozedUntil: null,
  next: new Date('2026-11-24T05:30:00Z'),
}

export const preferencesSample: PreferencesPage = {
  overview: overviewSample,
  now: new Date('2026-11-23T09:00:00Z'),
  path: '/p/sample',
  done: undefined,
  undoAction: undefined,
  leaveAllAction: '/u/sample/all',
  errors: {},
  pauseDays: { first: '2026-11-24', last: '2027-11-23' },
}

export function preferencesSamples(frame: PageFrame) {
  const address = 'm…@example.org'
  const off = newsletterSamples.map((each) => ({ ...each, cadence: 'off' as const }))
  return {
    preferences: preferencesPage(frame, preferencesSample),
    'preferences-saved': preferencesPage(frame, { ...preferencesSample, done: 'detail' }),
    'preferences-errors': preferencesPage(frame, {
      ...preferencesSample,
      errors: {
        until: 'Give a day from 24 November 2026 to 23 November 2027.',
        'newsletter-morning': 'It cannot come that way. Choose one of these.',
        'topic-topic1': 'That is not on offer. Choose one of the list.',
        hour: 'Choose an hour of the list.',
      },
    }),
    'preferences-paused': preferencesPage(frame, {
      ...preferencesSample,
      done: 'paused',
      overview: {
        ...overviewSample,
        snoozedUntil: new Date('2026-11-29T23:00:00Z'),
        next: new Date('2026-11-30T05:30:00Z'),
      },
    }),
    'preferences-left': preferencesPage(frame, {
      ...preferencesSample,
      done: 'left',
      undoAction: '/undo/sample',
      overview: { ...overviewSample, state: 'left', newsletters: off, next: undefined },
    }),
    'preferences-closed': closedPage(frame, {
      address,
      signUpUrl: '/',
      linkAction: '/p/sample/link',
      sent: false,
    }),
    'preferences-stale': staleLinkPage(frame, { address, action: '/p/sample/fresh' }),
    'preferences-fresh': freshLinkPage(frame, { address }),
  }
}

/** The same in a language that runs the other way, and in one with long words. */
export function foreignSamples(frame: PageFrame) {
  return Object.fromEntries(
    (['ar', 'de'] as const).map((language) => [
      language,
      preferencesPage({ ...frame, language }, { ...preferencesSample, done: 'detail' }),
    ]),
  )
}
