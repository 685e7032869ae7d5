import type { Context } from '#context.ts'
import { getEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import { callDesk } from './call-desk.ts'
import { findPeople, listOnCall, type Person } from './on-call-store.ts'

/**
 * Mails the link to an edition anew: to this team member, or to everybody on call.
 * @returns whom
 * @throws Refusal where nobody would be reached, or there is nothing to look at any more
 */
export async function callByHand(
  context: Pick<Context, 'db' | 'clock' | 'secrets' | 'relay' | 'enqueue'>,
  { editionId, name, by }: { editionId: number; name?: string | undefined; by: string },
): Promise<string[]> {
  const { db, clock } = context
  const edition = await getEdition(db, editionId)
  if (['sent', 'stopped', 'expired', 'skipped'].includes(edition.state))
    throw new Refusal(`edition ${editionId} is ${edition.state}: there is nothing to decide`, {
      status: 409,
    })
  const people = name === undefined ? await everybody(db) : await findPeople(db, { name })
  if (people.length === 0)
    throw new Refusal(
      name === undefined
        ? 'nobody is on call: "daybreak oncall add NAME --address ADDRESS" adds a team member'
        : `no team member is named "${name.slice(0, 60)}", or they have no address: "daybreak operators address NAME ADDRESS" sets it`,
      { field: 'name' },
    )
  const what = `by hand ${clock.now().toISOString()} ${name ?? ''}`
  const call = { what, asks: `${by} asks you to look at an edition` }
  await callDesk(context, edition, { call, people })
  return people.map((person) => person.name)
}

async function everybody(db: Context['db']): Promise<Person[]> {
  const people = await listOnCall(db)
  return people.flatMap(({ address, ...person }) =>
    address === null ? [] : [{ ...person, address }],
  )
}
