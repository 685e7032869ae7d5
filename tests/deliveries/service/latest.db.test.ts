import { sql } from 'kysely'
import PostalMime from 'postal-mime'
import { expect, test } from 'vitest'
import { planEdition } from '#deliveries/plan.ts'
import { confirmJoining } from '#deliveries/service-mail.ts'
import { sendEdition } from '#deliveries/send-edition.ts'
import { lintMessage } from '#mail/lint-message.ts'
import { openLocalPart, openToken } from '#subscribers/tokens.ts'
import { leave } from '#subscribers/store.ts'
import { addReaders, type House, openHouse } from '../../house.ts'
import { readerToken, webOf } from '../../http/web-fixture.ts'
import {
  approveDigest,
  type Desk,
  fates,
  nameTopics,
  openDesk,
  releaseDigest,
} from '../send-fixture.ts'
import { ask, DAY, HOUR, join, LINK, mailRows, readMail, tokenIn } from './service-fixture.ts'

const NEW = { email: 'new@example.org' }

const withoutLinks = (text = '') => text.replace(/[\w-]{47}/g, 'TOKEN')

/** Its fields, and the address that a bounce of it would go to. */
async function lastMail({ relay }: Desk) {
  const mail = relay.mails.at(-1)
  if (mail === undefined) throw new Error('no mail was sent')
  const { headers } = await PostalMime.parse(mail.raw)
  return { headers: new Map(headers.map(({ key, value }) => [key, value])), from: mail.from }
}

async function latestRows(house: House): Promise<string[]> {
  return (await mailRows(house)).filter((row) => row.startsWith('latest'))
}

test('who confirms gets the latest edition at once, as its readers got it, and apart from its audience', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await addReaders(house, 1)
  const editionId = await releaseDigest(house)
  await desk.drain('digest')
  await join(house, desk, NEW)

  await desk.drain('confirmation')

  const [digest] = desk.relay.mails.filter(({ to }) => to === 'reader1@example.org')
  const [, , latest] = desk.relay.mails.filter(({ to }) => to === NEW.email)
  const theirs = await PostalMime.parse(digest?.raw ?? '')
  const ours = await PostalMime.parse(latest?.raw ?? '')
  expect(ours.subject).toBe(theirs.subject)
  expect(withoutLinks(ours.html)).toBe(withoutLinks(theirs.html))
  expect(withoutLinks(ours.text)).toBe(withoutLinks(theirs.text))
  expect(ours.messageId).not.toBe(theirs.messageId)
  expect(await fates(house, editionId)).toEqual(['accepted'])
  const lint = { kind: 'digest', messageIdDomain: 'example.org' } as const
  expect(await lintMessage(latest?.raw ?? Buffer.alloc(0), lint)).toEqual([])
})

test('its way out names the edition, and what comes back of it is a service mail’s', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  const editionId = await releaseDigest(house)
  await join(house, desk, NEW)

  await desk.drain('confirmation')

  const { secrets } = house.context
  const { headers, from } = await lastMail(desk)
  const way = /\/u\/([\w-]{47})/.exec(headers.get('list-unsubscribe') ?? '')
  const bounce = /^b-([a-z2-7]+)@/.exec(from)
  expect(openToken(secrets, 'unsubscribe', String(way?.[1]))).toMatchObject({
    reference: editionId,
  })
  expect(openLocalPart(secrets, 'bounce', String(bounce?.[1]))).toMatchObject({ reference: 0 })
})

test('it can be read on the web, also by a link with a token of its own, as older mails have it', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  const editionId = await releaseDigest(house)
  await join(house, desk, NEW)
  await desk.drain('confirmation')
  const { text } = await readMail(desk, NEW.email)
  const [link] = /\/n\/daily\/\d+/.exec(text ?? '') ?? []
  const old = await readerToken(house, { ...NEW, purpose: 'webView', reference: editionId })

  for (const path of [link, `/e/${old}`]) {
    const page = await webOf(house).request(String(path))

    expect(page.status).toBe(200)
    expect(await page.text()).toContain('Rovers win at the last minute')
  }
})

