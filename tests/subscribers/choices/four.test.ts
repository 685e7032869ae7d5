import { expect, test } from 'vitest'
import type { NewsletterChoice } from '#subscribers/choices/choice.ts'
import { cadencesOf, fewerChoices, simpleChoices } from '#subscribers/choices/four.ts'
import { hoursOffered } from '#subscribers/choices/hours.ts'

const base = { description: '', localTime: '06:30', weeklyDay: 6 }
const morning: NewsletterChoice = {
  ...base,
  id: 1,
  slug: 'daily',
  name: 'Morning',
  kind: 'digest',
  rhythm: 'daily',
  cadence: 'daily',
  options: ['daily', 'weekly', 'off'],
  updates: false,
}
const evening: NewsletterChoice = { ...morning, id: 2, slug: 'evening', localTime: '18:00' }
const weekend: NewsletterChoice = {
  ...morning,
  id: 3,
  slug: 'weekend',
  rhythm: 'weekly',
  cadence: 'off',
  options: ['weekly', 'off'],
  updates: false,
}
const alerts: NewsletterChoice = {
  ...morning,
  id: 4,
  slug: 'alerts',
  kind: 'alerts',
  rhythm: 'instant',
  cadence: 'daily',
  options: ['instant', 'daily', 'off'],
  updates: false,
}
const all = [morning, { ...evening, cadence: 'off' as const }, weekend, alerts]

test('morning leaves alerts as they are and turns off what comes once a week', () => {
  const now = all.map((each) => (each.id === 1 ? { ...each, cadence: 'weekly' as const } : each))

  const wanted = cadencesOf(
    { newsletters: [...now, { ...weekend, id: 5, slug: 'culture', cadence: 'weekly' }] },
    'morning',
  )

  expect(wanted).toEqual({
    daily: 'daily',
    evening: 'off',
    weekend: 'off',
    alerts: 'daily',
    culture: 'off',
  })
})

test('breaking turns off every digest, and alerts come at once', () => {
  expect(cadencesOf({ newsletters: all }, 'breaking')).toEqual({
    daily: 'off',
    evening: 'off',
    weekend: 'off',
    alerts: 'instant',
  })
})

test('weekly is the weekly newsletter and nothing else', () => {
  expect(cadencesOf({ newsletters: all }, 'weekly')).toEqual({
    daily: 'off',
    evening: 'off',
    weekend: 'weekly',
    alerts: 'off',
  })
})

test('with one choice made, the others show none', () => {
  const newsletters = all.map((each) => ({ ...each, cadence: 'off' as const }))

  const chosen = simpleChoices({ newsletters }).filter((choice) => choice.chosen)

  expect(chosen.map(({ choice }) => choice)).toEqual(['nothing'])
})

test('whoever has only alerts is offered no "no alerts": that is leaving', () => {
  const newsletters = [{ ...morning, cadence: 'off' as const }, alerts]

  expect(fewerChoices({ newsletters })).toEqual({ weekly: undefined, noAlerts: undefined })
})

test('hours begin with the earliest digest that the reader gets', () => {
  const early = hoursOffered([morning, evening])
  const late = hoursOffered([{ ...morning, cadence: 'off' }, evening])

  expect(early.slice(0, 2)).toEqual(['06:30', '07:00'])
  expect(late).toEqual([
    '18:00',
    '18:30',
    ...['19', '20', '21', '22', '23'].flatMap((hour) => [`${hour}:00`, `${hour}:30`]),
  ])
  expect(hoursOffered([alerts])).toEqual([])
})
