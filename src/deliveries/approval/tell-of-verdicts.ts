import type { Context } from '#context.ts'
import { getEdition } from '#editions/store.ts'
import { planDeskNotice } from '../service/desk-notice.ts'
import { callDesk } from './call-desk.ts'
import { listUntold, type Untold } from './call-store.ts'
import { findPeople, listOnCall, type Person } from './on-call-store.ts'

type Needs = Pick<Context, 'db' | 'clock' | 'secrets' | 'relay' | 'enqueue'>

/**
 * Who sends an edition back is heard by its authors, and who goes around the rule by everybody on call. It follows what
 * was said, wherever it was said: on the page, in a command, by the API. Where nobody can be mailed, the desk is.
 */
export async function tellOfVerdicts(context: Needs): Promise<void> {
  for (const untold of await listUntold(context.db, context.clock.now())) {
    const edition = await getEdition(context.db, untold.editionId)
    const people = await audienceOf(context, untold, edition.authors)
    const call = wordsOf(untold)
    await callDesk(context, edition, { call, people })
    if (people.length > 0) continue
    await planDeskNotice(context, {
      key: call.what,
      subject: call.asks,
      lines: [`“${edition.subject}”`, ...call.lines],
    })
  }
}

async function audienceOf(
  { db }: Pick<Needs, 'db'>,
  { verdict, operatorId }: Untold,
  authors: readonly number[],
): Promise<Person[]> {
  const people =
    verdict === 'send back'
      ? await findPeople(db, { ids: authors })
      : (await listOnCall(db)).flatMap(({ address, ...person }) =>
          address === null ? [] : [{ ...person, address }],
        )
  // Nobody is told of what they said themselves.
  return people.filter((person) => person.operatorId !== operatorId)
}

function wordsOf({ id, verdict, actor, note, editionId }: Untold) {
  const what = `told of ${id}`
  if (verdict === 'send back')
    return {
      what,
      asks: `${actor} sends your edition back`,
      lines: [note ?? '', 'It is a draft again. Change it, and who is on call is asked once more.'],
      button: 'Open the edition',
    }
  return {
    what,
    asks: `${actor} has approved edition ${editionId} alone`,
    lines: [
      `The reason: ${note ?? 'none was given'}`,
      'The newsletter’s rule asks for more. The audit log keeps this.',
    ],
    button: 'Look at it',
  }
}
