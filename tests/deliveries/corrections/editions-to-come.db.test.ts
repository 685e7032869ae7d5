import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startCountdown } from '#deliveries/alerts/countdown.ts'
import { retractArticle } from '#articles/revisions/withhold.ts'
import { acceptCorrection } from '#deliveries/corrections/accept-correction.ts'
import { dismissCorrection } from '#deliveries/corrections/dismiss-correction.ts'
import { overrideCheck } from '#deliveries/preflight/override-check.ts'
import { releaseDue } from '#deliveries/release-due.ts'
import { sendEdition, stopEdition } from '#deliveries/send-edition.ts'
import { draftAlert } from '#editions/alerts/draft-alert.ts'
import { composeDigest } from '#editions/compose-digest.ts'
import { decideCorrection } from '#editions/corrections/decide-correction.ts'
import { sweepCorrections } from '#editions/corrections/open-correction.ts'
import { getEdition } from '#editions/store.ts'
import { type House, openHouse } from '../../house.ts'
import { approve, approveDigest, ensureOperator } from '../send-fixture.ts'
import { decisionOf, openAs } from './correction-fixture.ts'

let house: House
let editionId: number
let articleId: number
let operator: { id: number; name: string }

beforeEach(async () => {
  house = await openHouse()
  operator = { id: await ensureOperator(house), name: 'ines' }
  editionId = await approveDigest(house)
  const { rows } = await sql<{ id: number }>`
    select article_id as id from edition_story where edition_id = ${editionId} order by position`.execute(
    house.db,
  )
  articleId = rows[0]?.id ?? 0
})
afterEach(async () => house[Symbol.asyncDispose]())

const RIGHT = 'Council votes 16 to 7 for the fish market'

async function settle(label: 'correction' | 'retraction' = 'correction'): Promise<void> {
  const correctionId = await openAs(house, { articleId, operator })
  const decision = { ...decisionOf(operator, { correctionId, way: 'web' }), label }
  const proposals = await decideCorrection(house.context, decision)
  const hashes = proposals.map(({ contentHash }) => contentHash)
  await acceptCorrection(house.context, { correctionId, hashes, operatorId: operator.id })
}

async function composed(newsletterSlug = 'daily'): Promise<string> {
  const made = await composeDigest(house.context, { newsletterSlug, operatorId: null, again: true })
  return JSON.stringify((await getEdition(house.db, made.editionId)).compiled)
}

describe('while somebody decides what is right', () => {
  test('what was approved waits for a yes again, and the story stops it until then', async () => {
    const correctionId = await openAs(house, { articleId, operator })

    expect(await getEdition(house.db, editionId)).toMatchObject({
      state: 'draft',
      approvedHash: null,
      stateReason: expect.stringContaining(`being corrected (correction ${correctionId})`),
    })
    await approve(house, editionId)
    const send = async () => sendEdition(house.context, { editionId, rule: 'now' })
    await expect(send()).rejects.toThrow(`accept or dismiss correction ${correctionId}`)
    await dismissCorrection(house.context, { correctionId, operatorId: operator.id, note: 'no' })
    await send()
    expect((await getEdition(house.db, editionId)).state).toBe('sending')
  })

  test('an alert in its countdown does not leave', async () => {
    const alert = await draftAlert(house.context, { articleId, operatorId: null })
    await approve(house, alert.editionId)
    await startCountdown(house.context, { editionId: alert.editionId })

    await openAs(house, { articleId, operator })
    house.wait(60_000)
    await releaseDue(house.context)

    expect(await getEdition(house.db, alert.editionId)).toMatchObject({
      state: 'in review',
      releaseAt: null,
    })
  })

  test('what a publisher lets pass meanwhile is corrected with the rest', async () => {
    const correctionId = await openAs(house, { articleId, operator })
    const letting = {
      check: 'correction',
      reason: 'it is a matter of taste',
      operatorId: operator.id,
    }
    await overrideCheck(house.context, { editionId, ...letting })
    await approve(house, editionId)
    await sendEdition(house.context, { editionId, rule: 'now' })

    const proposals = await decideCorrection(house.context, decisionOf(operator, { correctionId }))

    expect(proposals).toMatchObject([{ editionId, version: 2 }])
    expect((await getEdition(house.db, editionId)).state).toBe('held')
  })
})

describe('what was put right', () => {
  test('stands in the draft that waits, whose yes is void', async () => {
    await settle()

    const { compiled, state } = await getEdition(house.db, editionId)
    expect(JSON.stringify(compiled)).toContain(RIGHT)
    expect(JSON.stringify(compiled)).not.toContain('Council votes to rebuild')
    expect(state).toBe('draft')
  })

  test('stands in digests and alerts to come', async () => {
    await stopEdition(house.context, { editionId, reason: 'another one' })
    await settle()

    expect(await composed()).toContain(RIGHT)
    const alert = await draftAlert(house.context, { articleId, operatorId: null })
    const { subject } = await getEdition(house.db, alert.editionId)
    expect(subject).toContain(RIGHT)
  })

  test('of a story that was retracted keeps it out of them', async () => {
    await settle('retraction')

    expect(await composed()).not.toContain('fish market')
    await expect(draftAlert(house.context, { articleId, operatorId: null })).rejects.toThrow(
      /withdrawn/,
    )
  })

  test('of a story that its publisher withdrew leaves the draft that waits, whose yes is void', async () => {
    const before = await getEdition(house.db, editionId)
    await retractArticle(house.context, { articleId, reason: 'It was made up.' })

    await sweepCorrections(house.context)

    const after = await getEdition(house.db, editionId)
    expect(after).toMatchObject({ state: 'draft', approvedHash: null })
    expect(after.contentHash).not.toBe(before.contentHash)
    expect(JSON.stringify(after.compiled)).not.toContain('fish market')
  })
})
