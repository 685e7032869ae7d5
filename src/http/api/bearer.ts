import type { Context as Request } from 'hono'
import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import { type Bearer, findBearer, type Scope } from '#operators/api-token.ts'

/** @throws Refusal, 401 without a token that is in use, 403 without the scope */
export async function bearerOf(context: Context, request: Request, scope: Scope): Promise<Bearer> {
  const text = /^Bearer (\S+)$/i.exec(request.req.header('authorization') ?? '')?.[1]
  if (text === undefined) {
    throw new Refusal(
      'no token: send "Authorization: Bearer …", made with "daybreak tokens create"',
      { status: 401 },
    )
  }
  const bearer = await findBearer(context, text)
  if (bearer === undefined)
    throw new Refusal('this token is unknown, revoked or expired', { status: 401 })
  if (!bearer.scopes.includes(scope))
    throw new Refusal(`this token lacks the scope ${scope}`, { status: 403 })
  return bearer
}

/** The number in the address. */
export function idOf(request: Request): number {
  const text = request.req.param('id') ?? ''
  if (!/^\d{1,15}$/.test(text)) throw new Refusal('the id must be a number', { field: 'id' })
  return Number(text)
}
