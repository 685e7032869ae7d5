import type { Context as Request } from 'hono'
import { z } from 'zod'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { addOnCall, setOnCall } from '#deliveries/approval/on-call.ts'
import { dropOnCall, listOnCall } from '#deliveries/approval/on-call-store.ts'
import { Refusal } from '#errors.ts'
import type { Bearer } from '#operators/api-token.ts'
import { getOperator, requireDuty, setAddress } from '#operators/operator.ts'
import { note } from './articles.ts'
import { readJson } from './json-body.ts'

const person = z.strictObject({
  name: z.string('name a team member'),
  address: z.string('must be a mail address').optional(),
  deputy: z.boolean('must be true or false').default(false),
})
const list = z.strictObject({
  people: z
    .array(person)
    .max(100, 'at most 100 people are on call')
    .refine((people) => new Set(people.map(({ name }) => name)).size === people.length, {
      error: 'names each team member once',
    }),
})

/** Who is called when an edition waits for a yes, in that order. */
export function onCallRoutes(context: Pick<Context, 'db' | 'clock'>) {
  const shown = async () => {
    const people = await listOnCall(context.db)
    return { people: people.map(({ name, address, deputy }) => ({ name, address, deputy })) }
  }

  return {
    async show(request: Request): Promise<Response> {
      return request.json(await shown())
    },

    /** The whole list, or nothing of it. */
    async put(request: Request, bearer: Bearer): Promise<Response> {
      requireDuty(bearer.operator, 'manage operators')
      const { people } = await readJson(request, list)
      await inTransaction(context.db, async (db) => {
        const called: { operatorId: number; deputy: boolean }[] = []
        for (const one of people) called.push(await calledOf(db, one))
        await setOnCall({ db }, called)
        const detail = { people: people.map(({ name, deputy }) => ({ name, deputy })) }
        const entry = { verb: 'set who is on call', subject: 'on call', detail }
        await note({ ...context, db }, bearer, entry)
      })
      return request.json(await shown())
    },

    /** At the end of the list; somebody who is on it stays at that place. */
    async add(request: Request, bearer: Bearer): Promise<Response> {
      requireDuty(bearer.operator, 'manage operators')
      const asked = await readJson(request, person)
      const { name, deputy } = asked
      await inTransaction(context.db, async (db) => {
        await addOnCall({ db }, await calledOf(db, asked))
        const entry = { verb: 'put on call', subject: name, detail: { deputy } }
        await note({ ...context, db }, bearer, entry)
      })
      return request.json(await shown())
    },

    async remove(request: Request, bearer: Bearer): Promise<Response> {
      requireDuty(bearer.operator, 'manage operators')
      const name = request.req.param('name') ?? ''
      if (!(await dropOnCall(context.db, name)))
        throw new Refusal(`"${name.slice(0, 60)}" is not on call`, { field: 'name', status: 404 })
      await note(context, bearer, { verb: 'take off call', subject: name, detail: {} })
      return request.json(await shown())
    },
  }
}

async function calledOf(db: Db, { name, address, deputy }: z.infer<typeof person>) {
  const operator = await getOperator({ db }, name)
  // Whoever is called must be able to answer.
  requireDuty(operator, 'approve')
  if (address !== undefined) await setAddress({ db }, { operator, address })
  return { operatorId: operator.id, deputy }
}
