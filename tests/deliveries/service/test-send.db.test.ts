import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { sendTest } from '#deliveries/service/test-send/plan-test.ts'
import { lintMessage } from '#mail/lint-message.ts'
import { addOperator } from '#operators/operator.ts'
import { openLocalPart } from '#subscribers/tokens.ts'
import { hashAddress } from '#secrets.ts'
import { addReaders, type House, openHouse } from '../../house.ts'
import { contentsOf, webOf } from '../../http/web-fixture.ts'
import { approveDigest, openDesk } from '../send-fixture.ts'
import { HOUR, mailRows, readMail } from './service-fixture.ts'

const TO = 'proof@courier.example'

async function openEdition(house: House) {
  const { id } = await addOperator(house.context, { name: 'eva', role: 'editor' })
  await sql`update operator set address = 'eva@courier.example' where id = ${id}`.execute(house.db)
  await addReaders(house, 1)
  return { editionId: await approveDigest(house), operatorId: id }
}

test('a test is the whole mail, marked, to one address, and in no reader’s account', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  const about = await openEdition(house)

  await sendTest(house.context, { ...about, to: TO })
  await desk.drain('confirmation')

  const { subject, text, raw } = await readMail(desk, TO)
  const { rows } = await sql`select from delivery`.execute(house.db)
  expect(subject).toMatch(/^\[Test\] ./)
  expect(text).toContain('Rovers win at the last minute')
  expect(await mailRows(house)).toEqual(['test accepted'])
  expect(rows).toEqual([])
  // Its body is the reader's to the byte, and so is its title: only the subject has the mark.
  const found = await lintMessage(raw, { kind: 'digest', messageIdDomain: 'example.org' })
  expect(found.map(({ rule }) => rule)).toEqual(['title-is-subject'])
})

test('whoever presses its links, or bounces it, changes nothing', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await sendTest(house.context, { ...(await openEdition(house)), to: TO })
  await desk.drain('confirmation')
  const { headers, raw } = await readMail(desk, TO)
  const before = await contentsOf(house)

  const list = headers.find(({ key }) => key === 'list-unsubscribe')?.value ?? ''
  const [, way = ''] = /<https?:\/\/[^/]+(\/u\/[\w-]+)>/.exec(list) ?? []
  const pressed = await webOf(house).request(way, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
  })

  const [, bounce = ''] = /^b-([a-z2-7]+)@/.exec(desk.relay.mails[0]?.from ?? '') ?? []
  expect(way).not.toBe('')
  expect(pressed.status).toBeLessThan(500)
  expect(raw.length).toBeGreaterThan(0)
  expect(await contentsOf(house)).toEqual(before)
  expect(openLocalPart(house.context.secrets, 'bounce', bounce)).toMatchObject({
    publicId: 0,
    reference: 0,
  })
})

test('without an address it goes to the team member’s own', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await sendTest(house.context, await openEdition(house))

  await desk.drain('confirmation')

  expect(desk.relay.mails.map(({ to }) => to)).toEqual(['eva@courier.example'])
})

test('a team member sends twenty an hour, also where they come at once', async () => {
  await using house = await openHouse()
  const about = { ...(await openEdition(house)), to: TO }

  const answers = await Promise.allSettled(
    Array.from({ length: 22 }, async () => sendTest(house.context, about)),
  )
  house.wait(HOUR)
  await sendTest(house.context, about)

  const refused = answers.filter(({ status }) => status === 'rejected')
  expect(refused).toHaveLength(2)
  expect(refused[0]).toMatchObject({ reason: { message: expect.stringContaining('20 tests') } })
  expect(await mailRows(house)).toHaveLength(21)
})

test('an address on the do-not-mail list gets no test', async () => {
  await using house = await openHouse()
  const about = await openEdition(house)
  await sql`
    insert into suppression (address_hash, reason, at)
    values (${hashAddress(house.context.secrets, TO)}, 'complained', ${house.now})`.execute(
    house.db,
  )

  await expect(sendTest(house.context, { ...about, to: TO })).rejects.toThrow(/do-not-mail list/)

  expect(await mailRows(house)).toEqual([])
})

test('a test of what was changed before it left is not sent', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  const about = await openEdition(house)
  await sendTest(house.context, { ...about, to: TO })
  await sql`update edition set content_hash = repeat('0', 64), state = 'draft', approved_hash = null`.execute(
    house.db,
  )

  await desk.drain('confirmation')

  expect(desk.relay.mails).toEqual([])
  expect(await mailRows(house)).toEqual(['test excluded: changed'])
})
