import type { Context as Request } from 'hono'
import type { Context } from '#context.ts'
import { countAudience } from '#deliveries/plan-store.ts'
import { composeNote } from '#editions/notes/compose-note.ts'
import { noteSchema } from '#editions/notes/note.ts'
import { getEdition } from '#editions/store.ts'
import type { Bearer } from '#operators/api-token.ts'
import { requireDuty } from '#operators/operator.ts'
import { note as noteDown } from './articles.ts'
import { readJson } from './json-body.ts'

/** Drafts a note. It is approved and sent as any edition. */
export function postNote(context: Context) {
  return async (request: Request, bearer: Bearer): Promise<Response> => {
    requireDuty(bearer.operator, 'compose')
    const note = await readJson(request, noteSchema)
    const { editionId, audience } = await composeNote(context, {
      note,
      operatorId: bearer.operator.id,
    })
    const detail = { audience }
    await noteDown(context, bearer, {
      verb: 'compose note',
      subject: `edition ${editionId}`,
      detail,
    })
    const { state, subject, preheader, contentHash } = await getEdition(context.db, editionId)
    const readers = await countAudience(context, editionId)
    return request.json(
      {
        edition: editionId,
        state,
        subject,
        previewText: preheader,
        contentHash,
        audience,
        readers,
      },
      201,
    )
  }
}
