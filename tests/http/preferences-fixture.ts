import { sql } from 'kysely'
import { sealPreferences } from '#subscribers/tokens/preferences-token.ts'
import { parse } from '../mail/mail-reading.ts'
import { subscriberOf, type WebHouse } from './web-fixture.ts'

export const email = 'reader1@example.org'

/** The path of the reader's own page, by a link of now. */
export async function pathOf(house: WebHouse, of = email): Promise<string> {
  const { publicId, addressVersion } = await subscriberOf(house, of)
  return `/p/${sealPreferences(house.context.secrets, { publicId, addressVersion, now: house.now })}`
}

/** What a browser shows after the form was posted. */
export async function choose(
  house: WebHouse,
  { to = '', fields }: { to?: string; fields: Record<string, string> },
) {
  const answer = await house.post((await pathOf(house)) + to, Object.entries(fields))
  const next = answer.headers.get('location')
  const page = next === null ? answer : await house.web.request(next.split('#')[0] ?? '')
  const markup = await page.text()
  return { status: answer.status, next, markup, document: parse(markup) }
}

/** Save everything behind the fold, some of it as named. */
export async function chooseDetail(house: WebHouse, fields: Record<string, string>) {
  return choose(house, { fields: { form: 'detail', ...fields } })
}

export async function look(house: WebHouse, of = email) {
  const answer = await house.web.request(await pathOf(house, of))
  const markup = await answer.text()
  return { status: answer.status, markup, document: parse(markup) }
}

export type Look = Pick<Awaited<ReturnType<typeof look>>, 'document'>

/** The value that a group of radio buttons or a list has. */
export function chosenIn({ document }: Look, name: string): string | null | undefined {
  const field = document.querySelector(`input[name="${name}"][checked]`)
  const option = document.querySelector(`select[name="${name}"] option[selected]`)
  return (field ?? option)?.getAttribute('value')
}

export function valuesOf({ document }: Look, name: string): (string | null)[] {
  const found = document.querySelectorAll(
    `input[name="${name}"], select[name="${name}"] option, button[name="${name}"]`,
  )
  return Array.from(found, (each) => each.getAttribute('value'))
}

/** The sentence above the choices. */
export function ledeOf({ document }: Look): string {
  return (document.querySelector('.lede')?.textContent ?? '').replaceAll(/\s+/g, ' ').trim()
}

/** The reader's rows, newsletters and topics alike, as "daily weekly". */
export async function rowsOf(house: WebHouse, of = email): Promise<string[]> {
  const { id } = await subscriberOf(house, of)
  const { rows } = await sql<{ row: string }>`
    select coalesce(n.slug, t.slug) || ' ' || u.cadence as row
      from subscription u left join newsletter n on n.id = u.newsletter_id left join topic t on t.id = u.topic_id
     where u.subscriber_id = ${id} order by 1`.execute(house.db)
  return rows.map(({ row }) => row)
}

/** What the ledger says since the reader was added, as "left daily off". */
export async function consentOf(house: WebHouse, of = email): Promise<string[]> {
  const { id } = await subscriberOf(house, of)
  const { rows } = await sql<{ row: string }>`
    select concat_ws(' ', c.kind, n.slug, t.slug, c.cadence) as row
      from consent_event c left join newsletter n on n.id = c.newsletter_id left join topic t on t.id = c.topic_id
     where c.subscriber_id = ${id} and c.kind <> 'added' order by c.id`.execute(house.db)
  return rows.map(({ row }) => row)
}

export async function addTopics(house: WebHouse, slugs: string[], offered = true): Promise<void> {
  await sql`
    insert into topic (slug, name, offered) select slug, initcap(slug), ${offered} from unnest(${slugs}::text[]) slug`.execute(
    house.db,
  )
}

/** "The Long Weekend", Saturdays at eight. */
export async function addWeekly(house: WebHouse): Promise<void> {
  await sql`
    insert into newsletter (slug, name, description, kind, cadence, local_time, not_after, created_at)
    values ('weekend', 'The Long Weekend', '', 'digest', 'weekly', '08:00', '6 hours', ${house.now})`.execute(
    house.db,
  )
}
