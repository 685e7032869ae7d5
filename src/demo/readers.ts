import { sql } from 'kysely'
import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from '#errors.ts'
import type { InboxMail } from '#mail/inbox-store.ts'
import { hashAddress } from '#secrets.ts'
import { addSubscriber } from '#subscribers/sign-up.ts'
import type { Told } from './run.ts'

const ZONES = ['Europe/London', 'America/New_York', 'Asia/Tokyo']
const NAMES =
  'ada ben cleo dan edda finn gus hana ivo june kit lena milo nora otto pia quin rosa sam tess uma vera wim xena'.split(
    ' ',
  )

/** Two dozen readers in three time zones: some follow topics, one is on a break, one had bounced. */
export async function addReaders({ app, say }: Told): Promise<number> {
  const { context } = app
  for (const [index, name] of NAMES.entries()) {
    const topics = index % 6 === 4 ? ['harbour', 'sport'] : []
    await addSubscriber(context, {
      email: `${name}@readers.example`,
      newsletters: ['daily', 'breaking'],
      topics,
      timeZone: ZONES[index % ZONES.length] ?? 'UTC',
      language: 'en',
      actor: 'demo',
    })
  }
  const now = context.clock.now()
  const bounced = hashAddress(context.secrets, 'wim@readers.example')
  await sql`insert into suppression (address_hash, reason, at) values (${bounced}, 'bounced', ${now})`.execute(
    context.db,
  )
  await sql`
    update subscription u set snoozed_until = ${now}::timestamptz + interval '7 days'
      from subscriber s
     where s.id = u.subscriber_id and s.email = 'xena@readers.example'`.execute(context.db)
  say(
    `${NAMES.length} readers in three time zones; one of them is on a break, one is on the do-not-mail list`,
  )
  return NAMES.length
}

/** One more joins as readers do: fills in the form, gets the mail, opens the link, presses the button. */
export async function joinByForm(told: Told): Promise<number> {
  const { say, app, inbox } = told
  const base = app.context.config.publicUrl
  const form = new URLSearchParams({
    email: 'yara@readers.example',
    newsletter: 'daily',
    timeZone: 'Europe/London',
  })
  await fetch(new URL('sign-up', base), { method: 'POST', body: form })
  const mail = await mailTo(inbox, 'yara@readers.example')
  const link = /https?:\/\/\S+\/c\/[\w-]+/.exec(mail.text)?.[0]
  if (link === undefined) throw new Refusal('the confirmation mail has no link')
  const asked = await fetch(link)
  const pressed = await fetch(link, { method: 'POST' })
  if (!asked.ok || !pressed.ok)
    throw new Refusal(`the confirmation page answered ${asked.status} and ${pressed.status}`)
  say('one reader signed up by the form, got the confirmation mail, and pressed its button')
  return 1
}

async function mailTo(inbox: Told['inbox'], address: string): Promise<InboxMail> {
  for (let tries = 0; tries < 300; tries += 1) {
    const entry = (await inbox.list({ limit: 50 })).find(({ to }) => to.includes(address))
    if (entry !== undefined) return inbox.get(entry.id)
    await sleep(100)
  }
  throw new Refusal('no confirmation mail arrived within 30 seconds')
}
