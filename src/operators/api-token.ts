import { createHash, randomBytes } from 'node:crypto'
import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import type { Operator } from './operator.ts'

export const scopes = [
  'articles:write',
  'alerts:release',
  'editions:read',
  'editions:write',
  'feeds:read',
  'feeds:write',
  'newsletters:read',
  'newsletters:write',
  'status:read',
  'subscribers:read',
  'subscribers:write',
] as const
export type Scope = (typeof scopes)[number]

export type Bearer = { tokenId: number; operator: Operator; scopes: string[] }

/** Makes a token; its text is shown this once, the database keeps a hash. */
export async function createToken(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  input: { operator: Operator; name: string; scopes: string[] },
): Promise<string> {
  const unknown = input.scopes.filter((scope) => !(scopes as readonly string[]).includes(scope))
  if (unknown.length > 0 || input.scopes.length === 0) {
    throw new Refusal(
      `scopes are ${scopes.join(', ')}${unknown.length > 0 ? `, not ${unknown.join(', ')}` : ''}`,
      {
        field: 'scopes',
      },
    )
  }
  if (!/^[^\p{Cc}]{1,80}$/u.test(input.name.trim())) {
    throw new Refusal(
      'a token needs a name of at most 80 characters: say what uses it, such as "cms"',
      { field: 'name' },
    )
  }
  const text = `db_${randomBytes(32).toString('base64url')}`
  const made = await db
    .insertInto('api_token')
    .values({
      operator_id: input.operator.id,
      name: input.name,
      scopes: input.scopes,
      token_hash: hash(text),
      created_at: clock.now(),
      expires_at: null,
      revoked_at: null,
      last_used_at: null,
    })
    .onConflict((conflict) => conflict.columns(['operator_id', 'name']).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (made === undefined)
    throw new Refusal(
      `${input.operator.name} has had a token named ${input.name} already: choose another name`,
      { field: 'name' },
    )
  return text
}

/** The token's operator and scopes; undefined for one that is unknown, revoked, expired or whose operator is disabled. */
export async function findBearer(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  text: string,
): Promise<Bearer | undefined> {
  if (!/^db_[\w-]{43}$/.test(text)) return undefined
  const now = clock.now()
  const row = await db
    .selectFrom('api_token as t')
    .innerJoin('operator as o', 'o.id', 't.operator_id')
    .select([
      't.id as tokenId',
      't.scopes',
      't.last_used_at as lastUsedAt',
      'o.id',
      'o.name',
      'o.role',
    ])
    .where('t.token_hash', '=', hash(text))
    .where('t.revoked_at', 'is', null)
    .where('o.disabled_at', 'is', null)
    .where((where) =>
      where.or([where('t.expires_at', 'is', null), where('t.expires_at', '>', now)]),
    )
    .executeTakeFirst()
  if (row === undefined) return undefined
  // Once a minute is enough to see which tokens are in use, and spares the row a write a request.
  if (row.lastUsedAt === null || now.getTime() - row.lastUsedAt.getTime() > 60_000) {
    await db
      .updateTable('api_token')
      .set({ last_used_at: now })
      .where('id', '=', row.tokenId)
      .execute()
  }
  return {
    tokenId: row.tokenId,
    scopes: row.scopes,
    operator: { id: row.id, name: row.name, role: row.role },
  }
}

export async function revokeToken(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  { operator, name }: { operator: Operator; name: string },
): Promise<void> {
  const done = await db
    .updateTable('api_token')
    .set({ revoked_at: clock.now() })
    .where('operator_id', '=', operator.id)
    .where('name', '=', name)
    .where('revoked_at', 'is', null)
    .returning('id')
    .execute()
  if (done.length === 0)
    throw new Refusal(`${operator.name} has no token named ${name} in use`, { field: 'name' })
}

export async function listTokens({ db }: Pick<Context, 'db'>) {
  return db
    .selectFrom('api_token as t')
    .innerJoin('operator as o', 'o.id', 't.operator_id')
    .select([
      'o.name as operator',
      't.name',
      't.scopes',
      't.created_at',
      't.last_used_at',
      't.revoked_at',
    ])
    .orderBy('t.id')
    .limit(500)
    .execute()
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
