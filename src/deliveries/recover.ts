import { rm } from 'node:fs/promises'
import { sql } from 'kysely'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { isAlive } from '#db/process-identity.ts'
import { type Entry, lastWords, readJournal, wordKey } from './journal.ts'
import { type Fate, recordOutcomes, type RowKey, type Settled } from './outcome-store.ts'
import { endSender, type Sender } from './sender.ts'

type Lost = {
  id: number
  hostId: string
  bootId: string
  pid: number
  processStart: string
  journal: string
  unseen: boolean
}

export type Recovered = { accepted: number; planned: number; uncertain: number }

/**
 * Settles the rows of senders that are gone. On this host and boot their journals tell: replied to → that outcome,
 * begun without a reply → uncertain, not begun → planned again. Without a journal to trust (another boot or host, a
 * damaged file) every unfinished row is uncertain. A living sender that let its lease pass may still send: uncertain.
 */
export async function recoverSenders(
  context: Pick<Context, 'db' | 'clock' | 'log'>,
  { hostId, bootId, id: ownId }: Pick<Sender, 'id' | 'hostId' | 'bootId'>,
): Promise<Recovered> {
  const total: Recovered = { accepted: 0, planned: 0, uncertain: 0 }
  for (const lost of await listOpenSenders(context.db, context.clock.now())) {
    if (lost.id === ownId) continue
    const here = lost.hostId === hostId && lost.bootId === bootId
    const gone =
      here && !isAlive({ pid: lost.pid, processStart: numberOf(lost.processStart), bootId })
    const rows = await settleRows(context, { lost, gone })
    count(total, rows)
    const rebooted = lost.hostId === hostId && lost.bootId !== bootId
    if (gone || rebooted || (!here && lost.unseen)) await close(context, lost)
  }
  return total
}

/** Of a sender that may be alive, only the rows whose lease has passed are settled. */
async function settleRows(
  { db, clock, log }: Pick<Context, 'db' | 'clock' | 'log'>,
  { lost, gone }: { lost: Lost; gone: boolean },
): Promise<Settled[]> {
  const now = clock.now()
  const open = await listOpenRows(db, { senderId: lost.id, lapsedAt: gone ? null : now })
  if (open.length === 0) return []
  const words = gone ? journalOf(lost) : undefined
  const rows = open.map((key) => ({ key, fate: fateOf(words, key), at: now }))
  await recordOutcomes(db, { senderId: lost.id, rows })
  log.warn(
    { sender: lost.id, ...tally(rows), journal: words !== undefined },
    'settled the rows of a lost sender',
  )
  return rows
}

async function close(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  { id, journal }: Lost,
): Promise<void> {
  if (await endSender(db, { id, now: clock.now() })) await rm(journal, { force: true })
}

function journalOf({ journal }: Lost): Map<string, Entry> | undefined {
  const entries = readJournal(journal)
  return entries === undefined ? undefined : lastWords(entries)
}

function fateOf(words: Map<string, Entry> | undefined, key: RowKey): Fate {
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

function count(total: Recovered, rows: { fate: Fate }[]) {
  const { accepted = 0, uncertain = 0, 'given back': planned = 0 } = tally(rows)
  total.accepted += accepted
  total.uncertain += uncertain
  total.planned += planned
}

function tally(rows: { fate: Fate }[]): Partial<Record<Fate['kind'], number>> {
  const counts: Partial<Record<Fate['kind'], number>> = {}
  for (const { fate } of rows) counts[fate.kind] = (counts[fate.kind] ?? 0) + 1
  return counts
}

async function listOpenSenders(db: Db, now: Date): Promise<Lost[]> {
  const { rows } = await sql<Lost>`
    select id, host_id as "hostId", boot_id as "bootId", pid, process_start as "processStart", journal
         , seen_at < ${now}::timestamptz - interval '1 hour' as unseen
      from sender where ended_at is null order by id desc limit 1000`.execute(db)
  return rows
}

/** Claimed rows of a sender; of one that may be alive only those whose lease has passed. */
async function listOpenRows(
  db: Db,
  { senderId, lapsedAt }: { senderId: number; lapsedAt: Date | null },
): Promise<RowKey[]> {
  const { rows } = await sql<RowKey>`
    select d.edition_id as "editionId", d.subscriber_id as "subscriberId", d.attempt
      from edition e join delivery d on d.edition_id = e.id
     where e.state in ('sending', 'held', 'stopped') and d.state = 'claimed' and d.sender_id = ${senderId}
       and (${lapsedAt}::timestamptz is null or d.lease_until < ${lapsedAt})
     union all
    select 0, id, attempt from service_mail
     where state = 'claimed' and sender_id = ${senderId}
       and (${lapsedAt}::timestamptz is null or lease_until < ${lapsedAt})
     limit 10000`.execute(db)
  return rows
}

function numberOf(text: string): number | undefined {
  return text === '' ? undefined : Number(text)
}
