import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { restoreBackup } from '#backup/restore-backup.ts'
import { writeBackup } from '#backup/write-backup.ts'
import { type Db, openDb } from '#db/open.ts'
import { LOSSES } from '#deliveries/losses.ts'
import { describeHold, releaseHold } from '#deliveries/restore-mark.ts'
import { openLeavings } from '#subscribers/leavings.ts'
import { releaseDigest } from '../deliveries/send-fixture.ts'
import { addReaders, openHouse } from '../house.ts'
import { readerToken, socketFrom, webOf } from '../http/web-fixture.ts'
import { connectTo, openEmptyDatabase, openKeeper } from './records-fixture.ts'

const READERS = 100
const LEFT = 40
const passphrase = 'four words on paper'

test('after a restore nobody is mailed who left since: of 100 readers 40 left, and 60 are planned', async () => {
  await using house = await openHouse()
  await using keeper = await openKeeper()
  const { dataDir, file } = keeper
  await using leavings = openLeavings({ dataDir, log: house.context.log })
  const context = { ...house.context, leavings }
  await addReaders({ context }, READERS)
  const client = await connectTo(house.url)
  await writeBackup(client, { file, passphrase, files: [], program: '0.1.0', now: house.now })
  await client.end()
  const tokens = await tokensOf(house, READERS)

  house.wait(3_600_000)
  const pressed = await press(webOf({ context }), tokens.slice(0, LEFT))
  const leftBefore = await countActive(house.db)
  await using restored = await openEmptyDatabase()
  await restoreBackup(restored.client, {
    file,
    passphrase,
    dataDir,
    held: LOSSES.restored,
    keys: null,
    now: house.now,
  })
  const { db } = await openDb({ url: restored.url, max: 6, onError: () => undefined })
  const there = { ...house, db, context: { ...context, db } }
  const forgot = await countActive(db)
  const held = await describeHold(db)
  const replayed = await releaseHold(there.context, { dataDir, operator: 'ines' })
  const knows = await countActive(db)
  const editionId = await releaseDigest(there)
  const planned = await plannedFor(db, editionId)
  // A link of a mail from before the backup, pressed after the restore.
  const late = await press(webOf(there), tokens.slice(LEFT, LEFT + 1))
  const atLast = await countActive(db)
  await db.destroy()

  expect(pressed).toEqual(Array.from({ length: LEFT }, () => 200))
  expect([leftBefore, forgot, knows]).toEqual([READERS - LEFT, READERS, READERS - LEFT])
  expect(held).toMatchObject({ lost: true, reason: LOSSES.restored })
  expect(replayed).toMatchObject({ left: LEFT, damaged: 0 })
  expect(planned).toBe(READERS - LEFT)
  expect([late, atLast]).toEqual([[200], READERS - LEFT - 1])
})

async function tokensOf(
  house: Parameters<typeof readerToken>[0],
  count: number,
): Promise<string[]> {
  const tokens: string[] = []
  for (let number = 1; number <= count; number += 1)
    tokens.push(
      await readerToken(house, { email: `reader${number}@example.org`, purpose: 'unsubscribe' }),
    )
  return tokens
}

/** As mail programs do it (RFC 8058), each from a network of its own. */
async function press(web: ReturnType<typeof webOf>, tokens: string[]): Promise<number[]> {
  const answers = tokens.map(async (token, index) =>
    web.request(
      `/u/${token}`,
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: 'List-Unsubscribe=One-Click',
      },
      socketFrom(`10.0.${index}.1`),
    ),
  )
  return (await Promise.all(answers)).map(({ status }) => status)
}

/** Readers who get the daily digest. */
async function countActive(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from subscriber s
     where s.state = 'active'
       and exists (select from subscription u join newsletter n on n.id = u.newsletter_id
                    where u.subscriber_id = s.id and n.slug = 'daily' and u.cadence <> 'off')`.execute(
    db,
  )
  return rows[0]?.count ?? 0
}

async function plannedFor(db: Db, editionId: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from delivery where edition_id = ${editionId} and state = 'planned'`.execute(
    db,
  )
  return rows[0]?.count ?? 0
}
