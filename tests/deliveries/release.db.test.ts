import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { sendEdition } from '#deliveries/send-edition.ts'
import { pinDkim } from '#editions/dkim-store.ts'
import { getEdition } from '#editions/store.ts'
import {
  fates,
  openApproved,
  openReleased,
  type ReleasedHouse,
  stateOf,
} from './settled-fixture.ts'

/** Of an edition that was released with it, of a newsletter that has twenty minutes. */
async function spreadOf(spreadMs?: number): Promise<number> {
  await using house = await openApproved(1)
  await sql`update newsletter set spread = '20 minutes' where slug = 'daily'`.execute(house.db)
  await sendEdition(house.context, { editionId: house.editionId, rule: 'now', spreadMs })
  return (await getEdition(house.db, house.editionId)).spreadMs
}

test('an edition takes the spread of its newsletter, unless its release names one', async () => {
  expect([await spreadOf(), await spreadOf(90_000), await spreadOf(0)]).toEqual([
    1_200_000, 90_000, 0,
  ])
})

test('which keys sign is fixed once: the first sender that says so wins', async () => {
  await using house = await openReleased(1)
  const { editionId } = house
  const first = { domain: 'courier.example', selectors: ['s1'] }
  const pin = async (value: typeof first | null) => pinDkim(house.db, { editionId, pin: value })

  const pinned = [await pin(first), await pin({ ...first, selectors: ['s2'] }), await pin(null)]

  expect(pinned).toEqual([first, first, first])
  expect((await getEdition(house.db, editionId)).dkim).toEqual(first)
})

test('an edition that goes out unsigned stays unsigned when keys come up', async () => {
  await using house = await openReleased(1)
  const { editionId } = house

  const none = await pinDkim(house.db, { editionId, pin: null })
  const later = { domain: 'courier.example', selectors: ['s1'] }
  const pinned = await pinDkim(house.db, { editionId, pin: later })

  expect(none.selectors).toEqual([])
  expect(pinned).toEqual(none)
})

test('a release pins the keys that sign now, where it sees them', async () => {
  await using house = await openApproved(1)
  const { editionId } = house
  await using keys = await openKeyFolder()

  await sendEdition(house.context, { editionId, rule: 'now', dkimDir: keys.dir })

  const { dkim } = await getEdition(house.db, editionId)
  expect(dkim).toEqual({ domain: 'example.org', selectors: ['s1', 's2'] })
})

test('a release that sees no keys leaves it to the first sender', async () => {
  await using house = await openApproved(1)
  const { editionId } = house

  await sendEdition(house.context, { editionId, rule: 'now', dkimDir: '/nowhere/dkim' })

  expect((await getEdition(house.db, editionId)).dkim).toBeNull()
})

/** Three readers behind a relay that takes two mails an hour, of a digest that is news for an hour. */
async function openLimited(): Promise<ReleasedHouse> {
  const house = await openApproved(3)
  house.context.config = {
    ...house.context.config,
    smtpUrl: 'smtp://127.0.0.1:2525?name=small&hourly=2&starttls=off',
  }
  await sql`update edition set not_after = '1 hour'`.execute(house.db)
  return house
}

test('an edition of which mails would leave too late is not released, and the numbers and ways out are told', async () => {
  await using house = await openLimited()
  const { editionId } = house

  const asked = sendEdition(house.context, { editionId, rule: 'now' })

  await expect(asked).rejects.toThrow(/edition 1 is not released\. .*would leave too late.*small/)
  expect(await stateOf(house)).toBe('approved')
  expect(await fates(house)).toEqual([])
  expect(house.jobs.filter((job) => job.name === 'drain-lane')).toEqual([])
})

test('a release tells when the edition would be done and what limits it', async () => {
  await using house = await openLimited()
  const { editionId } = house
  await sql`update edition set not_after = '1 day'`.execute(house.db)

  const { estimate } = await sendEdition(house.context, { editionId, rule: 'now' })

  expect(estimate).toMatchObject({ mails: 3, late: 0 })
  expect(estimate.limitedBy).toContain('small')
  expect(estimate.finishAt?.getTime()).toBeGreaterThan(house.now.getTime())
})

test('a release without limits promises nothing, and counts no reader for it', async () => {
  await using house = await openApproved(3)

  const promised = await sendEdition(house.context, { editionId: house.editionId, rule: 'now' })

  expect(promised.estimate).toMatchObject({ mails: 0, finishAt: null, limitedBy: null })
  expect(promised.warmUp).toBeNull()
})

async function openKeyFolder(): Promise<AsyncDisposable & { dir: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'daybreak-keys-'))
  await writeFile(join(dir, 'example.org.json'), '{"sign": ["s1", "s2"]}')
  return { dir, [Symbol.asyncDispose]: async () => rm(dir, { recursive: true, force: true }) }
}
