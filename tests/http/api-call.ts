import { sql } from 'kysely'
import { createToken, type Scope } from '#operators/api-token.ts'
import { listAudit } from '#operators/audit.ts'
import { addOperator, type Operator, type Role } from '#operators/operator.ts'
import type { House } from '../house.ts'
import { webOf } from './web-fixture.ts'

export type ApiAnswer = { status: number; body: Record<string, unknown> }

export type ApiCall = {
  as: Operator
  scopes: Scope[]
  body?: object
  method?: string
  dataDir?: string
}

/** Asks /api/v1 as a program of that team member does. */
export async function callApi(
  house: Pick<House, 'context' | 'db'>,
  path: string,
  { as, scopes, body, method = body === undefined ? 'GET' : 'POST', dataDir }: ApiCall,
): Promise<ApiAnswer> {
  await sql`delete from api_token`.execute(house.db)
  const token = await createToken(house.context, { operator: as, name: 'desk', scopes })
  const response = await webOf(house, { dataDir }).request(`/api/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

export type Team = Record<Role, Operator>

/** vera may look, eva edits, omar publishes, ada does everything. */
export async function addTeam({ context }: Pick<House, 'context'>): Promise<Team> {
  return {
    viewer: await addOperator(context, { name: 'vera', role: 'viewer' }),
    editor: await addOperator(context, { name: 'eva', role: 'editor' }),
    publisher: await addOperator(context, { name: 'omar', role: 'publisher' }),
    admin: await addOperator(context, { name: 'ada', role: 'admin' }),
  }
}

/** The newest lines of the audit log: `omar: pause edition 1`. */
export async function noted({ context }: Pick<House, 'context'>, count: number): Promise<string[]> {
  const lines = await listAudit(context, count)
  return lines.map(
    ({ actor, verb, subject }) => `${actor.replace(/ \(token \d+\)$/, '')}: ${verb} ${subject}`,
  )
}

export function refused(answer: ApiAnswer): { status: number; message: string; field?: string } {
  const { message, field } = answer.body['error'] as { message: string; field?: string }
  return { status: answer.status, message, ...(field === undefined ? {} : { field }) }
}
