import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Context } from '#context.ts'
import { hashAddress } from '#secrets.ts'
import { lineOf } from '#subscribers/leaving-line.ts'
import { leavingsPath, noteLeavings, openLeavings } from '#subscribers/leavings.ts'
import { refuseFurtherMail } from '#subscribers/suppression/not-me.ts'
import { replayLeavings } from '#subscribers/replay-leavings.ts'
import { recordConsent } from '#subscribers/consent/consent-store.ts'
import { activateSubscriber, findByAddress, subscribeTo } from '#subscribers/store.ts'
import { sealToken } from '#subscribers/tokens.ts'
import { takeLeave, undoUnsubscribe, unsubscribe } from '#subscribers/unsubscribe.ts'
import { addReaders, type House, openHouse } from '../../house.ts'

let dataDir = ''

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'daybreak-leavings-'))
})

afterEach(async () => rm(dataDir, { recursive: true, force: true }))

async function tokenOf(
  { db, context }: House,
  { number, purpose }: { number: number; purpose: 'unsubscribe' | 'notMe' },
): Promise<string> {
  const { rows } = await sql<{ publicId: number }>`
    select public_id as "publicId" from subscriber where email = ${`reader${number}@example.org`}`.execute(
    db,
  )
  const publicId = rows[0]?.publicId ?? 0
  return sealToken(context.secrets, purpose, { publicId, reference: 0, addressVersion: 0 })
}

const witness = { form: 'page' }

/** One newsletter off, or on again, as on the page of choices. */
async function change(
  { db }: House,
  context: Context,
  { number, slug, kind }: { number: number; slug: string; kind: 'left' | 'returned' },
): Promise<void> {
  const email = `reader${number}@example.org`
  const subscriber = await findByAddress(db, hashAddress(context.secrets, email))
  if (subscriber === undefined) throw new Error('no such reader')
  const { rows } = await sql<{
    id: number
  }>`select id from newsletter where slug = ${slug}`.execute(db)
  const newsletterId = rows[0]?.id ?? 0
  const now = context.clock.now()
  const subscriberId = subscriber.id
  if (kind === 'left') {
    const leaving = { subscriber, editionId: null }
    await takeLeave(db, { leaving, newsletterId, form: 'preferences', now })
  } else {
    await subscribeTo(db, { subscriberId, newsletterIds: [newsletterId], now })
    await activateSubscriber(db, { id: subscriberId, now })
    await recordConsent(db, { subscriberId, newsletterId, kind: 'confirmed', witness, now })
  }
  await noteLeavings(context, subscriber, { kind, newsletterIds: [newsletterId], now })
}

