import { expect, test } from 'vitest'
import { sweepApprovals } from '#deliveries/approval/sweep-approvals.ts'
import { releaseDue } from '#deliveries/release-due.ts'
import { sweepDueTimes } from '#editions/clock/sweep-due-times.ts'
import { draftDigest } from '#editions/compose-digest.ts'
import { changeNewsletter } from '#editions/newsletters/change-newsletter.ts'
import { getEdition } from '#editions/store.ts'
import { addReaders, openHouse } from '../house.ts'
import { readRows } from './send-fixture.ts'

test('a newsletter that does not skip a day without news says so, once, to everybody', async () => {
  await using house = await openHouse({ now: new Date('2026-11-22T04:00:00Z') })
  await addReaders(house, 2)
  await changeNewsletter(house.context, {
    slug: 'daily',
    changes: {
      automatic: true,
      hours: ['07:00'],
      zone: 'Europe/London',
      lead: '1h',
      approval: 'none',
      empty: 'quiet day',
    },
  })
  const tick = async () => {
    await sweepDueTimes(house.context, async ({ newsletterSlug, run }) =>
      draftDigest(house.context, { newsletterSlug, operatorId: null, again: false, run }),
    )
    await sweepApprovals(house.context)
    await releaseDue(house.context)
  }

  for (let minutes = 0; minutes <= 190; minutes += 10) {
    await tick()
    house.wait(10 * 60_000)
  }

  const edition = await getEdition(house.db, 1)
  expect(edition).toMatchObject({ state: 'sending', subject: 'Morning digest: a quiet day' })
  expect(JSON.stringify(edition.compiled)).toContain('Nothing new today')
  expect(await readRows(house, 1)).toHaveLength(2)
  await expect(getEdition(house.db, 2)).rejects.toThrow(/there is no edition 2/)
})
