import type { Context } from '#context.ts'
import { messageIdOf } from '#deliveries/reader-mail.ts'
import { excludedOf, readTally } from '#deliveries/tally-store.ts'
import { type Edition, getEdition } from '#editions/store.ts'
import { countOrphans, type LedgerRow, listRows, listSenders } from './proof-store.ts'
import type { Life } from './senders.ts'
import type { TakenId } from './sink.ts'

export type Proof = {
  state: string
  stateReason: string | null
  planned: number
  accepted: number
  rejected: number
  excluded: number
  uncertain: number
  /** Rows that are still planned or claimed. */
  unsettled: number
  /** Accepted, and the sink never had it. */
  missing: number
  /** Planned rows without a final state, and accepted ones that the sink never had. */
  lost: number
  /** Message-IDs that the sink took more than once. */
  doubled: number
  /** Not accepted and not uncertain, and the sink has it all the same. */
  denied: number
  /** Mails at the sink that no row stands for. */
  strangers: number
  /** Of the uncertain rows, those that the sink has. */
  uncertainAtSink: number
  /** The same of processes that were killed and whose journal was kept: at most one a connection each. */
  uncertainOfKilled: number
  uncertainOfKilledAtSink: number
  /** Processes that left more uncertain than what was done to them explains. */
  overAllowance: { pid: number; uncertain: number; allowance: number }[]
  orphans: number
  tallyDiffers: boolean
}

const PAGE = 5000

/** Holds the ledger against what the sink had, row by row. */
export async function prove(
  { db, secrets }: Pick<Context, 'db' | 'secrets'>,
  {
    editionId,
    taken,
    lives,
  }: { editionId: number; taken: readonly TakenId[]; lives: readonly Life[] },
): Promise<Proof> {
  const edition = await getEdition(db, editionId)
  const count = new Count(edition, {
    atSink: new Map(taken.map(([id, times]) => [id, times])),
    idOf: (row) => messageIdOf(secrets, edition, row),
    lifeOf: await livesBySender(db, lives),
  })
  for (let after = 0; ;) {
    const rows = await listRows(db, { editionId, after, limit: PAGE })
    for (const row of rows) count.add(row)
    after = rows.at(-1)?.subscriberId ?? after
    if (rows.length < PAGE) break
  }
  const proof = count.done()
  const tally = (await readTally(db, [editionId])).get(editionId)
  return {
    ...proof,
    orphans: await countOrphans(db, editionId),
    tallyDiffers:
      tally === undefined ||
      tally.planned !== proof.planned ||
      tally.accepted !== proof.accepted ||
      tally.rejected !== proof.rejected ||
      tally.uncertain !== proof.uncertain ||
      excludedOf(tally) !== proof.excluded ||
      tally.claimed + tally.retry !== proof.unsettled,
  }
}

async function livesBySender(
  db: Context['db'],
  lives: readonly Life[],
): Promise<Map<number, Life>> {
  const byPid = new Map(lives.map((life) => [life.pid, life]))
  const senders = await listSenders(db)
  return new Map(
    senders.flatMap(({ id, pid }) => {
      const life = byPid.get(pid)
      return life === undefined ? [] : [[id, life] as const]
    }),
  )
}

type Known = {
  atSink: Map<string, number>
  idOf: (row: LedgerRow) => string
  lifeOf: Map<number, Life>
}

class Count {
  readonly #edition: Edition
  readonly #known: Known
  readonly #states = new Map<LedgerRow['state'], number>()
  readonly #uncertain = new Map<Life | undefined, { rows: number; atSink: number }>()
  #rows = 0
  #found = 0
  #missing = 0
  #denied = 0

  constructor(edition: Edition, known: Known) {
    this.#edition = edition
    this.#known = known
  }

  add(row: LedgerRow): void {
    const had = this.#known.atSink.has(this.#known.idOf(row))
    this.#rows += 1
    this.#states.set(row.state, (this.#states.get(row.state) ?? 0) + 1)
    if (had) this.#found += 1
    if (row.state === 'accepted') this.#missing += had ? 0 : 1
    else if (row.state === 'uncertain') this.#doubt(row, had)
    else this.#denied += had ? 1 : 0
  }

  #doubt({ senderId }: LedgerRow, had: boolean): void {
    const life = this.#known.lifeOf.get(senderId ?? 0)
    const doubt = this.#uncertain.get(life) ?? { rows: 0, atSink: 0 }
    doubt.rows += 1
    if (had) doubt.atSink += 1
    this.#uncertain.set(life, doubt)
  }

  done(): Omit<Proof, 'orphans' | 'tallyDiffers'> {
    const of = (state: LedgerRow['state']) => this.#states.get(state) ?? 0
    const { audience, state, stateReason } = this.#edition
    const unsettled = of('planned') + of('claimed')
    const doubts = [...this.#uncertain]
    const killed = doubts.filter(([life]) => life?.killed === true && life.journal)
    const sum = (list: typeof doubts, what: 'rows' | 'atSink') =>
      list.reduce((total, [, doubt]) => total + doubt[what], 0)
    const vanished = Math.max(0, (audience ?? this.#rows) - this.#rows)
    return {
      state,
      stateReason,
      planned: this.#rows,
      accepted: of('accepted'),
      rejected: of('rejected'),
      excluded: of('excluded'),
      uncertain: of('uncertain'),
      unsettled,
      missing: this.#missing,
      lost: this.#missing + unsettled + vanished,
      doubled: [...this.#known.atSink.values()].filter((times) => times > 1).length,
      denied: this.#denied,
      strangers: this.#known.atSink.size - this.#found,
      uncertainAtSink: sum(doubts, 'atSink'),
      uncertainOfKilled: sum(killed, 'rows'),
      uncertainOfKilledAtSink: sum(killed, 'atSink'),
      overAllowance: doubts
        .filter(([life, { rows }]) => rows > (life?.allowance ?? 0))
        .map(([life, { rows }]) => ({
          pid: life?.pid ?? 0,
          uncertain: rows,
          allowance: life?.allowance ?? 0,
        })),
    }
  }
}
