import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { planDeskNotice } from '#deliveries/service/desk-notice.ts'
import { lintMessage } from '#mail/lint-message.ts'
import { openHouse } from '../../house.ts'
import { openDesk } from '../send-fixture.ts'
import { mailRows, readMail } from './service-fixture.ts'

const NOTICE = {
  key: 'breaker 2026-11-22T06:30:00Z',
  subject: 'everybody who signs up is asked for proof',
  lines: ['61 sign-ups came in the last minute.', 'It ends by itself after ten calm minutes.'],
}

test('the desk is told once about one thing, by however many processes', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)

  const told = await Promise.all([1, 2, 3].map(async () => planDeskNotice(house.context, NOTICE)))
  const again = await planDeskNotice(house.context, NOTICE)
  const other = await planDeskNotice(house.context, { ...NOTICE, key: 'breaker cleared' })
  await desk.drain('confirmation')

  expect(told.filter(Boolean)).toHaveLength(1)
  expect([again, other]).toEqual([false, true])
  expect(await mailRows(house)).toEqual(['notice accepted', 'notice accepted'])
})

test('a notice goes to the desk, else to who answers readers, and keeps the rules for mails', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await planDeskNotice(house.context, NOTICE)
  await sql`insert into setting (name, value) values ('deskAddress', '"desk@courier.example"')`.execute(
    house.db,
  )
  await planDeskNotice(house.context, { ...NOTICE, key: 'other' })

  await desk.drain('confirmation')

  expect(desk.relay.mails.map(({ to }) => to)).toEqual([
    'newsroom@example.org',
    'desk@courier.example',
  ])
  const { subject, text, raw } = await readMail(desk, 'desk@courier.example')
  expect(subject).toBe('Your Newspaper: everybody who signs up is asked for proof')
  expect(text).toContain('61 sign-ups came in the last minute.')
  expect(await lintMessage(raw, { kind: 'service', messageIdDomain: 'example.org' })).toEqual([])
})
