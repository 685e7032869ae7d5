import { sql } from 'kysely'
import PostalMime from 'postal-mime'
import { expect, test } from 'vitest'
import { askAddressChange } from '#deliveries/service/address-change.ts'
import { confirmSubject } from '#deliveries/service/confirmation.ts'
import { sendFreshPreferences, sendOwnDataLink } from '#deliveries/service/own-data-link.ts'
import { remindUnconfirmed } from '#deliveries/service/reminder.ts'
import { lintMessage } from '#mail/lint-message.ts'
import { LANGUAGES, wordsFor } from '#mail/words.ts'
import { normaliseAddress } from '#subscribers/address.ts'
import { parse } from '../../mail/mail-reading.ts'
import { openHouse } from '../../house.ts'
import { openDesk } from '../send-fixture.ts'
import { ask, HOUR, join, readMail } from './service-fixture.ts'

const named = (text: string) => text.replace('{name}', 'Your Newspaper')

const LATE = 'late@example.org'
const READER = 'win.a.prize@example.org'
const NEW = 'new.prize@example.net'

/** Every service mail to readers there is, in the order in which it was sent. */
async function sendAll(language: string) {
  const house = await openHouse()
  const desk = await openDesk(house)
  const { context } = house
  await ask(house, { email: LATE, language })
  await join(house, desk, {
    email: READER,
    language,
    newsletters: ['daily', 'breaking'],
    timeZone: 'Europe/Berlin',
  })
  await sql`update subscriber set digest_time = '17:30' where email = ${READER}`.execute(house.db)
  await desk.drain('confirmation')
  const { rows } = await sql<{
    id: number
  }>`select id from subscriber where email = ${READER}`.execute(house.db)
  const subscriberId = rows[0]?.id ?? 0
  await sendOwnDataLink(context, { subscriberId })
  await sendFreshPreferences(context, { subscriberId })
  const address = normaliseAddress(NEW)
  await askAddressChange(context, { subscriberId, address, witness: { form: 'own data' } })
  house.wait(48 * HOUR)
  await sql`update service_mail set release_at = ${house.now}, not_after = ${house.now}::timestamptz + interval '1 hour' where state = 'planned'`.execute(
    house.db,
  )
  await remindUnconfirmed(context)
  await desk.drain('confirmation')
  return {
    house,
    desk,
    async [Symbol.asyncDispose]() {
      await desk[Symbol.asyncDispose]()
      await house[Symbol.asyncDispose]()
    },
  }
}

test.each(LANGUAGES)(
  'in %s every service mail is whole, keeps the rules, and has its own links',
  async (language) => {
    await using sent = await sendAll(language)
    const { mails } = sent.desk.relay
    const words = wordsFor(language)

    const read = await Promise.all(mails.map(async ({ raw }) => PostalMime.parse(raw)))
    expect(read.map(({ subject = '' }) => subject).toSorted()).toEqual(
      [
        words.confirmSubject,
        words.confirmSubject,
        words.welcomeSubject,
        words.ownData.subject,
        words.fresh.subject,
        words.addressChange.subject,
        words.addressNote.subject,
        words.reminderSubject,
      ]
        .map(named)
        .toSorted(),
    )
    for (const { raw } of mails) {
      const expected = { kind: 'service', messageIdDomain: 'example.org' } as const
      expect(await lintMessage(raw, expected)).toEqual([])
    }
  },
)

test.each(LANGUAGES)(
  'in %s a service mail says nothing that was typed into a form, in its language and direction',
  async (language) => {
    await using sent = await sendAll(language)
    const { relay } = sent.desk

    for (const { raw } of relay.mails) {
      const { text = '', html = '' } = await PostalMime.parse(raw)
      expect(`${text}${html}`).not.toMatch(/prize|front page|own data</i)
      expect(`${text}${html}`).not.toMatch(/\{\w+\}|undefined|slot:/)
      const page = parse(html)
      expect(page.documentElement.getAttribute('lang')).toBe(language)
      expect(page.documentElement.getAttribute('dir')).toBe(language === 'ar' ? 'rtl' : 'ltr')
      const tokens = new Set(text.match(/\/(?:c|n|p|u|me|a)\/[\w-]{47}/g))
      expect(new Set(html.match(/\/(?:c|n|p|u|me|a)\/[\w-]{47}/g))).toEqual(tokens)
    }
  },
)

test('a welcome says the reader’s own hour and zone, in the reader’s language', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await ask(house, { email: READER, language: 'de', timeZone: 'Europe/Berlin' })
  await sql`update subscriber set digest_time = '17:30'`.execute(house.db)
  await sql`update newsletter set whose_hour = 'reader'`.execute(house.db)

  await join(house, desk, { email: READER, language: 'de', timeZone: 'Europe/Berlin' })
  await desk.drain('confirmation')

  const { text, subject } = await readMail(desk, READER)
  expect(subject).toBe('Willkommen bei Your Newspaper')
  expect(text).toContain('Jeden Tag um 17:30 Uhr Ihrer Zeit')
  expect(text).toContain('Mitteleuropäische Zeit')
})

test('a language that we do not speak gets the newsroom’s', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await sql`insert into setting (name, value) values ('language', '"fr"')`.execute(house.db)

  await ask(house, { language: 'it' })
  await desk.drain('confirmation')

  const { subject, html = '' } = await readMail(desk, 'new@example.org')
  expect(subject).toBe(confirmSubject('Your Newspaper', 'fr'))
  expect(html).toContain('<html lang="fr"')
})
