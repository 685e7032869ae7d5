import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { readAccounts } from '#deliveries/accounts.ts'
import { reasonOf } from '#errors.ts'
import { openHouse, type House } from '../house.ts'
import { addCrowd, openDesk, releaseDigest } from './send-fixture.ts'

const ROW: Record<string, string> = {
  edition_id: '1',
  subscriber_id: '1',
  state: `'planned'`,
  variant: '1',
  cohort: '1',
  destination: '1',
  release_at: 'now()',
  not_after: `now() + interval '1 hour'`,
}
const TRIED = { version: '1', address_version: '1', sender_id: '1', attempt: '1' }
const DONE = { ...TRIED, outcome_at: 'now()' }

const impossible: [what: string, columns: Record<string, string>][] = [
  ['claimed without a lease', { ...TRIED, state: `'claimed'` }],
  ['a lease without a claim', { lease_until: 'now()' }],
  [
    'accepted while somebody still holds a lease',
    { ...DONE, state: `'accepted'`, lease_until: 'now()' },
  ],
  ['accepted without a sender', { ...DONE, state: `'accepted'`, sender_id: 'null' }],
  ['accepted without the version that was sent', { ...DONE, state: `'accepted'`, version: 'null' }],
  [
    'accepted without the address that was mailed',
    { ...DONE, state: `'accepted'`, address_version: 'null' },
  ],
  ['accepted without an attempt', { ...DONE, state: `'accepted'`, attempt: '0' }],
  ['rejected without a time', { ...TRIED, state: `'rejected'` }],
  ['uncertain without a time', { ...TRIED, state: `'uncertain'` }],
  ['accepted and to be tried again', { ...DONE, state: `'accepted'`, retry_at: 'now()' }],
  ['left out without a reason', { state: `'excluded'`, outcome_at: 'now()' }],
  [
    'left out for a reason nobody knows',
    { state: `'excluded'`, outcome_at: 'now()', reason: `'because'` },
  ],
  ['a reason for being left out on a mail that waits', { reason: `'left'` }],
  ['bounced before it was accepted', { bounced_at: 'now()' }],
  [
    'a complaint about a mail that was refused',
    { ...DONE, state: `'rejected'`, complained_at: 'now()' },
  ],
  ['too late before it is released', { not_after: 'now()' }],
  ['a negative attempt', { attempt: '-1' }],
]

test('the ledger refuses every row that cannot be true', async () => {
  await using house = await openHouse()
  await sql`select ensure_delivery_partition(1)`.execute(house.db)
  const insert = async (columns: Record<string, string>) => {
    const row = { ...ROW, ...columns }
    const statement = `insert into delivery (${Object.keys(row).join(', ')}) values (${Object.values(row).join(', ')})`
    return sql.raw(statement).execute(house.db)
  }

  for (const [what, columns] of impossible) {
    const refused = await insert(columns).then(() => 'taken', reasonOf)
    expect(`${what}: ${refused}`).toMatch(/violates (check|not-null) constraint/)
  }

  await insert({ ...DONE, state: `'accepted'` })
  await expect(insert({})).rejects.toThrow(/duplicate key/)
})

test.each(['audit_event', 'consent_event'])(
  '%s refuses change, deletion and truncation',
  async (table) => {
    await using house = await openHouse()

    for (const statement of [
      `update ${table} set at = now()`,
      `delete from ${table}`,
      `truncate ${table}`,
    ]) {
      await expect(sql.raw(statement).execute(house.db)).rejects.toThrow(/append-only/)
    }
  },
)

test('no index holds a column that claiming or outcomes change, not even in a predicate, but for the few mails to be tried again', async () => {
  await using house = await openHouse()

  const { rows } = await sql`
    select c.relname as index, pg_get_expr(i.indpred, i.indrelid) as predicate
         , array(select a.attname::text from pg_attribute a
                  where a.attrelid = i.indrelid and a.attnum = any(i.indkey) order by a.attname) as columns
      from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = 'delivery'::regclass order by 1`.execute(house.db)

  expect(rows).toEqual([
    { index: 'delivery_pkey', columns: ['edition_id', 'subscriber_id'], predicate: null },
    { index: 'delivery_retry', columns: ['retry_at'], predicate: '(retry_at IS NOT NULL)' },
    {
      index: 'delivery_walk',
      columns: ['cohort', 'destination', 'edition_id', 'subscriber_id'],
      predicate: null,
    },
  ])
})

test('a hundred editions share a partition with room on its pages', async () => {
  await using house = await openHouse()

  for (const edition of [1, 99, 100, 100, 250])
    await sql`select ensure_delivery_partition(${edition})`.execute(house.db)

  const { rows } = await sql`
    select c.relname as name, c.reloptions as options from pg_inherits h join pg_class c on c.oid = h.inhrelid
     where h.inhparent = 'delivery'::regclass order by 1`.execute(house.db)
  expect(rows).toEqual(
    ['delivery_0', 'delivery_100', 'delivery_200'].map((name) => ({
      name,
      options: ['fillfactor=45'],
    })),
  )
})

test('a claim finds room on the page of its row, even while the snapshot of a backup keeps the old rows', async () => {
  await using house = await openHouse()
  await addCrowd(house, 1200)
  await using desk = await openDesk(house, { connections: 10 })
  const editionId = await releaseDigest(house)
  const closeSnapshot = await openSnapshot(house)

  await desk.drain()
  await closeSnapshot()

  expect(await readAccounts(house.db, editionId)).toMatchObject({ planned: 1200, accepted: 1200 })
  await expect
    .poll(
      async () => {
        const { rows } = await sql<{ updates: number; hot: number }>`
        select n_tup_upd as updates, n_tup_hot_upd as hot from pg_stat_user_tables where relname = 'delivery_0'`.execute(
          house.db,
        )
        const { updates = 0, hot = 0 } = rows[0] ?? {}
        return updates >= 2400 ? hot / updates : 0
      },
      { timeout: 15_000 },
    )
    .toBeGreaterThan(0.49)
})

/** Holds a snapshot of the database open, as a backup would: no page is pruned meanwhile. */
async function openSnapshot(house: House): Promise<() => Promise<void>> {
  const trx = await house.db.startTransaction().setIsolationLevel('repeatable read').execute()
  await sql`select count(*) from delivery`.execute(trx)
  return async () => {
    await trx.rollback().execute()
  }
}
