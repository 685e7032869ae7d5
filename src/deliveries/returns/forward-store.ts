import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** How many replies were forwarded to this mailbox in the last hour, and of this reader in the last day. */
export async function countForwards(
  db: Db,
  {
    addressHash,
    subscriberId,
    now,
  }: { addressHash: Buffer; subscriberId: number | null; now: Date },
): Promise<{ ofHour: number; ofReader: number }> {
  // One reply at a time is counted: two at once would each be the last that is allowed.
  await sql`select pg_advisory_xact_lock(hashtext('daybreak forward'))`.execute(db)
  const { rows } = await sql<{ ofHour: number; ofReader: number }>`
    select count(*) filter (where release_at > ${now}::timestamptz - interval '1 hour') as "ofHour"
         , count(*) filter (where payload -> 'reader' = to_jsonb(${subscriberId}::bigint)) as "ofReader"
      from service_mail
     where address_hash = ${addressHash} and kind = 'forward'
       and release_at > ${now}::timestamptz - interval '1 day'`.execute(db)
  return rows[0] ?? { ofHour: 0, ofReader: 0 }
}

export type Forward = {
  recipient: string
  addressHash: Buffer
  form: string
  payload: { replyTo: string | null; reader: number | null }
  test: boolean
  now: Date
}

export async function planForward(db: Db, forward: Forward): Promise<void> {
  const { recipient, addressHash, form, payload, test, now } = forward
  await sql`
    insert into service_mail (kind, recipient, address_hash, form, payload, test, release_at, not_after)
    values ('forward', ${recipient}, ${addressHash}, ${form}, ${JSON.stringify(payload)}::jsonb, ${test}
          , ${now}::timestamptz, ${now}::timestamptz + interval '3 days')`.execute(db)
}

/** What people wrote is not kept for ever: their words go, and the mails that forwarded them. */
export async function forgetReplies(
  db: Db,
  { addressHash, keptDays, now }: { addressHash: Buffer; keptDays: number; now: Date },
): Promise<void> {
  const until = sql`${now}::timestamptz - make_interval(days => ${keptDays})`
  await sql`
    update returned set payload = '{}' where kind = 'reply' and payload <> '{}' and at < ${until}`.execute(
    db,
  )
  const { rows } = await sql<{ form: string }>`
    delete from service_mail
     where address_hash = ${addressHash} and kind = 'forward' and release_at < ${until}
       and state in ('accepted', 'rejected', 'excluded')
    returning form`.execute(db)
  if (rows.length === 0) return
  await sql`
    delete from service_form f
     where f.content_hash = any(${rows.map(({ form }) => form)}::text[])
       and not exists (select from service_mail m where m.form = f.content_hash)`.execute(db)
}
