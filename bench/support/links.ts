import { sql } from 'kysely'
import type { DrillHouse } from '#drill/drill-house.ts'
import { sealToken } from '#subscribers/tokens.ts'

/** Links of mails of the edition, each of another reader. */
export class Links {
  readonly #house: DrillHouse
  readonly #editionId: number
  taken = 0

  constructor(house: DrillHouse, editionId: number) {
    this.#house = house
    this.#editionId = editionId
  }

  async take(count: number): Promise<string[]> {
    const { db, secrets } = this.#house.app.context
    // Anybody's turn may come: neighbours in the table are not neighbours in time.
    const { rows } = await sql<{ publicId: number }>`
      select public_id as "publicId" from subscriber
       order by hashint8(id), id limit ${count} offset ${this.taken}`.execute(db)
    if (rows.length < count) throw new Error(`there are no ${count} more readers: no figures`)
    this.taken += count
    return rows.map(({ publicId }) => {
      const token = { publicId, reference: this.#editionId, addressVersion: 0 }
      return `POST /u/${sealToken(secrets, 'unsubscribe', token)}`
    })
  }
}
