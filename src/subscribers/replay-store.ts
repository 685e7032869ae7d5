import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Line } from './leaving-line.ts'
import type { SuppressionReason } from './suppression/suppression-store.ts'

/** How far the file of this name was replayed, in bytes; a restored database knows an earlier place. */
export async function findPlace(db: Db, file: string): Promise<number> {
  const { rows } = await sql<{ place: number }>`
    select (value ->> 'place')::bigint as place from setting where name = ${settingOf(file)}`.execute(
    db,
  )
  return rows[0]?.place ?? 0
}

export async function savePlace(
  db: Db,
  { file, place }: { file: string; place: number },
): Promise<void> {
  await sql`
    insert into setting (name, value) values (${settingOf(file)}, jsonb_build_object('place', ${place}::bigint))
    on conflict (name) do update set value = excluded.value`.execute(db)
}

/** Whether any such file was ever replayed. */
export async function hasPlaces(db: Db): Promise<boolean> {
  const { rows } = await sql`select 1 from setting where name like 'leavings %' limit 1`.execute(db)
  return rows.length > 0
}

function settingOf(file: string): string {
  return `leavings ${file}`
}

/** Of these lines, in their order, those that the database does not know: the reader's last word on it is older. */
export async function listUnknown(
  db: Db,
  lines: Line[],
): Promise<{ index: number; subscriberId: number }[]> {
  const { rows } = await sql<{ index: number; subscriberId: number }>`
    select (o.place - 1)::integer as index, s.id as "subscriberId"
      from unnest(${lines.map((line) => line.addressHash)}::bytea[], ${lines.map((line) => line.newsletterId)}::bigint[]
                , ${lines.map((line) => line.at)}::timestamptz[])
             with ordinality as o (address_hash, newsletter_id, at, place)
      join subscriber s on s.address_hash = o.address_hash
     where (o.newsletter_id is null or exists (select from newsletter n where n.id = o.newsletter_id))
       and not exists (select from consent_event c
                        where c.subscriber_id = s.id and c.at >= o.at
                          and (o.newsletter_id is null or c.newsletter_id is null or c.newsletter_id = o.newsletter_id))
     order by o.place`.execute(db)
  return rows
}

/** Of a line `o`: that the reader, or the team, said otherwise since. */
const takenBack = sql`
  select from subscriber x join consent_event c on c.subscriber_id = x.id
   where x.address_hash = o.address_hash and c.kind in ('lifted', 'confirmed', 'returned') and c.at >= o.at`

/** Puts the addresses back on the do-not-mail list. */
export async function suppressAgain(
  db: Db,
  lines: (Line & { reason: SuppressionReason })[],
): Promise<number> {
  const { numAffectedRows } = await sql`
    insert into suppression (address_hash, reason, at)
    select distinct on (o.address_hash) o.address_hash, o.reason, o.at
      from unnest(${lines.map((line) => line.addressHash)}::bytea[], ${lines.map((line) => line.reason)}::text[]
                , ${lines.map((line) => line.at)}::timestamptz[]) as o (address_hash, reason, at)
     where not exists (${takenBack})
     order by o.address_hash, o.reason in ('complained', 'erased') desc, o.at desc
    on conflict (address_hash) do nothing`.execute(db)
  return Number(numAffectedRows ?? 0)
}

/** Takes those off the list again whom the team took off since. */
export async function liftAgain(db: Db, lines: Line[]): Promise<void> {
  await sql`
    delete from suppression p
     using unnest(${lines.map((line) => line.addressHash)}::bytea[], ${lines.map((line) => line.at)}::timestamptz[])
             as o (address_hash, at)
     where p.address_hash = o.address_hash and p.at <= o.at and p.reason not in ('complained', 'erased')`.execute(
    db,
  )
}

/** Who complained has complained again. */
export async function closeAgain(db: Db, lines: Line[]): Promise<void> {
  await sql`
    update subscriber s set state = 'complained'
      from unnest(${lines.map((line) => line.addressHash)}::bytea[], ${lines.map((line) => line.at)}::timestamptz[])
             as o (address_hash, at)
     where s.address_hash = o.address_hash and s.state <> 'erased' and not exists (${takenBack})`.execute(
    db,
  )
}
