import type { Context as Request } from 'hono'
import { z } from 'zod'
import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import type { Bearer } from '#operators/api-token.ts'
import { audit } from '#operators/audit.ts'
import { may } from '#operators/operator.ts'
import { readReader } from '#reports/reader/reader-report.ts'
import { readJson } from './json-body.ts'

const question = z.strictObject({
  address: z.string('name the mail address').max(400, 'is too long'),
  edition: z
    .int('must be the number of an edition')
    .positive()
    .max(Number.MAX_SAFE_INTEGER)
    .optional(),
})

/** What is known of one reader. A POST: an address in a URL would stand in every log on the way. */
export function findReader(context: Context) {
  return async (request: Request, { operator, tokenId }: Bearer): Promise<Response> => {
    const { address, edition } = await readJson(request, question)
    const report = await readReader(context, {
      address,
      editionId: edition ?? null,
      whole: may(operator.role, 'add readers'),
    })
    if (report.reader === null && report.suppression === null)
      throw new Refusal('no reader has this address', { field: 'address', status: 404 })
    await audit(context, {
      operatorId: operator.id,
      actor: operator.name,
      verb: 'look up reader',
      subject: report.reader === null ? 'an address of no reader' : `subscriber ${report.reader}`,
      detail: { token: tokenId },
    })
    return request.json(report)
  }
}
