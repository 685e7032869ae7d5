import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { acceptCorrection } from '#deliveries/corrections/accept-correction.ts'
import { sendEdition } from '#deliveries/send-edition.ts'
import { planEdition } from '#deliveries/plan.ts'
import { decideCorrection } from '#editions/corrections/decide-correction.ts'
import { openCorrection } from '#editions/corrections/open-correction.ts'
import { approve, ensureOperator, openDesk } from '../deliveries/send-fixture.ts'
import { type ArchiveHouse, linksOf, openArchiveHouse, sendDigest } from './archive-fixture.ts'

const WAS = 'The council voted 17 to 6.'
const IS_NOW = 'The council voted 16 to 7.'

/** An editor finds a mistake in the lead, and decides how readers are told. */
async function correctLead(
  house: ArchiveHouse,
  { editionId, way }: { editionId: number; way: 'edition' | 'web' },
): Promise<number | null | undefined> {
  const operator = { id: await ensureOperator(house), name: 'ines' }
  const { rows } = await sql<{ id: number }>`
    select article_id as id from edition_story where edition_id = ${editionId} and position = 0`.execute(
    house.db,
  )
  const opened = await openCorrection(house.context, {
    articleId: rows[0]?.id ?? 0,
    foundBy: 'editor',
    operatorId: operator.id,
  })
  const correctionId = opened?.correctionId ?? 0
  const proposals = await decideCorrection(house.context, {
    correctionId,
    label: 'correction',
    was: WAS,
    isNow: IS_NOW,
    way,
    headline: 'Council votes 16 to 7 for the fish market',
    summary: null,
    operator,
  })
  const [accepted] = await acceptCorrection(house.context, {
    correctionId,
    hashes: proposals.map(({ contentHash }) => contentHash),
    operatorId: operator.id,
  })
  return accepted?.correctionEdition
}

test('what an editor decided stands over the page, dated, and the page has the right text', async () => {
  await using house = await openArchiveHouse()
  const editionId = await sendDigest(house)
  house.wait(2 * 3_600_000)

  await correctLead(house, { editionId, way: 'web' })

  const document = await house.page(`/n/daily/${editionId}`)
  const [note] = document.querySelectorAll('[role=note]')
  expect(note?.textContent).toContain('Changed on 22 November 2026, 08:30 GMT')
  expect(note?.textContent).toContain(IS_NOW)
  expect(document.querySelector('h2')?.textContent).toBe(
    'Council votes 16 to 7 for the fish market',
  )
})

test('the mail that sets it right has a page, and is listed', async () => {
  await using house = await openArchiveHouse()
  await using desk = await openDesk(house)
  const editionId = await sendDigest(house)
  const correction = (await correctLead(house, { editionId, way: 'edition' })) ?? 0
  const path = `/n/daily/${correction}`
  expect((await house.get(path)).status).toBe(404)

  await approve(house, correction)
  await sendEdition(house.context, { editionId: correction, rule: 'now' })
  await planEdition(house.context, { editionId: correction })
  await desk.drain('alert')

  const document = await house.page(path)
  expect(document.body.textContent).toContain(WAS)
  expect(document.body.textContent).toContain(IS_NOW)
  expect(linksOf(document).join(' ')).not.toMatch(/\/(u|p|e|s|k)\//)
  const listed = linksOf(await house.page('/n/daily')).filter((link) => link.endsWith(path))
  expect(listed).toHaveLength(1)
})
