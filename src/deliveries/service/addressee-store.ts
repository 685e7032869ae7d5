import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** A reader as a service mail needs to know one. */
export type Addressee = {
  id: number
  publicId: number
  state: 'pending' | 'active' | 'left' | 'bounced' | 'complained' | 'erased'
  email: string | null
  addressHash: Buffer | null
  addressVersion: number
  timeZone: string
  language: string
  /** HH:MM:SS, the reader's own hour for digests; null: the newsletter's. */
  digestTime: string | null
}

const columns = sql`
  id, public_id as "publicId", state, email, address_hash as "addressHash", address_version as "addressVersion"
, time_zone as "timeZone", language, digest_time::text as "digestTime"`

export async function findAddressee(db: Db, id: number): Promise<Addressee | undefined> {
  const { rows } = await sql<Addressee>`select ${columns} from subscriber where id = ${id}`.execute(
    db,
  )
  return rows[0]
}

/** The reader, who stays as found until the caller's transaction ends. */
export async function lockAddressee(db: Db, id: number): Promise<Addressee | undefined> {
  const { rows } = await sql<Addressee>`
    select ${columns} from subscriber where id = ${id} for update`.execute(db)
  return rows[0]
}

export async function findByHash(db: Db, addressHash: Buffer): Promise<Addressee | undefined> {
  const { rows } = await sql<Addressee>`
    select ${columns} from subscriber where address_hash = ${addressHash}`.execute(db)
  return rows[0]
}

/** The reader and whoever has the address, in the order of their ids, so that two changes cannot deadlock. */
export async function lockBoth(
  db: Db,
  { subscriberId, addressHash }: { subscriberId: number; addressHash: Buffer },
): Promise<void> {
  await sql`
    select 1 from subscriber
     where id = ${subscriberId} or address_hash = ${addressHash}
     order by id
       for update`.execute(db)
}
