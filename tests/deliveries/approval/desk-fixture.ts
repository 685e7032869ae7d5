import { sql } from 'kysely'
import { putOnCall } from '#deliveries/approval/on-call-store.ts'
import { sweepApprovals } from '#deliveries/approval/sweep-approvals.ts'
import { releaseDue } from '#deliveries/release-due.ts'
import { draftDigest } from '#editions/compose-digest.ts'
import { sweepDueTimes } from '#editions/clock/sweep-due-times.ts'
import { changeDraft } from '#editions/draft/change-draft.ts'
import { changeNewsletter } from '#editions/newsletters/change-newsletter.ts'
import { getEdition } from '#editions/store.ts'
import { addOperator, type Operator, type Role } from '#operators/operator.ts'
import { sealToken } from '#subscribers/tokens.ts'
import { ingestArticle } from '../../articles-fixture.ts'
import { type House, openHouse } from '../../house.ts'
import { pageBehind, webOf } from '../../http/web-fixture.ts'

export const MINUTE = 60_000

export type CallMail = { to: string; subject: string; token: string; text: string }
export type Answer = { status: number; text: string }

export type DeskHouse = House & {
  editionId: number
  people: Record<'ines' | 'omar' | 'eva', Operator>
  /** One turn of the clock. */
  tick(): Promise<void>
  /** Turns of the clock up to this time of the day (UTC), minute by minute. */
  until(time: string): Promise<void>
  calls(): Promise<CallMail[]>
  notices(): Promise<string[]>
  look(token: string, path?: string): Promise<Answer>
  press(token: string, verb: string, form?: Record<string, string>): Promise<Answer>
  /** The newest link of that person. */
  linkOf(name: string): Promise<string>
  hash(): Promise<string>
  edit(by: Operator, subject: string): Promise<void>
  state(): Promise<string>
}

/**
 * A house at 06:00 whose digest of 07:00 was drafted: ines and omar (publishers) on call, omar as deputy; eva is an
 * editor with an address.
 */
export async function openDraftHouse(
  settings: Record<string, unknown> = {},
  { onCall = ['ines', 'omar'] }: { onCall?: string[] } = {},
): Promise<DeskHouse> {
  const house = await openHouse({ now: new Date('2026-11-22T04:00:00Z') })
  const { context } = house
  const person = async (name: string, role: Role) => addOperator(context, { name, role })
  const people = {
    ines: await person('ines', 'publisher'),
    omar: await person('omar', 'publisher'),
    eva: await person('eva', 'editor'),
  }
  await sql`update operator set address = name || '@courier.example'`.execute(house.db)
  for (const { name, id } of Object.values(people))
    if (onCall.includes(name))
      await putOnCall(house.db, { operatorId: id, deputy: name === 'omar' })
  await ingestArticle(context, { headline: 'Council votes to rebuild the fish market' })
  await ingestArticle(context, { headline: 'Rovers win at the last minute' })
  const all = { automatic: true, hours: ['07:00'], zone: 'Europe/London', lead: '1h', ...settings }
  await changeNewsletter(context, { slug: 'daily', changes: all })

  const tick = async () => {
    await sweepDueTimes(context, async ({ newsletterSlug, run }) =>
      draftDigest(context, { newsletterSlug, operatorId: null, again: false, run }),
    )
    await sweepApprovals(context)
    await releaseDue(context)
  }
  house.now = new Date('2026-11-22T06:00:00Z')
  await tick()
  const { rows } = await sql<{ id: number }>`select id from edition`.execute(house.db)
  const editionId = rows[0]?.id ?? 0

  const ask = async (path: string, init?: RequestInit) => {
    const web = webOf(house)
    const answer = await web.request(`/desk/${path}`, init)
    const response = init === undefined ? answer : await pageBehind(web, answer)
    return { status: response.status, text: await response.text() }
  }
  const calls = async () => callsOf(house)
  return Object.assign(house, {
    editionId,
    people,
    tick,
    async until(time: string) {
      const end = new Date(`2026-11-22T${time}:00Z`)
      while (house.now < end) {
        house.wait(MINUTE)
        await tick()
      }
    },
    calls,
    async notices() {
      const { rows: mails } = await sql<{ subject: string }>`
        select f.subject from service_mail m join service_form f on f.content_hash = m.form
         where m.kind = 'notice' order by m.id`.execute(house.db)
      return mails.map(({ subject }) => subject)
    },
    look: async (token: string, path = '') => ask(`${token}${path}`),
    press: async (token: string, verb: string, form: Record<string, string> = {}) =>
      ask(`${token}/${verb}`, { method: 'POST', body: new URLSearchParams(form) }),
    async linkOf(name: string) {
      const mail = (await calls()).findLast(({ to }) => to === `${name}@courier.example`)
      if (mail === undefined) throw new Error(`${name} was not mailed`)
      return mail.token
    },
    hash: async () => (await getEdition(house.db, editionId)).contentHash,
    async edit(operator: Operator, subject: string) {
      const { draftNumber } = await getEdition(house.db, editionId)
      const edits = [{ change: 'subject' as const, text: subject }]
      await changeDraft(context, { editionId, draftNumber, edits, operator })
    },
    state: async () => (await getEdition(house.db, editionId)).state,
  })
}

async function callsOf({ db, context }: House): Promise<CallMail[]> {
  const { rows } = await sql<{
    to: string
    subject: string
    text: string
    link: number
    edition: number
  }>`
    select m.recipient as to, f.subject, f.text, (m.payload ->> 'link')::integer as link
         , (m.payload ->> 'edition')::integer as edition
      from service_mail m join service_form f on f.content_hash = m.form
     where m.kind = 'approval' order by m.id`.execute(db)
  return rows.map(({ link, edition, ...mail }) => ({
    ...mail,
    token: sealToken(context.secrets, 'desk', {
      publicId: link,
      reference: edition,
      addressVersion: 0,
    }),
  }))
}
