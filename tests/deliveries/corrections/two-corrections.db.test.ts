import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { acceptCorrection } from '#deliveries/corrections/accept-correction.ts'
import { dismissCorrection } from '#deliveries/corrections/dismiss-correction.ts'
import { resumeEdition } from '#deliveries/send-edition.ts'
import { decideCorrection } from '#editions/corrections/decide-correction.ts'
import type { Proposal } from '#editions/corrections/difference-of.ts'
import { getEdition } from '#editions/store.ts'
import { type House, openHouse } from '../../house.ts'
import { type Desk, ensureOperator } from '../send-fixture.ts'
import { decisionOf, openAs, sendToTokyo } from './correction-fixture.ts'

let house: House
let desk: Desk
let editionId: number
let operator: { id: number; name: string }
/** Of the market and of the Rovers, both in the digest that half of the readers have. */
let market: number
let rovers: number

beforeEach(async () => {
  house = await openHouse({ now: new Date('2026-11-22T00:00:00Z') })
  operator = { id: await ensureOperator(house), name: 'ines' }
  ;({ desk, editionId } = await sendToTokyo(house))
  const { rows } = await sql<{ id: number }>`
    select article_id as id from edition_story where edition_id = ${editionId} order by position`.execute(
    house.db,
  )
  const [first = 0, second = 0] = rows.map(({ id }) => id)
  market = await openAs(house, { articleId: first, operator })
  rovers = await openAs(house, { articleId: second, operator })
})
afterEach(async () => {
  await desk[Symbol.asyncDispose]()
  await house[Symbol.asyncDispose]()
})

const HEADLINES = { market: 'Council votes 16 to 7', rovers: 'Rovers draw at the last minute' }

async function decide(correctionId: number): Promise<Proposal[]> {
  const headline = correctionId === market ? HEADLINES.market : HEADLINES.rovers
  return decideCorrection(house.context, { ...decisionOf(operator, { correctionId }), headline })
}

async function accept(correctionId: number, proposals: Proposal[]) {
  const hashes = proposals.map(({ contentHash }) => contentHash)
  return acceptCorrection(house.context, { correctionId, hashes, operatorId: operator.id })
}

async function dismiss(correctionId: number) {
  return dismissCorrection(house.context, { correctionId, operatorId: operator.id, note: 'no' })
}

async function stateOf(): Promise<string> {
  return (await getEdition(house.db, editionId)).state
}

test.each(['market', 'rovers'] as const)(
  'are made one on the other, the %s first: readers who wait get what both put right',
  async (name) => {
    const [first, second] = name === 'market' ? [market, rovers] : [rovers, market]
    const proposals = await decide(first)
    await expect(decide(second)).rejects.toThrow(
      `edition ${editionId} waits for a yes to correction ${first}`,
    )

    const [one] = await accept(first, proposals)
    expect(one).toMatchObject({
      version: 2,
      resumed: false,
      stays: expect.stringMatching(/Correction \d/),
    })
    expect(await stateOf()).toBe('held')
    const [other] = await accept(second, await decide(second))

    expect(other).toMatchObject({ version: 3, resumed: true, stays: null })
    house.wait(10 * 3_600_000)
    desk.relay.mails.length = 0
    await desk.drain()
    expect(desk.relay.mails).toHaveLength(3)
    for (const { raw } of desk.relay.mails)
      for (const headline of Object.values(HEADLINES)) expect(raw.toString()).toContain(headline)
    const reached = [one?.reach.copies, other?.reach.copies]
    expect(reached).toEqual([3, 3])
  },
)

test('decided at one instant, one waits for the other', async () => {
  const decided = await Promise.allSettled([decide(market), decide(rovers)])

  expect(decided.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  const { rows } = await sql`select from edition_version where state = 'proposed'`.execute(house.db)
  expect(rows).toHaveLength(1)
})

test('one that was decided can be dismissed, and the other goes on', async () => {
  await decide(market)

  expect(await dismiss(market)).toMatchObject({
    resumed: [],
    stay: [{ editionId, reason: expect.stringContaining(`Correction ${rovers}`) }],
  })
  expect(await stateOf()).toBe('held')
  const [accepted] = await accept(rovers, await decide(rovers))

  expect(accepted).toMatchObject({ resumed: true })
  expect(await stateOf()).toBe('sending')
})

test('what one has stopped does not go on before the other is settled, whoever asks', async () => {
  await expect(resumeEdition(house.context, editionId)).rejects.toThrow(
    `stopped for correction ${market}`,
  )
  expect(await dismiss(rovers)).toMatchObject({ resumed: [], stay: [{ editionId }] })
  expect(await stateOf()).toBe('held')
  expect(await dismiss(market)).toEqual({ resumed: [editionId], stay: [] })
  expect(await stateOf()).toBe('sending')
})

test('dismissed at one instant the edition goes on once both are', async () => {
  await Promise.all([dismiss(market), dismiss(rovers)])

  expect(await stateOf()).toBe('sending')
})

test('an edition that went out after it was decided is looked at before the yes', async () => {
  const proposals = await decide(market)
  await sql`
    update edition_version set state = 'refused' where edition_id = ${editionId} and state = 'proposed'`.execute(
    house.db,
  )

  await expect(accept(market, proposals)).rejects.toThrow(/decide correction \d+ again/)
  expect(await accept(market, await decide(market))).toMatchObject([
    { stays: expect.stringContaining('Correction') },
  ])
})
