import { sql } from 'kysely'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { dateLine } from '#editions/dates.ts'
import { publicationOf, readSettings } from '#editions/publication.ts'
import { compileDeskNote } from '#mail/templates.ts'
import { hashAddress } from '#secrets.ts'
import { ensureForm, type Form } from './form.ts'

type Needs = Pick<Context, 'db' | 'clock' | 'secrets' | 'relay' | 'enqueue'>

/**
 * Tells the desk something that it should know now, once a key. The first line is also what an inbox shows of it.
 * @returns whether a mail is planned
 */
export async function planDeskNotice(
  context: Needs,
  { key, subject, lines }: { key: string; subject: string; lines: readonly string[] },
): Promise<boolean> {
  const { db, clock } = context
  if (await isDeskTold(db, key)) return false
  const set = await readSettings({ db })
  const { language, timeZone } = set
  const full = `${set.name}: ${subject}`
  const mail = await compileDeskNote({
    publication: publicationOf(set),
    subject: full,
    preheader: lines[0] ?? subject,
    title: subject,
    dateLine: dateLine({ language, timeZone, now: clock.now() }),
    passages: [{ title: '', lines: [...lines] }],
    foot: `A note to the desk of ${set.name}, by the machine that sends its mails.`,
  })
  return planDeskMail(context, { key, form: { subject: full, ...mail } })
}

/** Any mail to the desk, once a key. @returns whether it is planned */
export async function planDeskMail(
  { db, clock, secrets, relay, enqueue }: Needs,
  { key, form }: { key: string; form: Form },
): Promise<boolean> {
  const { deskAddress, replyTo } = await readSettings({ db })
  const recipient = deskAddress ?? replyTo
  const hash = await ensureForm(db, form)
  const now = clock.now()
  const { rows } = await sql`
    insert into service_mail (kind, recipient, address_hash, form, payload, test, release_at, not_after)
    values ('notice', ${recipient}, ${hashAddress(secrets, recipient)}, ${hash}, ${JSON.stringify({ key })}::jsonb
          , ${relay.test}, ${now}, ${now}::timestamptz + interval '24 hours')
    on conflict ((payload ->> 'key')) where kind = 'notice' do nothing
    returning id`.execute(db)
  const planned = rows.length > 0
  if (planned) await enqueue('drain-lane', { lane: 'confirmation' })
  return planned
}

/** Whether the desk was mailed about this before. */
export async function isDeskTold(db: Db, key: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from service_mail
     where kind = 'notice' and payload ->> 'key' = ${key}
     limit 1`.execute(db)
  return rows.length > 0
}
