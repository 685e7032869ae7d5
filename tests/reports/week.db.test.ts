import { sql } from 'kysely'
import PostalMime from 'postal-mime'
import { expect, test } from 'vitest'
import { composeServiceMail } from '#deliveries/service-message.ts'
import { claimServiceMails } from '#deliveries/claim-service.ts'
import { sendMondayNote } from '#reports/monday-note.ts'
import { lastWeek } from '#reports/week-store.ts'
import { weekInWords } from '#reports/week-words.ts'
import { readWeek } from '#reports/week.ts'
import { openHouse } from '../house.ts'
import { openSettled, type ReleasedHouse, settleRows } from '../deliveries/settled-fixture.ts'
import { profiles } from '#mail/profiles.ts'
import { NO_KEYS } from '../deliveries/send-fixture.ts'

const MONDAY_MORNING = new Date('2026-11-23T07:30:00Z')

async function aWeek(): Promise<ReleasedHouse> {
  const house = await openSettled(3)
  await sql`update edition set test = false where id = ${house.editionId}`.execute(house.db)
  house.now = MONDAY_MORNING
  return house
}

test('a week is Monday to Monday on the wall of the newsroom, also over the change of clocks', async () => {
  await using house = await openHouse()

  const week = await lastWeek(house.db, {
    timeZone: 'Europe/Berlin',
    now: new Date('2026-10-26T00:30:00Z'),
  })

  expect(week).toEqual({
    name: '2026-W43',
    from: new Date('2026-10-18T22:00:00Z'),
    until: new Date('2026-10-25T23:00:00Z'),
  })
})

test('the week says who came by which form, who left by which mail, and what was sent', async () => {
  await using house = await aWeek()
  const { db, editionId } = house
  await settleRows(house, editionId)
  await sql`
    insert into consent_event (at, subscriber_id, kind, form, edition_id) values
      ('2026-11-20T10:00Z', 1, 'asked', 'sign-up page', null), ('2026-11-20T10:05Z', 1, 'confirmed', 'link', null),
      ('2026-11-21T10:00Z', 2, 'left', 'one-click', ${editionId}), ('2026-11-12T10:00Z', 3, 'left', 'one-click', null)`.execute(
    db,
  )

  const week = await readWeek(house.context)

  expect(week).toMatchObject({
    name: '2026-W47',
    joined: [
      { form: 'added by the team', readers: 3 },
      { form: 'sign-up page', readers: 1 },
    ],
    left: [{ editionId, readers: 1 }],
    health: { editions: 1, total: { accepted: 3 } },
    stories: null,
  })
  const words = weekInWords(week).flatMap(({ lines }) => lines)
  expect(words).toContain('3 readers today: 4 came and 1 left in the week (+3)')
  expect(words).toContain('3 mails of 1 editions were sent, 0 were refused by the mail system')
})

test('what needs a person comes first: a held edition, a line that is passed', async () => {
  await using house = await aWeek()
  await sql`update edition set state = 'held', state_reason = 'Gmail: DKIM did not align' where id = ${house.editionId}`.execute(
    house.db,
  )

  const [first] = weekInWords(await readWeek(house.context))

  expect(first?.title).toBe('To look at')
  expect(first?.lines[0]).toMatch(/is held: Gmail: DKIM did not align/)
})

test('the note leaves on Monday morning, once', async () => {
  await using house = await aWeek()

  const planned = [await sendMondayNote(house.context), await sendMondayNote(house.context)]

  expect(planned).toEqual([true, false])
  expect(house.jobs).toContainEqual({ name: 'drain-lane', data: { lane: 'confirmation' } })
})

test.each(['2026-11-23T06:30:00Z', '2026-11-24T09:00:00Z'])(
  'no note is planned at %s',
  async (at) => {
    await using house = await aWeek()
    house.now = new Date(at)

    expect(await sendMondayNote(house.context)).toBe(false)
  },
)

test('a week without mails, and a desk that does not want it, get no note', async () => {
  await using house = await aWeek()
  await sql`insert into setting (name, value) values ('mondayNote', '"off"')`.execute(house.db)
  const off = await sendMondayNote(house.context)
  await sql`delete from setting where name = 'mondayNote'`.execute(house.db)
  await sql`update edition set test = true`.execute(house.db)

  const empty = await sendMondayNote(house.context)

  expect([off, empty]).toEqual([false, false])
})

test('the note is a mail to the desk, with the week in both parts', async () => {
  await using house = await aWeek()
  const { db, context } = house
  await sql`insert into setting (name, value) values ('deskAddress', '"desk@courier.example"')`.execute(
    db,
  )
  await sendMondayNote(context)

  const [claim] = await claimServiceMails(db, {
    senderId: 1,
    test: true,
    limit: 5,
    leaseMs: 60_000,
    now: house.now,
  })

  if (claim === undefined) throw new Error('no note was planned')
  const mail = await composeServiceMail({ ...context, sender: { dkim: NO_KEYS } }, claim)
  const { bytes } = await mail.message(profiles.own)
  const read = await PostalMime.parse(bytes)
  expect(mail.envelope.to).toBe('desk@courier.example')
  expect(read.subject).toBe('Your Newspaper: your week with readers, 16 – 22 November 2026')
  for (const part of [read.text, read.html])
    expect(part).toContain('3 readers today: 3 came and 0 left in the week (+3)')
})
