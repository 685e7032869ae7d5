import { type FileHandle, open } from 'node:fs/promises'
import type { Context, DomainNote } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { hasCode } from '#errors.ts'
import { recordConsent } from './consent/consent-store.ts'
import { eraseAgain } from './erasure/erase.ts'
import { type Line, parseLine } from './leaving-line.ts'
import { replayDomain } from './suppression/replay-domain.ts'
import { leavingsPath } from './leavings.ts'
import {
  closeAgain,
  findPlace,
  hasPlaces,
  liftAgain,
  listUnknown,
  savePlace,
  suppressAgain,
} from './replay-store.ts'
import type { SuppressionReason } from './suppression/suppression-store.ts'
import { activateSubscriber, leave, lockSubscriber, subscribeTo } from './store.ts'

export type Replayed = { left: number; returned: number; suppressed: number; damaged: number }

/** Some eight thousand lines: 200,000 of an imported do-not-mail list took 4.8 s in pieces of 64 KB, and 3.1 so. */
const CHUNK_BYTES = 2 ** 20
/** Who moved to another address leaves the old one: the file cannot say to where, and what they said there since is lost. */
const CHOICES: ReadonlySet<Line['kind']> = new Set(['left', 'returned', 'moved'])
const FORM = 'replayed after a restore'
/** Of the do-not-mail list. */
const REASONS: Partial<Record<Line['kind'], SuppressionReason>> = {
  asked: 'asked',
  complained: 'complained',
  erased: 'erased',
  listed: 'left',
  bounced: 'bounced',
  reported: 'complained',
  forgotten: 'erased',
  blocked: 'blocked',
}

/**
 * Before anything is sent: who left according to the file outside the database has left in it. From where the database
 * last stood, so that a start costs nothing and a restored one is told all it missed. Asking again is harmless.
 * @throws when the file cannot be read; with `mustExist` also when it is gone, although the database has seen one
 */
export async function replayLeavings(
  { db, log }: Pick<Context, 'db' | 'log'>,
  { dataDir, mustExist = false }: { dataDir: string; mustExist?: boolean },
): Promise<Replayed> {
  const total: Replayed = { left: 0, returned: 0, suppressed: 0, damaged: 0 }
  await using file = await openToRead(leavingsPath(dataDir))
  if (file === undefined) {
    if (mustExist && (await hasPlaces(db))) throw new Error('leavings.log is not there')
    return total
  }
  const name = await nameOf(file)
  const known = await findPlace(db, name)
  let place = known <= (await file.stat()).size ? known : 0
  for (;;) {
    const { lines, damaged, bytes } = await readLines(file, place)
    if (bytes === 0) break
    if (damaged > 0) log.error({ damaged, place }, 'lines of leavings.log are damaged: skipped')
    total.damaged += damaged
    await replayLines(db, { lines, total })
    place += bytes
    await savePlace(db, { file: name, place })
  }
  if (total.left + total.returned + total.suppressed > 0)
    log.warn(total, 'the database did not know of these leavings: it was restored from a backup')
  return total
}

async function openToRead(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/** Of the first line; a damaged one gives a name nobody knows, and the file is replayed from its beginning. */
async function nameOf(file: FileHandle): Promise<string> {
  const { lines } = await readLines(file, 0)
  const [first] = lines
  return first?.kind === 'opened' ? first.addressHash.toString('hex', 0, 8) : 'without a name'
}

/** Whole lines only: the last one may be being written. */
async function readLines(
  file: FileHandle,
  place: number,
): Promise<{ lines: (Line | DomainNote)[]; damaged: number; bytes: number }> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, place)
  const end = buffer.lastIndexOf(0x0a, bytesRead - 1) + 1
  // Longer than any line: what is no line is passed over.
  if (end === 0 && bytesRead === CHUNK_BYTES) return { lines: [], damaged: 1, bytes: bytesRead }
  const texts = buffer.toString('latin1', 0, end).split('\n').slice(0, -1)
  const lines = texts.map(parseLine).filter((line) => line !== undefined)
  const empty = texts.filter((text) => text === '').length
  return { lines, damaged: texts.length - empty - lines.length, bytes: end }
}

async function replayLines(
  db: Db,
  { lines: all, total }: { lines: (Line | DomainNote)[]; total: Replayed },
): Promise<void> {
  const lines = all.filter((line): line is Line => !('domain' in line))
  // The last word on each: readers see in the consent ledger what is set, and what is taken back.
  const domains = all.flatMap((line) => ('domain' in line ? [[line.domain, line] as const] : []))
  for (const note of new Map(domains).values())
    if (await replayDomain(db, note, FORM)) total.suppressed += 1
  const closed = lines.flatMap((line) => {
    const reason = REASONS[line.kind]
    return reason === undefined ? [] : [{ ...line, reason }]
  })
  if (closed.length > 0) {
    total.suppressed += await suppressAgain(db, closed)
    await closeAgain(
      db,
      closed.filter(({ kind }) => kind === 'complained'),
    )
    for (const { kind, addressHash, at } of closed)
      if (kind === 'erased') await eraseAgain(db, { addressHash, at, form: FORM })
  }
  const lifted = lines.filter(({ kind }) => kind === 'lifted')
  if (lifted.length > 0) await liftAgain(db, lifted)
  const choices = lines.filter(({ kind }) => CHOICES.has(kind))
  for (const { index } of await listUnknown(db, choices)) {
    const line = choices[index]
    if (line !== undefined && (await replayLine(db, line))) total[kindOf(line)] += 1
  }
}

/** Looks once more under the lock: two processes of a machine start together. */
async function replayLine(db: Db, line: Line): Promise<boolean> {
  return inTransaction(db, async (transaction) => {
    const [first] = await listUnknown(transaction, [line])
    if (first === undefined) return false
    const { subscriberId } = first
    await lockSubscriber(transaction, subscriberId)
    if ((await listUnknown(transaction, [line])).length === 0) return false
    const { newsletterId, at: now } = line
    const kind = kindOf(line)
    if (kind === 'left') await leave(transaction, { subscriberId, newsletterId, now })
    else {
      const newsletterIds = newsletterId === null ? [] : [newsletterId]
      await subscribeTo(transaction, { subscriberId, newsletterIds, now })
      await activateSubscriber(transaction, { id: subscriberId, now })
    }
    await recordConsent(transaction, {
      subscriberId,
      newsletterId,
      kind,
      witness: { form: FORM },
      now,
    })
    return true
  })
}

function kindOf({ kind }: Line): 'left' | 'returned' {
  return kind === 'returned' ? 'returned' : 'left'
}
