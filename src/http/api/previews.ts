import type { Context as Request } from 'hono'
import { z } from 'zod'
import type { Context } from '#context.ts'
import { chooseBlocks } from '#deliveries/preview/choose-blocks.ts'
import { previewOf } from '#deliveries/preview.ts'
import { sendTest } from '#deliveries/service/test-send/plan-test.ts'
import { getEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import type { Bearer } from '#operators/api-token.ts'
import { requireDuty } from '#operators/operator.ts'
import { readPreviewQuery } from '../preview-query.ts'
import { note } from './articles.ts'
import { readJson } from './json-body.ts'

const testing = z.strictObject({
  to: z.string('must be a mail address').optional(),
  reader: z.string('must be a reader’s number or address').optional(),
  variant: z.string('must be the name of a variant').optional(),
})

type OfEdition = { editionId: number; bearer: Bearer }

/** An edition as its readers would get it, before they do. */
export function previewRoutes(context: Context) {
  return {
    /** The mail of everybody, of a variant or a reader: `?variant=smallest&scheme=dark`. */
    async show(request: Request, { editionId, bearer }: OfEdition): Promise<Response> {
      const { whose, look, text } = readPreviewQuery((name) => request.req.query(name))
      if (whose.reader !== undefined) requireReaders(bearer)
      const edition = await getEdition(context.db, editionId)
      const { blocks, subscriberId } = await chooseBlocks(context, edition, whose)
      // Whoever looks a person up is seen to have done so.
      if (subscriberId !== null)
        await note(context, bearer, {
          verb: 'preview as reader',
          subject: `subscriber ${subscriberId}`,
          detail: { edition: editionId },
        })
      const mail = await previewOf(context, edition, { blocks, ...look })
      return text ? request.text(mail.text) : request.html(mail.html)
    },

    /** Mails it to one address, which no reader's account knows of. */
    async test(request: Request, { editionId, bearer }: OfEdition): Promise<Response> {
      requireDuty(bearer.operator, 'compose')
      const asked = await readJson(request, testing)
      if (asked.reader !== undefined) requireReaders(bearer)
      const operatorId = bearer.operator.id
      const { blocks } = await sendTest(context, { editionId, operatorId, ...asked })
      await note(context, bearer, {
        verb: 'send test',
        subject: `edition ${editionId}`,
        detail: { blocks, own: asked.to === undefined },
      })
      return request.json({ edition: editionId, blocks }, 202)
    },
  }
}

/** Which stories a reader gets tells what the reader follows. */
function requireReaders({ operator, scopes }: Bearer): void {
  requireDuty(operator, 'add readers')
  if (!scopes.includes('subscribers:read'))
    throw new Refusal('to look as a reader, this token also needs the scope subscribers:read', {
      status: 403,
    })
}
