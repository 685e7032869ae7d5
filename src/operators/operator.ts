import { sql } from 'kysely'
import { z } from 'zod'
import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'

export const roles = ['viewer', 'editor', 'publisher', 'admin'] as const
export type Role = (typeof roles)[number]
export type Operator = { id: number; name: string; role: Role }

/** What each role may do; a role may also do all that stands before it. */
const duties = {
  viewer: ['read'],
  editor: ['ingest', 'compose', 'draft alert', 'add readers'],
  publisher: ['approve', 'send', 'release alert', 'stop'],
  admin: ['manage operators', 'manage tokens', 'change settings'],
} as const
export type Duty = (typeof duties)[Role][number]

export function may(role: Role, duty: Duty): boolean {
  const reach = roles.slice(0, roles.indexOf(role) + 1)
  return reach.some((name) => (duties[name] as readonly string[]).includes(duty))
}

/** @throws Refusal that says which role it takes */
export function requireDuty(operator: Operator, duty: Duty): void {
  if (may(operator.role, duty)) return
  const role = roles.find((name) => (duties[name] as readonly string[]).includes(duty)) ?? 'admin'
  throw new Refusal(
    `${operator.name} is ${operator.role}: to ${duty} takes the role ${role}, ask an admin`,
    {
      status: 403,
    },
  )
}

/**
 * The operator a command acts as. On a fresh database the first one becomes admin; later unknown names are refused, so
 * that the audit log never names somebody whom nobody added.
 */
export async function openOperator(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  name: string,
): Promise<Operator> {
  const [first] = await db.selectFrom('operator').select('id').limit(1).execute()
  if (first === undefined) await addFirstAdmin({ db, clock }, cleanName(name))
  const operator = await db
    .selectFrom('operator')
    .select(['id', 'name', 'role', 'disabled_at'])
    .where('name', '=', cleanName(name))
    .executeTakeFirst()
  if (operator === undefined) {
    throw new Refusal(
      `no team member is named "${cleanName(name)}": name one with --as or DAYBREAK_OPERATOR, or let an admin add you with "daybreak operators add"`,
      { status: 403 },
    )
  }
  if (operator.disabled_at !== null)
    throw new Refusal(`${operator.name} has been disabled`, { status: 403 })
  return { id: operator.id, name: operator.name, role: operator.role }
}

/** Of two first operators at once one becomes admin; the other is a name that nobody added. */
async function addFirstAdmin(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  name: string,
): Promise<void> {
  await inTransaction(db, async (transaction) => {
    await sql`lock table operator in share row exclusive mode`.execute(transaction)
    await sql`
      insert into operator (name, role, created_at)
      select ${name}, 'admin', ${clock.now()} where not exists (select from operator)`.execute(
      transaction,
    )
  })
}

export async function addOperator(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  { name, role }: { name: string; role: string },
): Promise<Operator> {
  const known = roles.find((candidate) => candidate === role)
  if (known === undefined)
    throw new Refusal(`there is no role "${role}": use one of ${roles.join(', ')}`, {
      field: 'role',
    })
  if (cleanName(name) !== name) {
    throw new Refusal('a name has only a-z, 0-9, dot, dash and underscore', { field: 'name' })
  }
  const added = await db
    .insertInto('operator')
    .values({ name, role: known, created_at: clock.now(), disabled_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (added === undefined)
    throw new Refusal(`there is a team member named ${name} already`, { field: 'name' })
  return { id: added.id, name, role: known }
}

export async function listOperators({ db }: Pick<Context, 'db'>): Promise<Operator[]> {
  return db
    .selectFrom('operator')
    .select(['id', 'name', 'role'])
    .orderBy('name')
    .limit(500)
    .execute()
}

/** @throws Refusal for a name that no team member has, or one who was disabled */
export async function getOperator({ db }: Pick<Context, 'db'>, name: string): Promise<Operator> {
  const operator = await db
    .selectFrom('operator')
    .select(['id', 'name', 'role'])
    .where('name', '=', name)
    .where('disabled_at', 'is', null)
    .executeTakeFirst()
  if (operator !== undefined) return operator
  throw new Refusal(
    `no team member is named "${name.slice(0, 60)}": "daybreak operators" lists them`,
    { field: 'name', status: 404 },
  )
}

/** Where the desk's mails to this team member go; readers never see it. @throws Refusal */
export async function setAddress(
  { db }: Pick<Context, 'db'>,
  { operator, address }: { operator: Operator; address: string },
): Promise<void> {
  if (!z.email().safeParse(address).success)
    throw new Refusal('the address must be a mail address such as ines@courier.example', {
      field: 'address',
    })
  await sql`update operator set address = ${address} where id = ${operator.id}`.execute(db)
}

function cleanName(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9._-]/g, '-')
      .replace(/^[^a-z0-9]+/, '')
      .slice(0, 63) || 'operator'
  )
}
