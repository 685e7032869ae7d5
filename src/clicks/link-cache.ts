import type { Db } from '#db/open.ts'
import { listLinks } from './click-store.ts'

/** Readers click the editions of the last days. */
const EDITIONS = 200

/** The links of editions, kept once nobody can change them any more. Readers who click at once share one look. */
export class LinkCache {
  readonly #db: Db
  readonly #editions = new Map<number, Promise<readonly string[]>>()

  constructor(db: Db) {
    this.#db = db
  }

  async of(editionId: number): Promise<readonly string[]> {
    const known = this.#editions.get(editionId)
    if (known !== undefined) return known
    const looked = this.#look(editionId)
    this.#editions.set(editionId, looked)
    const [oldest] = this.#editions.keys()
    if (this.#editions.size > EDITIONS && oldest !== undefined) this.#editions.delete(oldest)
    return looked
  }

  async #look(editionId: number): Promise<readonly string[]> {
    let frozen = false
    try {
      const links = await listLinks(this.#db, editionId)
      frozen = links.frozen
      return links.urls
    } finally {
      if (!frozen) this.#editions.delete(editionId)
    }
  }
}
