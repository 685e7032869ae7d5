import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { LAPSED } from '#deliveries/lost-store.ts'
import { applyUncertainPolicy } from '#deliveries/uncertain.ts'
import { forgetLook } from '#deliveries/uncertain-store.ts'
import { type House, openHouse } from '../house.ts'

type Row = { state: string; doubtful?: boolean; reply?: string; sender?: number; late?: boolean }

/** An edition with these rows, counted, of a newsletter with this rule; sender 1 is alive, sender 2 is gone. */
async function openEdition(
  policy: 'leave' | 'send again',
  rows: Row[],
  state: 'sending' | 'sent' | 'stopped' = 'sent',
): Promise<House> {
  const house = await openHouse()
  const { db, now } = house
  await sql`update newsletter set uncertain_policy = ${policy} where slug = 'daily'`.execute(db)
  await sql`
    insert into edition (newsletter_id, kind, state, state_reason, run_key, subject, preheader, language, edition_date
                        , compiled, content_hash, approved_hash, release_at, not_after, created_at, planned_at, sent_at
                        , audience)
    select id, 'digest', ${state}::edition_state, 'test', 'test', 'News', '', 'en', ${now}, '{}', 'h', 'h', ${now}
         , '6 hours', ${now}, ${now}, ${now}, ${rows.length}
      from newsletter where slug = 'daily'`.execute(db)
  await sql`select ensure_delivery_partition(1)`.execute(db)
  await sql`
    insert into sender (host_id, boot_id, pid, process_start, journal, test, started_at, seen_at, ended_at)
    values ('h', 'b', 1, '1', '', true, ${now}, ${now}, null), ('h', 'b', 2, '1', '', true, ${now}, ${now}, ${now})`.execute(
    db,
  )
  for (const [index, row] of rows.entries())
    await sql`
      insert into delivery (edition_id, subscriber_id, state, variant, cohort, destination, release_at, not_after, version
                           , address_version, attempt, sender_id, outcome_at, reply, doubtful)
      values (1, ${index + 1}, ${row.state}::delivery_state, 1, 1, 1, ${now}
            , ${now}::timestamptz + case when ${row.late === true} then interval '1 second' else interval '6 hours' end
            , 1, 1, 1, ${row.sender ?? 2}, ${now}, ${row.reply ?? 'lost'}, ${row.doubtful ?? false})`.execute(
      db,
    )
  await sql`
    insert into tally (edition_id, shard, what, count)
    select 1, sender_id, state::text, count(*) from delivery group by 1, 2, 3`.execute(db)
  house.wait(2000)
  return house
}

async function states({ db }: House): Promise<string[]> {
  const { rows } = await sql<{ state: string }>`
    select state || case when doubtful then '?' else '' end as state from delivery order by subscriber_id`.execute(
    db,
  )
  return rows.map((row) => row.state)
}

async function counted({ db }: House): Promise<Record<string, number>> {
  const { rows } = await sql<{ what: string; count: number }>`
    select what, sum(count)::bigint as count from tally group by what having sum(count) <> 0`.execute(
    db,
  )
  return Object.fromEntries(rows.map((row) => [row.what, row.count]))
}

async function editionState({ db }: House): Promise<string | undefined> {
  const { rows } = await sql<{ state: string }>`select state from edition`.execute(db)
  return rows[0]?.state
}

test('where the newsletter says "send again", what may have arrived is planned again, once, and counted', async () => {
  await using house = await openEdition('send again', [
    { state: 'uncertain' },
    { state: 'accepted' },
    { state: 'uncertain', doubtful: true },
    { state: 'uncertain', late: true },
  ])

  await applyUncertainPolicy(house.context)

  expect(await states(house)).toEqual(['planned?', 'accepted', 'uncertain?', 'uncertain'])
  expect(await counted(house)).toEqual({ accepted: 1, retry: 1, uncertain: 2 })
  expect(await editionState(house)).toBe('sending')
})

test('where it says "leave", it is left to a person', async () => {
  await using house = await openEdition('leave', [{ state: 'uncertain' }])

  await applyUncertainPolicy(house.context)

  expect(await states(house)).toEqual(['uncertain'])
})

test('nothing of a stopped edition is sent again', async () => {
  await using house = await openEdition('send again', [{ state: 'uncertain' }], 'stopped')

  await applyUncertainPolicy(house.context)

  expect(await states(house)).toEqual(['uncertain'])
})

test('mails of a process that did not answer in time are left while it may be alive, and sent again when it is gone', async () => {
  await using house = await openEdition('send again', [
    { state: 'uncertain', reply: LAPSED, sender: 1 },
    { state: 'uncertain', reply: LAPSED, sender: 2 },
    { state: 'uncertain', reply: 'connection lost', sender: 1 },
  ])

  await applyUncertainPolicy(house.context)
  const early = await states(house)
  await sql`update sender set ended_at = ${house.now} where id = 1`.execute(house.db)
  await forgetLook(house.db, 1)
  await applyUncertainPolicy(house.context)

  expect(early).toEqual(['uncertain', 'planned?', 'planned?'])
  expect(await states(house)).toEqual(['planned?', 'planned?', 'planned?'])
})

test('an edition is read only when its count of uncertain mails changed', async () => {
  await using house = await openEdition('send again', [{ state: 'uncertain', doubtful: true }])
  await applyUncertainPolicy(house.context)
  await sql`update delivery set doubtful = false`.execute(house.db)

  await applyUncertainPolicy(house.context)
  const unchanged = await states(house)
  await sql`update tally set count = count + 1`.execute(house.db)
  await applyUncertainPolicy(house.context)

  expect(unchanged).toEqual(['uncertain'])
  expect(await states(house)).toEqual(['planned?'])
})
