import type { Db } from '#db/open.ts'
import { moveEdition } from '../store.ts'
import {
  type Carrier,
  type Correction,
  findCarriers,
  insertCarrier,
  listCarriers,
} from './correction-store.ts'
import { lockEditions } from './hold-store.ts'

/**
 * Every edition that is out, or is going out, with the wrong text; what had not left of it stops. Asked again it finds
 * what went out since. The editions stay locked until the transaction ends.
 */
export async function gatherCarriers(
  db: Db,
  {
    id: correctionId,
    articleId,
    wrong,
    right,
    headline,
  }: Pick<Correction, 'id' | 'articleId' | 'wrong' | 'right' | 'headline'>,
): Promise<Carrier[]> {
  const found = await findCarriers(db, { articleId, wrong })
  await lockEditions(
    db,
    found.map(({ editionId }) => editionId),
  )
  const reason = `“${headline}” in it ${right === null ? 'was withdrawn' : 'is being corrected'}: "daybreak corrections ${correctionId}" shows what to decide`
  for (const carrier of await findCarriers(db, { articleId, wrong })) {
    const { editionId: id } = carrier
    const paused = await moveEdition(db, { id, from: ['sending'], to: 'held', reason })
    await insertCarrier(db, { correctionId, carrier, paused })
  }
  return listCarriers(db, correctionId)
}
