import { sql } from 'kysely'
import { draftAlert } from '#editions/alerts/draft-alert.ts'
import { ingestArticle } from '../articles-fixture.ts'
import { addReaders } from '../house.ts'
import { openWebHouse, readerToken, subscriberOf, type WebHouse } from './web-fixture.ts'

export const HOUR = 3_600_000
export const email = 'reader1@example.org'

export type LeaveHouse = {
  house: WebHouse
  /** Of the reader's mail of an alert: it leaves the alerts. */
  link: string
  /** Of a service mail: it leaves everything. */
  linkOfAll: string
  editionId: number
}

/** Two readers of the digest and the alerts, and an alert that was drafted. */
export async function openLeaveHouse(): Promise<LeaveHouse> {
  const house = await openWebHouse()
  await addReaders(house, 2)
  const { articleId } = await ingestArticle(house.context, {
    headline: 'Harbour bridge closed',
    breaking: true,
  })
  const { editionId } = await draftAlert(house.context, { articleId, operatorId: null })
  const link = `/u/${await readerToken(house, { email, purpose: 'unsubscribe', reference: editionId })}`
  const linkOfAll = `/u/${await readerToken(house, { email, purpose: 'unsubscribe' })}`
  return { house, link, linkOfAll, editionId }
}

/** The reader's subscriptions in words: `daily weekly`. */
export async function cadencesOf({ db, context }: WebHouse): Promise<Record<string, string>> {
  const { id } = await subscriberOf({ db, context }, email)
  const { rows } = await sql<{ slug: string; cadence: string }>`
    select coalesce(n.slug, t.slug) as slug, u.cadence
      from subscription u left join newsletter n on n.id = u.newsletter_id left join topic t on t.id = u.topic_id
     where u.subscriber_id = ${id} order by 1`.execute(db)
  return Object.fromEntries(rows.map(({ slug, cadence }) => [slug, cadence]))
}

export async function setCadence(
  { db, context }: WebHouse,
  slug: string,
  cadence: string,
): Promise<void> {
  const { id } = await subscriberOf({ db, context }, email)
  await sql`
    update subscription set cadence = ${cadence}
     where subscriber_id = ${id} and newsletter_id = (select id from newsletter where slug = ${slug})`.execute(
    db,
  )
}