test('a reader who follows a topic gets its stories', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await nameTopics(house)
  await sql`update topic set offered = true`.execute(house.db)
  await releaseDigest(house)
  await join(house, desk, { ...NEW, topics: ['sport'] })

  await desk.drain('confirmation')

  const { text } = await PostalMime.parse(desk.relay.mails.at(-1)?.raw ?? '')
  expect(text).toContain('Rovers win at the last minute')
  expect(text).not.toContain('Council votes to rebuild')
})

test.each([
  { what: 'the newsletter does not say so', rule: `update newsletter set welcome_latest = false` },
  {
    what: 'it was for the built-in inbox and mail goes out',
    rule: `update edition set test = false`,
  },
  { what: 'it was stopped', rule: `update edition set state = 'stopped', state_reason = 'wrong'` },
  {
    what: 'its content is not what was approved',
    rule: `alter table edition drop constraint edition_check; update edition set content_hash = 'other'`,
  },
])('the latest edition does not come where $what', async ({ rule }) => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await releaseDigest(house)
  for (const statement of rule.split('; ')) await sql.raw(statement).execute(house.db)

  await join(house, desk, NEW)

  expect(await latestRows(house)).toEqual([])
})

test('a daily edition is the latest for 36 hours, a weekly one for eight days', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await releaseDigest(house)

  house.wait(36 * HOUR)
  await join(house, desk, { email: 'late@example.org' })
  await sql`update newsletter set cadence = 'weekly' where slug = 'daily'`.execute(house.db)
  house.wait(6 * DAY)
  await join(house, desk, { email: 'week@example.org' })
  house.wait(DAY)
  await join(house, desk, { email: 'old@example.org' })

  const { rows } = await sql<{ recipient: string }>`
    select recipient from service_mail where kind = 'latest'`.execute(house.db)
  expect(rows).toEqual([{ recipient: 'week@example.org' }])
})

test('a reader whom the edition has already is not sent it again, nor is one who confirms twice', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await addReaders(house, 1, { newsletters: ['daily'] })
  await releaseDigest(house)
  await join(house, desk, { email: 'reader1@example.org', newsletters: ['daily', 'breaking'] })
  await join(house, desk, NEW)
  house.wait(DAY)
  await join(house, desk, { ...NEW, newsletters: ['daily', 'breaking'] })

  const { rows } = await sql<{ recipient: string }>`
    select recipient from service_mail where kind = 'latest'`.execute(house.db)

  expect(rows).toEqual([{ recipient: 'new@example.org' }])
})

test('whoever confirms while the edition is being planned gets it once, from the plan', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  const editionId = await approveDigest(house)
  await sendEdition(house.context, { editionId, rule: 'now' })
  await sql`update edition set state = 'sending', plan_cursor = 0, planned_at = null, sent_at = null`.execute(
    house.db,
  )

  await join(house, desk, NEW)
  await planEdition(house.context, { editionId })

  expect(await latestRows(house)).toEqual([])
  expect(await fates(house, editionId)).toEqual(['planned'])
})

test('who leaves before it goes out does not get it, nor who turned its newsletter off', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  const emails = ['one@example.org', 'two@example.org']
  await releaseDigest(house)
  for (const email of emails) await ask(house, { email, newsletters: ['daily', 'breaking'] })
  await desk.drain('confirmation')
  for (const email of emails) await confirmJoining(house.context, await tokenIn(desk, email), LINK)
  await leave(house.db, { subscriberId: 1, newsletterId: null, now: house.now })
  await leave(house.db, { subscriberId: 2, newsletterId: 1, now: house.now })

  await desk.drain('confirmation')

  expect(await latestRows(house)).toEqual(['latest excluded: left', 'latest excluded: left'])
})
