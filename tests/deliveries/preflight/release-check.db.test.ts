import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { retractArticle } from '#articles/revisions/withhold.ts'
import { checkAhead } from '#deliveries/preflight/check-ahead.ts'
import { checkAheadLater } from '#deliveries/preflight/check-later.ts'
import { overrideCheck } from '#deliveries/preflight/override-check.ts'
import { findStops } from '#deliveries/preflight/release-check.ts'
import { resumeEdition, sendEdition } from '#deliveries/send-edition.ts'
import { listDueTimes } from '#editions/clock/due-store.ts'
import { sweepDueTimes } from '#editions/clock/sweep-due-times.ts'
import { draftAlert } from '#editions/alerts/draft-alert.ts'
import { getEdition } from '#editions/store.ts'
import { ingestArticle } from '../../articles-fixture.ts'
import { NOBODY_ANSWERS } from '../../http/web-fixture.ts'
import { addReaders } from '../../house.ts'
import { type DeskHouse, openDraftHouse } from '../approval/desk-fixture.ts'
import { approve } from '../send-fixture.ts'

let house: DeskHouse
let editionId: number
beforeEach(async () => {
  house = await openDraftHouse({ approval: 'none' })
  await addReaders(house, 2)
  ;({ editionId } = house)
})
afterEach(async () => house[Symbol.asyncDispose]())

const spoil = async () => house.edit(house.people.eva, 'The news of {{ day }}')
const release = async () => sendEdition(house.context, { editionId, rule: 'now' })
const letPass = async (check: string) =>
  overrideCheck(house.context, {
    editionId,
    check,
    operatorId: house.people.ines.id,
    reason: 'a story about templates',
  })

async function firstArticle(): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    select article_id as id from edition_story where edition_id = ${editionId} and position = 0`.execute(
    house.db,
  )
  return rows[0]?.id ?? 0
}

describe('by hand', () => {
  test('what a check stops does not leave, and a publisher’s word lets exactly that leave', async () => {
    await spoil()
    await approve(house, editionId)

    await expect(release()).rejects.toThrow(
      /Leftovers: .*\{\{ day \}\}.*check --pass "leftovers" --reason TEXT/,
    )
    expect(await house.state()).toBe('approved')
    await letPass('size')
    await expect(release()).rejects.toThrow(/Leftovers/)
    await letPass('leftovers')
    await release()

    expect(await house.state()).toBe('sending')
  })

  test('an embargo can be let pass, a story that was withdrawn cannot', async () => {
    const articleId = await firstArticle()
    const until = new Date(house.now.getTime() + 3_600_000)
    await sql`update article set embargo_until = ${until} where id = ${articleId}`.execute(house.db)
    await approve(house, editionId)
    await expect(release()).rejects.toThrow(/under embargo until/)
    await letPass('embargo')

    await retractArticle(house.context, { articleId, reason: 'It was made up.' })
    await expect(release()).rejects.toThrow(/was withdrawn: drop it/)
    await sql`update article set retracted_at = null, retraction = null where id = ${articleId}`.execute(
      house.db,
    )
    await release()

    expect(await house.state()).toBe('sending')
  })

  test('the postal address can be let pass where readers are mailed', async () => {
    house.context.relay = { test: false }
    await approve(house, editionId)

    await expect(release()).rejects.toThrow(/Postal address: say who you are/)
    await letPass('postal address')
    // The made-up sender is nobody's to let pass.
    await expect(release()).rejects.toThrow(/sender's address was set/)
  })
})

describe('by the clock', () => {
  test('it is held with the reason, the due row says so, and who is on call is told once', async () => {
    await spoil()
    await house.until('07:01')
    await sweepDueTimes(house.context, async () => {
      throw new Error('nothing is due')
    })

    const { state, stateReason } = await getEdition(house.db, editionId)
    const rows = await listDueTimes(house.db, { newsletterId: 1, limit: 5 })
    const held = (await house.calls()).filter(({ subject }) => subject.includes('could not leave'))

    expect(state).toBe('held')
    expect(stateReason).toMatch(/Leftovers: .*--pass "leftovers"/)
    expect(rows).toMatchObject([{ state: 'held', reason: stateReason }])
    expect(held.map(({ to }) => to).toSorted()).toEqual([
      'ines@courier.example',
      'omar@courier.example',
    ])
    expect(held[0]?.text).toContain('{{ day }}')
  })

  test('it goes on when it was let pass and resumed', async () => {
    await spoil()
    await house.until('07:01')
    await letPass('leftovers')
    await resumeEdition(house.context, editionId)
    await house.tick()

    expect(await house.state()).toBe('sending')
  })

  test('the desk hears of it ahead, and the job is left once for a content', async () => {
    await spoil()
    await checkAheadLater(house.context)
    expect(house.jobs.filter(({ name }) => name === 'check-edition')).toEqual([
      { name: 'check-edition', data: { editionId } },
    ])
    await checkAhead(house.context, { editionId, asked: NOBODY_ANSWERS })
    await checkAhead(house.context, { editionId, asked: NOBODY_ANSWERS })
    house.jobs.length = 0
    await checkAheadLater(house.context)

    expect(house.jobs).toEqual([])
    expect(await house.notices()).toEqual(['Your Newspaper: An edition would not leave like this'])
  })
})

test('the call for a yes says what would keep the edition from leaving', async () => {
  await sql`update newsletter set approval = 'one' where slug = 'daily'`.execute(house.db)
  await spoil()
  await house.tick()

  const [call] = await house.calls()

  expect(call?.text).toContain('It would not leave.')
  expect(call?.text).toContain('{{ day }}')
})

test('the last look at an alert takes some milliseconds', async () => {
  const { articleId } = await ingestArticle(house.context, { headline: 'Ships collide' })
  const alert = await draftAlert(house.context, { articleId, operatorId: null })
  const edition = await getEdition(house.db, alert.editionId)
  const times: number[] = []
  for (let round = 0; round < 40; round += 1) {
    const began = performance.now()
    await findStops(house.context, edition)
    times.push(performance.now() - began)
  }

  const p95 = times.toSorted((a, b) => a - b)[37] ?? Infinity
  expect(p95).toBeLessThan(500)
})
