import type { Context } from '#context.ts'
import { reasonOf, Refusal } from '#errors.ts'
import { fingerprintKey, type TokenKey, type TokenRing } from '#secrets.ts'
import { ensureTokenKeyRow, listTokenKeys, type TokenKeyRow } from './token-key-store.ts'

const LOOK_MS = 10_000
/** Anybody can send tokens with made-up numbers of keys. */
const SEARCH_MS = 1_000
const FIRST = 1

type Needs = Pick<Context, 'db' | 'clock' | 'log'>
/** Reads the key of this number from where this machine keeps its keys. */
type FindKey = (id: number) => Buffer | undefined
type Held = TokenKey & { row: TokenKeyRow }

/**
 * The keys of tokens. Which one signs is told by the table, the same for all processes, and by the time of what is
 * signed; each looks every ten seconds, and a new key is used a minute after it was made.
 */
export class KeyRing implements TokenRing, Disposable {
  readonly #context: Needs
  readonly #find: FindKey
  readonly #timer: NodeJS.Timeout
  /** By the time from which they sign, the latest first; without those retired. */
  #signing: [Held, ...Held[]]
  readonly #checking = new Map<number, Buffer>()
  #retired = new Set<number>()
  #searchedAt = 0

  private constructor(context: Needs, { find, rows }: { find: FindKey; rows: TokenKeyRow[] }) {
    this.#context = context
    this.#find = find
    this.#signing = this.#take(rows)
    this.#timer = setInterval(() => void this.look(), LOOK_MS).unref()
  }

  /** @throws Refusal when this machine lacks a key that is in use, or has another one */
  static async open(
    context: Needs,
    { first, find }: { first: Buffer; find: FindKey },
  ): Promise<KeyRing> {
    const { db } = context
    const keyOf = (id: number) => (id === FIRST ? first : find(id))
    await ensureTokenKeyRow(db, {
      id: FIRST,
      fingerprint: fingerprintKey(first),
      usedFrom: new Date(0),
    })
    const rows = await listTokenKeys(db)
    for (const row of rows) refuseOther(row, keyOf(row.id))
    return new KeyRing(context, { find: keyOf, rows })
  }

  signing(at: Date = this.#context.clock.now()): TokenKey {
    const time = at.getTime()
    const used = this.#signing.find(({ row }) => row.usedFrom.getTime() <= time)
    // What is older than every key that is left gets the oldest of them: its links have to work.
    return used ?? this.#signing.at(-1) ?? this.#signing[0]
  }

  checking(id: number): Buffer | undefined {
    return this.#checking.get(id) ?? (this.#retired.has(id) ? undefined : this.#search(id))
  }

  /** What was made or retired since. */
  async look(): Promise<void> {
    const { db, log } = this.#context
    try {
      this.#signing = this.#take(await listTokenKeys(db))
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, 'the list of keys cannot be read')
    }
  }

  #take(rows: TokenKeyRow[]): [Held, ...Held[]] {
    this.#retired = new Set(rows.flatMap(({ id, retiredAt }) => (retiredAt === null ? [] : [id])))
    const held = rows.flatMap((row) => this.#hold(row))
    // What a search found stays, as of a key that a restored database does not know any more.
    for (const id of this.#retired) this.#checking.delete(id)
    for (const { id, key } of held) this.#checking.set(id, key)
    const [latest, ...others] = held.toSorted(
      (one, other) => other.row.usedFrom.getTime() - one.row.usedFrom.getTime(),
    )
    if (latest === undefined) throw new Error('no key for tokens is in use')
    return [latest, ...others]
  }

  #hold(row: TokenKeyRow): Held[] {
    const { id, retiredAt, fingerprint } = row
    if (retiredAt !== null) return []
    const fits = (key: Buffer | undefined) =>
      key !== undefined && fingerprintKey(key) === fingerprint ? key : undefined
    // The same buffer as before: what is derived from a key is kept by it.
    const key = fits(this.#checking.get(id)) ?? fits(this.#find(id))
    if (key !== undefined) return [{ id, key, row }]
    this.#context.log.error({ key: id }, `${nameOf(id)} is not on this machine: copy it here`)
    return []
  }

  #search(id: number): Buffer | undefined {
    const now = this.#context.clock.now().getTime()
    if (Math.abs(now - this.#searchedAt) < SEARCH_MS) return undefined
    this.#searchedAt = now
    try {
      const key = this.#find(id)
      if (key !== undefined) this.#checking.set(id, key)
      return key
    } catch (error) {
      this.#context.log.error({ key: id, reason: reasonOf(error) }, 'a key cannot be read')
      return undefined
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}

function refuseOther({ id, fingerprint, retiredAt }: TokenKeyRow, key: Buffer | undefined): void {
  if (retiredAt !== null || (key !== undefined && fingerprintKey(key) === fingerprint)) return
  const what =
    key === undefined
      ? `this machine has no token key ${id}, which links in readers' mails are signed with`
      : `token key ${id} of this machine is another than the one that signed links in readers' mails`
  throw new Refusal(
    `${what}: copy ${nameOf(id)} from the machine where it was made, or put the key at place ${id} of DAYBREAK_TOKEN_KEY (see docs/keys.md)`,
    { field: 'DAYBREAK_TOKEN_KEY', status: 78 },
  )
}

function nameOf(id: number): string {
  return id === FIRST ? 'secrets/token-key' : `secrets/token-key-${id}`
}
