import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { resumeEdition } from '#deliveries/send-edition.ts'
import { requestToJoin } from '#deliveries/service-mail.ts'
import { listBreakers } from '#deliveries/trouble/breaker-store.ts'
import { noteMended, noteTrouble } from '#deliveries/trouble/note-trouble.ts'
import { getEdition } from '#editions/store.ts'
import { openHouse } from '../../house.ts'
import { openDesk } from '../send-fixture.ts'
import { openSettled, type ReleasedHouse } from '../settled-fixture.ts'

const TEXT = '550 5.7.1 Our system has detected that this message is likely unsolicited mail'

/** These readers' mails, which were taken, come back because of us. */
async function comeBack(house: ReleasedHouse, ids: number[]): Promise<void> {
  await sql`
    update delivery set bounced_at = ${house.now} where subscriber_id = any(${ids}::bigint[])`.execute(
    house.db,
  )
  await sql`
    insert into returned (at, channel, event_key, kind, verdict, reason, reply, edition_id, subscriber_id, destination, effect, handled_at)
    select ${house.now}, 'smtp', gen_random_uuid(), 'bounce', 'ours', 'spam', ${TEXT}, ${house.editionId}, id
         , (select destination from delivery d where d.subscriber_id = id), 'about us', ${house.now}
      from unnest(${ids}::bigint[]) id`.execute(house.db)
}

async function note(house: ReleasedHouse, destination: number) {
  const { editionId } = house
  await noteTrouble(house.context, { editionId, destination, reason: 'spam', text: TEXT })
  const { state } = await getEdition(house.db, editionId)
  return { state, open: (await listBreakers(house.db)).map((breaker) => breaker.destination) }
}

const from = (first: number, count: number) => Array.from({ length: count }, (_, at) => first + at)

/** An edition that is being sent, whose mails at Gmail were taken so far. */
async function openTaken(readers: number): Promise<ReleasedHouse> {
  const house = await openSettled(readers)
  await sql`update delivery set destination = 2`.execute(house.db)
  return house
}

test('mails that came back because of us open the breaker of their destination, by the share of those that left with them', async () => {
  await using house = await openTaken(120)
  await comeBack(house, [1, 2, 3, 4, 60])

  const early = await note(house, 2)
  await comeBack(house, [99, 100, 101, 102, 103, 104])
  const late = await note(house, 2)

  expect(early).toEqual({ state: 'sending', open: [] })
  expect(late.open).toEqual([])
  await comeBack(house, [105, 106, 107, 108])
  expect((await note(house, 2)).open).toEqual(['google'])
})

test('other domains open no breaker, whatever they refuse', async () => {
  await using house = await openSettled(9)
  await comeBack(house, from(1, 9))

  expect(await note(house, 1)).toEqual({ state: 'sending', open: [] })
})

test('an edition is held past two in a hundred of its last five hundred answers, over all destinations', async () => {
  await using house = await openSettled(500)
  await comeBack(house, [100, 200, 300, 400, 410, 420, 430, 440, 450, 500])

  const few = await note(house, 1)
  await comeBack(house, [499])
  const enough = await note(house, 1)

  expect(few.state).toBe('sending')
  expect(enough.state).toBe('held')
  expect((await getEdition(house.db, house.editionId)).stateReason).toMatch(
    /^11 of the last 500 answers refuse us, and no reader is to blame\. /,
  )
})

test('bounces of mails from before a person resumed the edition do not hold it again', async () => {
  await using house = await openSettled(30)
  await comeBack(house, from(1, 10))
  await note(house, 1)
  house.wait(60_000)
  await resumeEdition(house.context, house.editionId)

  await comeBack(house, from(11, 10))

  expect(await note(house, 1)).toEqual({ state: 'sending', open: [] })
})

test('bounces of mails from before a destination took mail again do not shut it again', async () => {
  await using house = await openTaken(30)
  await comeBack(house, from(1, 5))
  await sql`update edition set resumed_at = now()`.execute(house.db)
  const { open } = await note(house, 2)
  house.wait(60_000)
  await noteMended(house.context, 2)

  await comeBack(house, from(6, 5))

  expect(open).toEqual(['google'])
  expect((await note(house, 2)).open).toEqual([])
})

test('many troubles at once open a breaker once', async () => {
  await using house = await openTaken(30)
  await comeBack(house, from(1, 8))

  await Promise.all([1, 2, 3].map(async () => note(house, 2)))

  const { rows } = await sql`select times from breaker`.execute(house.db)
  expect(rows).toEqual([{ times: 1 }])
  expect(house.lines.filter((line) => line.includes('a destination refuses us'))).toHaveLength(1)
})

test('a service mail that is refused because of us waits, and the log says the fix without an address', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house, {
    script: () => ({
      kind: 'rejected',
      code: 550,
      reply: '550 5.7.26 new@example.org: unauthenticated',
      blame: 'sender',
    }),
  })
  await requestToJoin(house.context, {
    email: 'new@example.org',
    newsletters: ['daily'],
    timeZone: 'Europe/London',
    language: 'en',
    topics: [],
    witness: { form: 'front page' },
  })

  await desk.drain('confirmation')
  house.wait(60_000)
  await desk.drain('confirmation')

  const { rows } = await sql`
    select state, replies, retry_at as "retryAt" from service_mail`.execute(house.db)
  expect(rows).toEqual([
    { state: 'planned', replies: 2, retryAt: new Date(+house.now + 2 * 60_000) },
  ])
  const said = house.lines.filter((line) => line.includes('our service mail is refused'))
  expect(said).toHaveLength(2)
  expect(said[0]).toMatch(/deliverability\.md#/)
  expect(said[0]).not.toContain('new@')
})
