import type { Context as Request } from 'hono'
import { z } from 'zod'
import type { Context } from '#context.ts'
import { changeStaff, describeStaff } from '#editions/newsletters/staff.ts'
import type { Bearer } from '#operators/api-token.ts'
import { may, requireDuty } from '#operators/operator.ts'
import { note } from './articles.ts'
import { readJson } from './json-body.ts'

const naming = z.strictObject({
  address: z.string('name a reader’s address').trim().min(3, 'name a reader’s address').max(400),
})

/** The staff list: readers who get each edition first. Addresses stand in bodies, never in a URL. */
export function staffRoutes(context: Pick<Context, 'db' | 'clock' | 'secrets'>) {
  const shown = async ({ operator, scopes }: Bearer) => {
    const whole = scopes.includes('subscribers:read') && may(operator.role, 'add readers')
    return { readers: await describeStaff(context, { whole }) }
  }

  const change = async (
    request: Request,
    { bearer, verb }: { bearer: Bearer; verb: 'add' | 'remove' },
  ): Promise<Response> => {
    requireDuty(bearer.operator, 'change settings')
    const { address } = await readJson(request, naming)
    await changeStaff(context, { address, on: verb === 'add' })
    const entry = { verb: `${verb} staff reader`, subject: 'staff list', detail: {} }
    await note(context, bearer, entry)
    return request.json(await shown(bearer))
  }

  return {
    async list(request: Request, bearer: Bearer): Promise<Response> {
      return request.json(await shown(bearer))
    },
    async add(request: Request, bearer: Bearer): Promise<Response> {
      return change(request, { bearer, verb: 'add' })
    },
    async remove(request: Request, bearer: Bearer): Promise<Response> {
      return change(request, { bearer, verb: 'remove' })
    },
  }
}
