import { sql } from 'kysely'
import PostalMime from 'postal-mime'
import { confirmJoining, requestToJoin } from '#deliveries/service-mail.ts'
import type { House } from '../../house.ts'
import type { Desk } from '../send-fixture.ts'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR

export const LINK = { form: 'link' }

/** Somebody types an address into the form of the front page. */
export async function ask(
  { context }: Pick<House, 'context'>,
  {
    email = 'new@example.org',
    newsletters = ['daily'],
    topics = [] as string[],
    language = 'en',
    timeZone = 'Europe/London',
  } = {},
): Promise<void> {
  const witness = { form: 'front page' }
  await requestToJoin(context, { email, newsletters, topics, language, timeZone, witness })
}

/** `kind state` of every service mail, with the reason where it was left out. */
export async function mailRows({ db }: Pick<House, 'db'>): Promise<string[]> {
  const { rows } = await sql<{ kind: string; state: string; reason: string | null }>`
    select kind, state, reason from service_mail order by id`.execute(db)
  return rows.map(
    ({ kind, state, reason }) => `${kind} ${state}${reason === null ? '' : `: ${reason}`}`,
  )
}

/** The newest mail to this address as a person reads it. */
export async function readMail({ relay }: Desk, to: string) {
  const mail = relay.mails.findLast((each) => each.to === to)
  if (mail === undefined) throw new Error(`no mail to ${to}`)
  return { ...(await PostalMime.parse(mail.raw)), raw: mail.raw }
}

/** The token of the newest mail's link: `c` of a confirmation, `me` of a reader's own data, and so on. */
export async function tokenIn(desk: Desk, to: string, path = 'c'): Promise<string> {
  const { text = '' } = await readMail(desk, to)
  const token = new RegExp(`/${path}/([\\w-]{47})`).exec(text)?.[1]
  if (token === undefined) throw new Error(`no link to ${path}/ in the mail to ${to}`)
  return token
}

/** The whole way in: asked, mailed, confirmed. What that plans has not been sent yet. */
export async function join(
  house: House,
  desk: Desk,
  about: Parameters<typeof ask>[1] & { email: string },
): Promise<void> {
  await ask(house, about)
  await desk.drain('confirmation')
  await confirmJoining(house.context, await tokenIn(desk, about.email), LINK)
}

/** Does the first in a transaction that stays open until the second waits for it, or is over. */
export async function atOnce(
  house: House,
  first: (house: Pick<House, 'context'>) => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<void> {
  const opened = await house.db.startTransaction().execute()
  await first({ context: { ...house.context, db: opened } })
  const going = new Set(['second'])
  const other = second().finally(() => going.clear())
  while (going.size > 0 && !(await isAnyoneWaiting(house))) await new Promise(setImmediate)
  await opened.commit().execute()
  await other
}

async function isAnyoneWaiting({ db }: House): Promise<boolean> {
  const { rows } = await sql`
    select 1 from pg_locks
     where not granted and locktype = 'advisory'
       and database = (select oid from pg_database where datname = current_database())`.execute(db)
  return rows.length > 0
}
