import { sql } from 'kysely'
import { planEdition } from '#deliveries/plan.ts'
import { sendEdition } from '#deliveries/send-edition.ts'
import { openCorrection } from '#editions/corrections/open-correction.ts'
import { addReaders, type House } from '../../house.ts'
import { approveDigest, type Desk, openDesk } from '../send-fixture.ts'

export const WRONG = 'The council voted 17 to 6.'
export const RIGHT = 'The council voted 16 to 7.'

export type Operator = { id: number; name: string }

/** Three readers in Tokyo get the digest, three in London wait for their hour. */
export async function sendToTokyo(
  house: House,
): Promise<{ desk: Desk; editionId: number; articleId: number }> {
  await addReaders(house, 3, { timeZone: 'Asia/Tokyo' })
  await addReaders(house, 3, { timeZone: 'Europe/London', from: 4 })
  const editionId = await approveDigest(house)
  await sendEdition(house.context, { editionId, rule: 'local hour' })
  await planEdition(house.context, { editionId })
  const desk = await openDesk(house)
  await desk.drain()
  const { rows } = await sql<{ id: number }>`
    select article_id as id from edition_story where edition_id = ${editionId} order by position`.execute(
    house.db,
  )
  return { desk, editionId, articleId: rows[0]?.id ?? 0 }
}

export function decisionOf(
  operator: Operator,
  { correctionId, way = 'edition' }: { correctionId: number; way?: 'edition' | 'box' | 'web' },
) {
  return {
    correctionId,
    label: 'correction' as const,
    was: WRONG,
    isNow: RIGHT,
    way,
    headline: 'Council votes 16 to 7 for the fish market',
    summary: null,
    operator,
  }
}

export async function openAs(
  house: House,
  { articleId, operator }: { articleId: number; operator: Operator },
): Promise<number> {
  const opened = await openCorrection(house.context, {
    articleId,
    foundBy: 'editor',
    operatorId: operator.id,
  })
  return opened?.correctionId ?? 0
}