/** What readers get: `1: daily breaking`. */
async function choices({ db }: House): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    select s.id || ': ' || coalesce(string_agg(n.slug, ' ' order by n.id) filter (where u.cadence <> 'off'), s.state::text) as line
      from subscriber s left join subscription u on u.subscriber_id = s.id and u.newsletter_id is not null
      left join newsletter n on n.id = u.newsletter_id
     group by s.id order by s.id`.execute(db)
  return rows.map((row) => row.line)
}

/**
 * Three readers; then a backup is made, readers leave and come back with the file told, and the backup is restored.
 */
async function restored(act: (house: House, context: Context) => Promise<void>): Promise<House> {
  const house = await openHouse()
  await addReaders(house, 3)
  await replayLeavings(house.context, { dataDir })
  const later = await openHouse()
  await addReaders(later, 3)
  later.wait(60_000)
  await using leavings = openLeavings({ dataDir, log: later.context.log })
  await act(later, { ...later.context, leavings })
  await later[Symbol.asyncDispose]()
  return house
}

test('who left after the backup has left in the restored database too', async () => {
  await using house = await restored(async (later, context) => {
    const token = await tokenOf(later, { number: 2, purpose: 'unsubscribe' })
    await unsubscribe(context, { token, all: true, witness })
    await change(later, context, { number: 3, slug: 'daily', kind: 'left' })
  })

  const replayed = await replayLeavings(house.context, { dataDir })

  expect(replayed).toMatchObject({ left: 2, returned: 0, damaged: 0 })
  expect(await choices(house)).toEqual(['1: daily breaking', '2: left', '3: breaking'])
  const { rows } = await sql`
    select subscriber_id as reader, at from consent_event
     where kind = 'left' and form = 'replayed after a restore' order by id`.execute(house.db)
  expect(rows).toEqual([2, 3].map((reader) => ({ reader, at: new Date('2026-11-22T06:31:00Z') })))
})

test('who left and came back gets again what was brought back', async () => {
  await using house = await restored(async (later, context) => {
    const token = await tokenOf(later, { number: 2, purpose: 'unsubscribe' })
    const left = await unsubscribe(context, { token, all: true, witness })
    later.wait(60_000)
    await undoUnsubscribe(context, { token: left?.undoToken ?? '', witness: { form: 'undo' } })
    later.wait(60_000)
    await change(later, context, { number: 2, slug: 'breaking', kind: 'left' })
  })

  const replayed = await replayLeavings(house.context, { dataDir })

  expect(replayed).toMatchObject({ left: 2, returned: 2 })
  expect(await choices(house)).toContain('2: daily')
})

test('an address that must not be asked again is on the do-not-mail list again, though its reader is unknown', async () => {
  await using house = await restored(async (later, context) => {
    await sql`update subscriber set state = 'pending', confirmed_at = null where id = 3`.execute(
      later.db,
    )
    await refuseFurtherMail(context, await tokenOf(later, { number: 3, purpose: 'notMe' }))
  })

  const replayed = await replayLeavings(house.context, { dataDir })

  expect(replayed).toMatchObject({ suppressed: 1 })
  const { rows } = await sql`select address_hash as hash, reason from suppression`.execute(house.db)
  expect(rows).toEqual([
    { hash: hashAddress(house.context.secrets, 'reader3@example.org'), reason: 'asked' },
  ])
})

test('a replay is done once, by however many processes, and a reader who came back since is left alone', async () => {
  await using house = await restored(async (later, context) => {
    const token = await tokenOf(later, { number: 2, purpose: 'unsubscribe' })
    await unsubscribe(context, { token, all: true, witness })
  })

  const both = await Promise.all([1, 2].map(async () => replayLeavings(house.context, { dataDir })))
  house.wait(120_000)
  await change(house, house.context, { number: 2, slug: 'daily', kind: 'returned' })
  await sql`delete from setting where name like 'leavings%'`.execute(house.db)
  const again = await replayLeavings(house.context, { dataDir })

  expect(both.reduce((sum, { left }) => sum + left, 0)).toBe(1)
  expect(again).toMatchObject({ left: 0, returned: 0 })
  expect(await choices(house)).toContain('2: daily')
})

test('a start reads only what was noted since the last one', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await using leavings = openLeavings({ dataDir, log: house.context.log })
  const addressHash = hashAddress(house.context.secrets, 'reader1@example.org')
  const note = { at: house.now, kind: 'left' as const, newsletterId: null, addressHash }
  await leavings.note([note])
  await replayLeavings(house.context, { dataDir })
  const whole = await readFile(leavingsPath(dataDir), 'utf8')
  await writeFile(leavingsPath(dataDir), whole.replaceAll(' left ', ' gone '))

  const second = await replayLeavings(house.context, { dataDir })

  expect(second.damaged).toBe(0)
})

test('damaged lines are skipped and told in the log, the others count', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  house.wait(60_000)
  const note = (number: number) =>
    lineOf({
      at: house.now,
      kind: 'left',
      newsletterId: null,
      addressHash: hashAddress(house.context.secrets, `reader${number}@example.org`),
    })
  await using leavings = openLeavings({ dataDir, log: house.context.log })
  await leavings.note([])
  await writeFile(
    leavingsPath(dataDir),
    lineOf({ at: house.now, kind: 'opened', newsletterId: null, addressHash: Buffer.alloc(32) }),
  )
  await appendFile(
    leavingsPath(dataDir),
    `${note(1).slice(0, 50)}\n${'x'.repeat(200_000)}\n${note(2)}`,
  )

  const replayed = await replayLeavings(house.context, { dataDir })

  expect(replayed.left).toBe(1)
  expect(replayed.damaged).toBeGreaterThanOrEqual(2)
  expect(await choices(house)).toEqual(['1: daily breaking', '2: left'])
  expect(house.lines.join()).toContain('are damaged')
})

test('a newsletter that the restored database does not know is passed over', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  house.wait(60_000)
  await using leavings = openLeavings({ dataDir, log: house.context.log })
  const addressHash = hashAddress(house.context.secrets, 'reader1@example.org')
  await leavings.note([{ at: house.now, kind: 'left', newsletterId: 999, addressHash }])

  const replayed = await replayLeavings(house.context, { dataDir })

  expect(replayed).toEqual({ left: 0, returned: 0, suppressed: 0, damaged: 0 })
})

test('pressing twice, or for what is off already, leaves one line', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  const token = await tokenOf(house, { number: 1, purpose: 'unsubscribe' })

  for (const _ of [1, 2, 3]) await unsubscribe(house.context, { token, all: true, witness })

  expect(house.leavings).toMatchObject([{ kind: 'left', newsletterId: null }])
})

test('a data directory without the file has nothing to replay', async () => {
  await using house = await openHouse()

  expect(await replayLeavings(house.context, { dataDir })).toEqual({
    left: 0,
    returned: 0,
    suppressed: 0,
    damaged: 0,
  })
})
