import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Cadence } from '../consent/consent-store.ts'
import type { Witness } from '../consent/witness.ts'
import type { Token } from '../tokens.ts'

/** What a press on an unsubscribe link found and did. */
export type Pressed = {
  subscriberId: number
  addressHash: Buffer | null
  email: string | null
  addressVersion: number
  language: string
  editionId: number | null
  /** When the mail's edition was sent: as old as the mail. */
  editionAt: Date | null
  /** Of the edition, whatever was left. */
  newsletterId: number | null
  newsletterName: string | null
  newsletterKind: string | null
  changed: boolean
  /** When what is off by now was turned off last; null where nothing ever was on. */
  leftAt: Date | null
}

export type Press = {
  token: Pick<Token, 'publicId' | 'reference'>
  /** Every newsletter, not only that of the mail. */
  all: boolean
  witness: Witness
  now: Date
}

/**
 * Finds, locks, turns off and records, for all of them in one transaction; in the order of readers, so that two of these
 * do not wait for each other. Undefined for a link of nobody.
 */
export async function leaveByLinks(db: Db, presses: Press[]): Promise<(Pressed | undefined)[]> {
  const ordered = presses
    .map((press, place) => ({ ...press, place }))
    .toSorted((a, b) => a.token.publicId - b.token.publicId)
  const each = <Value>(pick: (press: Press) => Value) => ordered.map(pick)
  const { rows } = await sql<Pressed & { place: number }>`
    select p.place, l.reader as "subscriberId", l.address_hash as "addressHash", l.email
         , l.address_version as "addressVersion", l.language, l.edition as "editionId", l.edition_at as "editionAt"
         , l.newsletter as "newsletterId", l.name as "newsletterName", l.kind as "newsletterKind", l.changed
         , l.left_at as "leftAt"
      from unnest(${ordered.map(({ place }) => place)}::integer[]
                , ${each(({ token }) => token.publicId)}::bigint[]
                , ${each(({ token }) => token.reference)}::bigint[]
                , ${each(({ all }) => all)}::boolean[]
                , ${each(({ now }) => now)}::timestamptz[]
                , ${each(({ witness }) => witness.form)}::text[]
                , ${each(({ witness }) => witness.formVersion ?? null)}::text[]
                , ${each(({ witness }) => witness.network ?? null)}::text[]
                , ${each(({ witness }) => witness.tokenId ?? null)}::text[]
                , ${each(() => randomBytes(32))}::bytea[])
             as p (place, public_id, edition, everything, at, form, form_version, network, token, fresh_key)
     cross join lateral leave_by_link(p.public_id, p.edition, p.everything, p.at, p.form, p.form_version, p.network
                                    , p.token, p.fresh_key) l`.execute(db)
  const found = new Map(rows.map(({ place, ...pressed }) => [place, pressed]))
  return presses.map((_, place) => found.get(place))
}

/** What one press turned off, and how much of that is still off. */
export async function countLeftAt(
  db: Db,
  { subscriberId, leftAt }: { subscriberId: number; leftAt: Date },
): Promise<{ off: number; returned: number }> {
  const { rows } = await sql<{ off: number; returned: number }>`
    select count(*) filter (where cadence = 'off' and changed_at = ${leftAt}) as off
         , count(*) filter (where cadence <> 'off' and changed_at > ${leftAt}) as returned
      from subscription where subscriber_id = ${subscriberId} and newsletter_id is not null`.execute(
    db,
  )
  return rows[0] ?? { off: 0, returned: 0 }
}

/** Turns on what that press turned off, as it was before. */
export async function bringBack(
  db: Db,
  { subscriberId, leftAt, now }: { subscriberId: number; leftAt: Date; now: Date },
): Promise<{ newsletterId: number; cadence: Cadence }[]> {
  const { rows } = await sql<{ newsletterId: number; cadence: Cadence }>`
    update subscription u
       set cadence = coalesce(u.cadence_before, case n.cadence when 'custom' then 'daily' else n.cadence end)
         , changed_at = ${now}
      from newsletter n
     where u.subscriber_id = ${subscriberId} and n.id = u.newsletter_id
       and u.cadence = 'off' and u.changed_at = ${leftAt}
    returning u.newsletter_id as "newsletterId", u.cadence`.execute(db)
  return rows
}

/** Names of the newsletters that still come. */
export async function listRemaining(db: Db, subscriberId: number): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select n.name from subscription u join newsletter n on n.id = u.newsletter_id
     where u.subscriber_id = ${subscriberId} and u.cadence <> 'off'
     order by n.id limit 200`.execute(db)
  return rows.map(({ name }) => name)
}

/** Who may come back by an undo: a reader, and nobody who complained or was erased since. */
export async function lockReturning(db: Db, publicId: number): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    select id from subscriber
     where public_id = ${publicId} and state in ('active', 'left') and confirmed_at is not null
       for update`.execute(db)
  return rows[0]?.id
}
