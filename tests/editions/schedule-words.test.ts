import { expect, test } from 'vitest'
import { type Rhythm, scheduleInWords } from '#editions/schedule-words.ts'
import { LANGUAGES } from '#mail/words.ts'

const DAILY: Rhythm = {
  cadence: 'daily',
  localTime: '06:30:00',
  moreHours: [],
  days: null,
  weeklyDay: 6,
  zone: null,
  whoseHour: 'house',
}

const READERS = { ...DAILY, whoseHour: 'reader' } as const
const OFTEN = { ...DAILY, moreHours: ['12:00:00', '17:30:00'] }

const WEEKLY = { ...READERS, cadence: 'weekly' }
const CHOSEN = { ...READERS, days: [1, 3] }
const TOKYO = { ...DAILY, zone: 'Asia/Tokyo' }

const SAID = {
  'Every day at 06:30 (Central European Time)': DAILY,
  'Every day at 06:30 (Japan Standard Time)': TOKYO,
  'Every day at 06:30, your time': READERS,
  'Every day at 06:30, 12:00 and 17:30 (Central European Time)': OFTEN,
  'Every week on Saturday at 06:30, your time': WEEKLY,
  'Every week on Sunday at 06:30, your time': { ...WEEKLY, days: [7] },
  'Monday and Wednesday at 06:30, your time': CHOSEN,
  'As it happens, a few times a month': { ...DAILY, cadence: 'instant' },
}

test.each(Object.entries(SAID))('readers are told "%s"', (expected, rhythm) => {
  const words = scheduleInWords(rhythm as Rhythm, { language: 'en', houseZone: 'Europe/Berlin' })

  expect(words).toBe(expected)
})

test.each([
  ['de', READERS, 'Jeden Tag um 06:30 Uhr Ihrer Zeit'],
  ['fr', WEEKLY, 'Chaque semaine, le samedi à 06:30, heure de chez vous'],
  ['es', CHOSEN, 'Lunes y miércoles a las 6:30, hora de donde usted está'],
])('in %s too', (language, rhythm, expected) => {
  const words = scheduleInWords(rhythm as Rhythm, { language, houseZone: 'Europe/Berlin' })

  expect(words).toBe(expected)
})

test.each(LANGUAGES)('no gap is left open in %s', (language) => {
  const rhythms = [DAILY, READERS, OFTEN, { ...OFTEN, days: [2] }, { ...DAILY, cadence: 'weekly' }]

  const lines = rhythms.map((rhythm) =>
    scheduleInWords(rhythm as Rhythm, { language, houseZone: 'Europe/Berlin' }),
  )

  expect(lines.join('\n')).not.toMatch(/[{}]|undefined/)
  expect(new Set(lines).size).toBe(rhythms.length)
})
