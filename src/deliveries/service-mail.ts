import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { listNewsletters, scheduleInWords } from '#editions/newsletter.ts'
import { publicationOf, readSettings } from '#editions/publication.ts'
import { compileConfirm, compileWelcome } from '#mail/templates.ts'
import {
  askToJoin,
  CONFIRM_HOURS,
  confirm,
  type Confirmation,
  readConfirmation,
  readSignUp,
  type SignUp,
} from '#subscribers/sign-up.ts'

type Joining = Pick<Context, 'db' | 'clock' | 'secrets' | 'enqueue' | 'relay'>

/**
 * Asks the address to confirm, whoever typed it in. The caller's answer is the same for a new, a known and a blocked
 * address. At most one confirmation a day and three until confirmed: the form cannot be used to bomb anyone.
 * @throws Refusal for input that the typing person can mend
 */
export async function requestToJoin(context: Joining, input: SignUp): Promise<void> {
  // What is refused here has cost no template and left no row.
  const read = await readSignUp(context, input)
  const form = await ensureForm(context.db, await confirmForm(context, input.newsletters))
  const planned = await inTransaction(context.db, async (db) => {
    const asking = await askToJoin({ ...context, db }, read)
    if (asking === undefined) return false
    return planConfirmation(db, {
      ...asking,
      subscriberId: asking.subscriber.id,
      form,
      ...planning(context),
    })
  })
  if (planned) await context.enqueue('drain-lane', { lane: 'confirmation' })
}

/** Confirms and plans the welcome, once. */
export async function confirmJoining(context: Joining, token: string): Promise<Confirmation> {
  const read = await readConfirmation(context, token)
  if (read.kind !== 'open') return read
  const form = await ensureForm(context.db, await welcomeForm(context, read.newsletterIds))
  const confirmation = await inTransaction(context.db, async (db) => {
    const done = await confirm({ ...context, db }, token)
    if (done.kind === 'confirmed') {
      await planWelcome(db, {
        ...done,
        subscriberId: done.subscriber.id,
        form,
        ...planning(context),
      })
    }
    return done
  })
  if (confirmation.kind === 'confirmed')
    await context.enqueue('drain-lane', { lane: 'confirmation' })
  return confirmation
}

type Planned = {
  subscriberId: number
  newsletterIds: number[]
  form: string
  test: boolean
  now: Date
}

function planning({ relay, clock }: Pick<Context, 'relay' | 'clock'>) {
  return { test: relay.test, now: clock.now() }
}

async function planConfirmation(
  db: Db,
  { subscriberId, newsletterIds, form, test, now }: Planned,
): Promise<boolean> {
  const { rows } = await sql`
    insert into service_mail (kind, subscriber_id, recipient, address_hash, form, payload, test, release_at, not_after)
    select 'confirmation', s.id, s.email, s.address_hash, ${form}, ${JSON.stringify({ newsletterIds })}::jsonb
         , ${test}, ${now}::timestamptz, ${now}::timestamptz + interval '24 hours'
      from subscriber s
     where s.id = ${subscriberId} and s.email is not null
       and not exists (select from service_mail m
                        where m.address_hash = s.address_hash and m.kind = 'confirmation'
                          and m.release_at > ${now}::timestamptz - interval '24 hours')
       and (select count(*) from service_mail m
             where m.address_hash = s.address_hash and m.kind = 'confirmation'
               and m.release_at > coalesce((select max(c.at) from consent_event c
                                             where c.subscriber_id = s.id and c.kind = 'confirmed'), '-infinity')) < 3
    returning id`.execute(db)
  return rows.length > 0
}

async function planWelcome(
  db: Db,
  { subscriberId, newsletterIds, form, test, now }: Planned,
): Promise<void> {
  await sql`
    insert into service_mail (kind, subscriber_id, recipient, address_hash, form, payload, test, release_at, not_after)
    select 'welcome', s.id, s.email, s.address_hash, ${form}, ${JSON.stringify({ newsletterIds })}::jsonb
         , ${test}, ${now}::timestamptz, ${now}::timestamptz + interval '24 hours'
      from subscriber s
     where s.id = ${subscriberId} and s.email is not null
       and not exists (select from service_mail m
                        where m.subscriber_id = s.id and m.kind = 'welcome'
                          and m.release_at > ${now}::timestamptz - make_interval(hours => ${CONFIRM_HOURS}))`.execute(
    db,
  )
}

type Form = { subject: string; html: string; text: string }

/** Compiles a mail for nobody: the first one of a process takes half a second, and an alert must not wait for that. */
export async function warmTemplates(context: Pick<Context, 'db'>): Promise<void> {
  await confirmForm(context, [])
}

async function confirmForm({ db }: Pick<Context, 'db'>, slugs: string[]): Promise<Form> {
  const set = await readSettings({ db })
  const chosen = (await listNewsletters(db)).filter((newsletter) => slugs.includes(newsletter.slug))
  const subject = `Confirm your sign-up to ${set.name}`
  const mail = await compileConfirm({
    publication: publicationOf(set),
    subject,
    preheader: 'One tap, and the news comes to your inbox.',
    newsletters: chosen.map(describe),
    validHours: CONFIRM_HOURS,
  })
  return { subject, ...mail }
}

async function welcomeForm({ db }: Pick<Context, 'db'>, chosen: number[]): Promise<Form> {
  const set = await readSettings({ db })
  const subject = `Welcome to ${set.name}`
  const mail = await compileWelcome({
    publication: publicationOf(set),
    subject,
    preheader: 'What comes, and at what hour.',
    newsletters: (await listNewsletters(db)).filter(({ id }) => chosen.includes(id)).map(describe),
    latest: null,
  })
  return { subject, ...mail }
}

function describe(newsletter: Awaited<ReturnType<typeof listNewsletters>>[number]) {
  return {
    name: newsletter.name,
    description: newsletter.description,
    schedule: scheduleInWords(newsletter),
  }
}

export async function ensureForm(db: Db, { subject, html, text }: Form): Promise<string> {
  const hash = createHash('sha256')
    .update(JSON.stringify([subject, html, text]))
    .digest('hex')
  await sql`
    insert into service_form (content_hash, subject, html, text) values (${hash}, ${subject}, ${html}, ${text})
    on conflict (content_hash) do nothing`.execute(db)
  return hash
}
