import type { Context as Request } from 'hono'
import { z } from 'zod'
import type { Context } from '#context.ts'
import { changeDraft } from '#editions/draft/change-draft.ts'
import { describeDraft } from '#editions/draft/describe-draft.ts'
import { parseEdits } from '#editions/draft/edit.ts'
import type { Bearer } from '#operators/api-token.ts'
import { requireDuty } from '#operators/operator.ts'
import { note } from './articles.ts'
import { readJson } from './json-body.ts'

const changing = z.strictObject({
  draft: z.int('draft must be the number of the draft that you saw'),
  edits: z.unknown(),
})

type OfEdition = { editionId: number; bearer: Bearer }

/** A draft as people see and change it. */
export function draftRoutes(context: Pick<Context, 'db' | 'clock' | 'config' | 'secrets'>) {
  return {
    async show(request: Request, editionId: number): Promise<Response> {
      return request.json(await describeDraft(context, editionId))
    },

    /** Changes the draft; a hash of before is approved no more. */
    async change(request: Request, { editionId, bearer }: OfEdition): Promise<Response> {
      requireDuty(bearer.operator, 'compose')
      const asked = await readJson(request, changing)
      const edits = parseEdits(asked.edits)
      const changed = await changeDraft(context, {
        editionId,
        draftNumber: asked.draft,
        edits,
        operator: bearer.operator,
      })
      await note(context, bearer, {
        verb: 'change draft',
        subject: `edition ${editionId}`,
        detail: { draft: changed.draftNumber, changes: edits.map(({ change }) => change) },
      })
      return request.json({
        id: editionId,
        draft: changed.draftNumber,
        hash: changed.contentHash,
        notes: changed.notes,
      })
    },
  }
}
