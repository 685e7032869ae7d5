import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cancelCountdown, startCountdown } from '#deliveries/alerts/countdown.ts'
import { forecastAlert, forecastInWords } from '#deliveries/alerts/forecast-store.ts'
import { finishEdition } from '#deliveries/finish.ts'
import { planEdition } from '#deliveries/plan.ts'
import { releaseDue } from '#deliveries/release-due.ts'
import { sendEdition } from '#deliveries/send-edition.ts'
import { draftAlert } from '#editions/alerts/draft-alert.ts'
import { readStanding } from '#editions/approval/read-standing.ts'
import { getEdition } from '#editions/store.ts'
import { ingestArticle } from '../../articles-fixture.ts'
import { addReaders, type House, openHouse } from '../../house.ts'
import { approve, ensureOperator } from '../send-fixture.ts'

const MINUTE = 60_000

let house: House
let editionId: number

beforeEach(async () => {
  house = await openHouse({ now: new Date('2026-11-22T02:00:00Z') })
  await sql`update newsletter set quiet_from = '22:00', quiet_until = '07:00' where slug = 'breaking'`.execute(
    house.db,
  )
  const headline = 'Harbour closed after two ships collide'
  const { articleId } = await ingestArticle(house.context, { headline, breaking: true })
  ;({ editionId } = await draftAlert(house.context, { articleId, operatorId: null }))
})
afterEach(async () => house[Symbol.asyncDispose]())

async function edition() {
  return getEdition(house.db, editionId)
}

async function words(): Promise<string> {
  const forecast = await forecastAlert(house.db, { edition: await edition(), now: house.now })
  return forecast === null ? '' : forecastInWords(forecast)
}

describe('a countdown', () => {
  test('is not begun anew by a second press, and is by a press after it was cancelled', async () => {
    await approve(house, editionId)
    const first = await startCountdown(house.context, { editionId })
    house.wait(10_000)

    expect(await startCountdown(house.context, { editionId })).toEqual(first)
    const operator = { id: await ensureOperator(house), name: 'ines' }
    await cancelCountdown(house.context, { editionId, operator, via: 'cli' })
    await approve(house, editionId)
    const again = await startCountdown(house.context, { editionId })
    expect(again.getTime() - first.getTime()).toBe(10_000)
  })

  test.each([
    [14, 'sending'],
    [20, 'in review'],
  ])('that ended %d minutes before anything can leave: %s', async (minutes, state) => {
    await approve(house, editionId)
    const leavesAt = await startCountdown(house.context, { editionId })
    house.wait(leavesAt.getTime() - house.now.getTime() + minutes * MINUTE)

    await releaseDue(house.context)
    await releaseDue(house.context)

    expect((await edition()).state).toBe(state)
    const { rows } = await sql`select from service_mail`.execute(house.db)
    expect(rows).toHaveLength(state === 'sending' ? 0 : 1)
    if (state === 'sending') return
    const { standing } = await readStanding(house.db, await edition())
    expect(standing).toMatchObject({ approved: false, yes: [] })
    expect(await edition()).toMatchObject({
      stateReason: expect.stringContaining('countdown ended'),
      leavesAt: null,
    })
  })
})

describe('whom an alert reaches', () => {
  test('is said before it leaves: not who has quiet hours, unless it is major', async () => {
    await addReaders(house, 2, { timeZone: 'Europe/London' })
    await addReaders(house, 1, { timeZone: 'Asia/Tokyo', from: 3 })
    await sql`update subscription set cadence = 'instant'`.execute(house.db)

    expect(await words()).toBe(
      '1 reader gets it now; 2 have quiet hours and read it in the next digest: only a major alert wakes',
    )
    await sql`update edition set level = 'major'`.execute(house.db)
    expect(await words()).toBe('3 readers get it now')
    await sql`update edition set level = 'normal', update_number = 1`.execute(house.db)
    expect(await words()).toBe('nobody gets it now')
  })

  test('is said after it has reached nobody', async () => {
    await addReaders(house, 2, { timeZone: 'Europe/London' })
    await approve(house, editionId)
    await sendEdition(house.context, { editionId, rule: 'now' })
    await planEdition(house.context, { editionId })
    house.wait(MINUTE)

    await finishEdition(house.context, editionId)

    expect(await edition()).toMatchObject({
      state: 'skipped',
      stateReason: 'everybody was left out: quiet hours 2',
    })
  })
})
