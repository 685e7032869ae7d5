import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { acceptCorrection } from '#deliveries/corrections/accept-correction.ts'
import { releaseDue } from '#deliveries/release-due.ts'
import { sendEdition } from '#deliveries/send-edition.ts'
import { startCountdown } from '#deliveries/alerts/countdown.ts'
import { decideCorrection } from '#editions/corrections/decide-correction.ts'
import { getEdition } from '#editions/store.ts'
import { type House, openHouse } from '../../house.ts'
import { approve, type Desk, ensureOperator } from '../send-fixture.ts'
import { decisionOf, openAs, sendToTokyo } from './correction-fixture.ts'

let house: House
let desk: Desk
let editionId: number
let correctionId: number
let operator: { id: number; name: string }

beforeEach(async () => {
  house = await openHouse({ now: new Date('2026-11-22T00:00:00Z') })
  operator = { id: await ensureOperator(house), name: 'ines' }
  const sent = await sendToTokyo(house)
  ;({ desk, editionId } = sent)
  correctionId = await openAs(house, { articleId: sent.articleId, operator })
})
afterEach(async () => {
  await desk[Symbol.asyncDispose]()
  await house[Symbol.asyncDispose]()
})

/** The relay has the body of these readers' mails, and has not answered yet. */
async function leave(readers: number[]): Promise<void> {
  await sql`
    update delivery set state = 'claimed', outcome_at = null, reply = null, lease_until = ${house.now}::timestamptz + interval '5 minutes'
     where edition_id = ${editionId} and subscriber_id = any(${readers})`.execute(house.db)
}

async function settle(): Promise<void> {
  await sql`
    update delivery set state = 'accepted', outcome_at = ${house.now}, reply = '250 Ok', lease_until = null
     where edition_id = ${editionId} and state = 'claimed'`.execute(house.db)
}

async function accept() {
  const proposals = await decideCorrection(house.context, decisionOf(operator, { correctionId }))
  const hashes = proposals.map(({ contentHash }) => contentHash)
  const asked = { correctionId, hashes, operatorId: operator.id }
  const [accepted] = await acceptCorrection(house.context, asked)
  return accepted
}

test('copies that are being handed over at the yes are told too: the mail waits for them', async () => {
  await leave([1, 2, 3])
  const accepted = await accept()
  expect(accepted?.reach).toMatchObject({ copies: 0, leaving: 3 })
  const mail = accepted?.correctionEdition ?? 0
  await approve(house, mail)
  await startCountdown(house.context, { editionId: mail })
  house.wait(60_000)

  await releaseDue(house.context)
  expect(await getEdition(house.db, mail)).toMatchObject({ state: 'approved', releaseAt: null })
  await expect(sendEdition(house.context, { editionId: mail, rule: 'now' })).rejects.toThrow(
    /being handed over with the wrong text/,
  )
  await settle()
  await releaseDue(house.context)
  desk.relay.mails.length = 0
  await desk.drain('alert')

  expect(desk.relay.mails.map(({ to }) => to).toSorted()).toEqual(
    [1, 2, 3].map((n) => `reader${n}@example.org`),
  )
})

test('copies that turn out never to have left are not told', async () => {
  await leave([1])
  const accepted = await accept()
  expect(accepted?.reach).toMatchObject({ copies: 2, leaving: 1 })
  await sql`
    update delivery set state = 'rejected', outcome_at = ${house.now}, reply = '550 5.1.1 No', lease_until = null
     where edition_id = ${editionId} and state = 'claimed'`.execute(house.db)
  const mail = accepted?.correctionEdition ?? 0
  await approve(house, mail)

  await sendEdition(house.context, { editionId: mail, rule: 'now' })
  desk.relay.mails.length = 0
  await desk.drain('alert')

  expect(desk.relay.mails.map(({ to }) => to).toSorted()).toEqual(
    [2, 3].map((n) => `reader${n}@example.org`),
  )
})
