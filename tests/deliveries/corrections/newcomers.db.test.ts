import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { acceptCorrection } from '#deliveries/corrections/accept-correction.ts'
import { sendEdition } from '#deliveries/send-edition.ts'
import { decideCorrection } from '#editions/corrections/decide-correction.ts'
import { addReaders, type House, openHouse } from '../../house.ts'
import { approve, type Desk, ensureOperator, openDesk, releaseDigest } from '../send-fixture.ts'
import { join } from '../service/service-fixture.ts'
import { decisionOf, openAs } from './correction-fixture.ts'

const RIGHT = 'Council votes 16 to 7 for the fish market'

let house: House
let desk: Desk
let articleId: number
let operator: { id: number; name: string }

beforeEach(async () => {
  house = await openHouse()
  desk = await openDesk(house)
  operator = { id: await ensureOperator(house), name: 'ines' }
  await addReaders(house, 2)
  const editionId = await releaseDigest(house)
  await desk.drain()
  const { rows } = await sql<{ id: number }>`
    select article_id as id from edition_story where edition_id = ${editionId} order by position`.execute(
    house.db,
  )
  articleId = rows[0]?.id ?? 0
})
afterEach(async () => {
  await desk[Symbol.asyncDispose]()
  await house[Symbol.asyncDispose]()
})

async function accept(correctionId: number) {
  const proposals = await decideCorrection(house.context, decisionOf(operator, { correctionId }))
  const hashes = proposals.map(({ contentHash }) => contentHash)
  const asked = { correctionId, hashes, operatorId: operator.id }
  const [accepted] = await acceptCorrection(house.context, asked)
  return accepted
}

/** Digests that this address got since the last look. */
async function digestsOf(email: string): Promise<string[]> {
  await desk.drain('confirmation')
  const mails = desk.relay.mails.filter(
    ({ to, raw }) => to === email && /fish market/.test(String(raw)),
  )
  return mails.map(({ raw }) => raw.toString())
}

test('who joined after it was sent, and had the wrong text on joining, is told under that mail', async () => {
  await join(house, desk, { email: 'new@example.org' })
  const [had = ''] = await digestsOf('new@example.org')
  const accepted = await accept(await openAs(house, { articleId, operator }))

  expect(accepted?.reach).toMatchObject({ copies: 3, reachable: 3 })
  const mail = accepted?.correctionEdition ?? 0
  await approve(house, mail)
  await sendEdition(house.context, { editionId: mail, rule: 'now' })
  desk.relay.mails.length = 0
  await desk.drain('alert')
  const told = desk.relay.mails.find(({ to }) => to === 'new@example.org')
  expect(desk.relay.mails).toHaveLength(3)
  const [, about] = /^Message-ID: (<[^>]+>)/m.exec(had) ?? []
  expect(told?.raw.toString()).toContain(`In-Reply-To: ${about}`)
})

test('who joins while somebody decides gets nothing of it, and afterwards what is right', async () => {
  await join(house, desk, { email: 'first@example.org' })
  const correctionId = await openAs(house, { articleId, operator })
  await join(house, desk, { email: 'second@example.org' })

  expect(await digestsOf('first@example.org')).toEqual([])
  expect(await digestsOf('second@example.org')).toEqual([])
  const accepted = await accept(correctionId)
  expect(accepted?.reach.copies).toBe(2)
  const [mail = ''] = await digestsOf('first@example.org')
  expect(mail).toContain(RIGHT)
  await join(house, desk, { email: 'third@example.org' })
  expect((await digestsOf('third@example.org'))[0]).toContain(RIGHT)
})

test('a newcomer before and one after it was put right get what was true for each', async () => {
  await join(house, desk, { email: 'before@example.org' })
  expect((await digestsOf('before@example.org'))[0]).not.toContain(RIGHT)
  await accept(await openAs(house, { articleId, operator }))
  await join(house, desk, { email: 'after@example.org' })

  expect((await digestsOf('after@example.org'))[0]).toContain(RIGHT)
})
