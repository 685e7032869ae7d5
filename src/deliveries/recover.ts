import type { Context } from '#context.ts'
import { isAlive } from '#db/process-identity.ts'
import { type Entry, wordKey } from './journal-record.ts'
import {
  claimLook,
  claimOwnLook,
  LAPSED,
  listOpenRows,
  listOpenSenders,
  type OpenSender,
} from './lost-store.ts'
import { type Fate, recordOutcomes, type RowKey } from './outcome-store.ts'
import { lastWords, readJournal, removeJournal } from './read-journal.ts'
import { endSender, type Sender } from './sender.ts'
import { forgetLook } from './uncertain-store.ts'

export type Recovered = { accepted: number; planned: number; uncertain: number }

/**
 * Settles the rows of senders that are gone. On this host and boot their journals tell: replied to → that outcome,
 * begun without a reply → uncertain, not begun → planned again. Without a journal to trust (another boot or host, a
 * damaged file) every unfinished row is uncertain. A living sender that let its lease pass may still send: uncertain.
 */
export async function recoverSenders(
  context: Pick<Context, 'db' | 'clock' | 'log'>,
  own: Pick<Sender, 'id' | 'hostId' | 'bootId' | 'journal'>,
): Promise<Recovered> {
  const total = await settleOwn(context, own)
  for (const lost of await listOpenSenders(context.db, context.clock.now())) {
    if (lost.id === own.id) continue
    const gone = isGone(lost, own)
    if (!gone && !(await isToBeLookedAt(context, lost))) continue
    add(total, await settleRows(context, { lost, gone }))
    if (gone || isGivenUp(lost, own)) await close(context, lost)
  }
  return total
}

type Host = Pick<Sender, 'hostId' | 'bootId'>

/**
 * Of this process: rows whose lease has passed and that are not on their way. Nothing of them can begin any more; what
 * the journal knows of them counts.
 */
async function settleOwn(
  { db, clock, log }: Pick<Context, 'db' | 'clock' | 'log'>,
  { id, journal }: Pick<Sender, 'id' | 'journal'>,
): Promise<Recovered> {
  const now = clock.now()
  const total: Recovered = { accepted: 0, planned: 0, uncertain: 0 }
  if (!(await claimOwnLook(db, { senderId: id, now }))) return total
  const open = await listOpenRows(db, { senderId: id, lapsedAt: now })
  const left = open.rows.filter((key) => !journal.isOpen(key))
  if (left.length === 0) return total
  const entries = journal.read()
  const words = entries === undefined ? undefined : lastWords(entries)
  const rows = left.map((key) => ({ key, fate: fateOf(words, { key, gone: true }), at: now }))
  await recordOutcomes(db, { senderId: id, rows })
  add(total, countFates(rows))
  log.warn({ ...total }, 'settled rows that this process had claimed and did not know of')
  return total
}

/** Provably: it ran on this boot of this host, and does not any more. */
function isGone(lost: OpenSender, { hostId, bootId }: Host): boolean {
  const { pid, processStart } = lost
  const here = lost.hostId === hostId && lost.bootId === bootId
  return here && !isAlive({ pid, processStart: numberOf(processStart), bootId })
}

/** Of an earlier boot of this host, or for an hour not heard of from where nobody can look. */
function isGivenUp(lost: OpenSender, { hostId, bootId }: Host): boolean {
  return lost.hostId === hostId ? lost.bootId !== bootId : lost.unseen
}

async function isToBeLookedAt(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  { id, silent }: OpenSender,
): Promise<boolean> {
  return silent && claimLook(db, { senderId: id, now: clock.now() })
}

/** Of a sender that may be alive, only the rows whose lease has passed are settled. */
async function settleRows(
  { db, clock, log }: Pick<Context, 'db' | 'clock' | 'log'>,
  { lost, gone }: { lost: OpenSender; gone: boolean },
): Promise<Recovered> {
  const now = clock.now()
  const total: Recovered = { accepted: 0, planned: 0, uncertain: 0 }
  let words: Map<string, Entry> | undefined
  for (let more = true; more;) {
    const open = await listOpenRows(db, { senderId: lost.id, lapsedAt: gone ? null : now })
    if (open.rows.length === 0) break
    if (gone) words ??= journalOf(lost)
    const rows = open.rows.map((key) => ({ key, fate: fateOf(words, { key, gone }), at: now }))
    const written = await recordOutcomes(db, { senderId: lost.id, rows })
    add(total, countFates(rows))
    more = open.more && written > 0
  }
  if (total.accepted + total.planned + total.uncertain > 0)
    log.warn(
      { sender: lost.id, ...total, journal: words !== undefined },
      'settled the rows of a lost sender',
    )
  return total
}

async function close(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  { id, journal }: OpenSender,
): Promise<void> {
  if (!(await endSender(db, { id, now: clock.now() }))) return
  removeJournal(journal)
  await forgetLook(db, id)
}

function journalOf({ journal }: OpenSender): Map<string, Entry> | undefined {
  const entries = readJournal(journal)
  return entries === undefined ? undefined : lastWords(entries)
}

function fateOf(
  words: Map<string, Entry> | undefined,
  { key, gone }: { key: RowKey; gone: boolean },
): Fate {
  if (!gone) return { kind: 'uncertain', reason: LAPSED }
  if (words === undefined)
    return {
      kind: 'uncertain',
      reason: 'the sending process was lost, and its journal cannot tell',
    }
  const entry = words.get(wordKey(key))
  switch (entry?.kind) {
    case undefined:
      return { kind: 'given back' }
    case 'accepted':
      return {
        kind: 'accepted',
        relayId: entry.relayId,
        reply: 'accepted, told by the journal of a lost process',
      }
    case 'begun':
      return {
        kind: 'uncertain',
        reason: 'the sending process was lost while the relay took the mail',
      }
    case 'other':
      return { kind: 'given back' }
  }
}

function countFates(rows: { fate: Fate }[]): Recovered {
  const of = (kind: Fate['kind']) => rows.filter(({ fate }) => fate.kind === kind).length
  return { accepted: of('accepted'), planned: of('given back'), uncertain: of('uncertain') }
}

function add(total: Recovered, { accepted, planned, uncertain }: Recovered): void {
  total.accepted += accepted
  total.planned += planned
  total.uncertain += uncertain
}

function numberOf(text: string): number | undefined {
  return text === '' ? undefined : Number(text)
}
