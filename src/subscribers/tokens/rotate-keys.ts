import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import { ensureTokenKey, findTokenKey, fingerprintKey } from '#secrets.ts'
import {
  countSendingHosts,
  ensureTokenKeyRow,
  listTokenKeys,
  retireTokenKey,
  type TokenKeyRow,
} from './token-key-store.ts'

/** Until then every process has looked several times. */
const BEFORE_USE_MS = 60_000
const LAST_ID = 255
/** Readers unsubscribe by mails that are a year old. */
const KEPT_MONTHS = 13

export type Rotation =
  | { kind: 'made'; id: number; usedFrom: Date }
  /** The key is in a file here, and other machines send too. */
  | { kind: 'copy first'; id: number; hosts: number }
  /** Keys come from the environment, and this one is not there yet. */
  | { kind: 'set first'; id: number }

type Needs = Pick<Context, 'db' | 'clock' | 'config'>

/** Makes the next key of tokens, or says what is to be done before. `everywhere`: a person copied it to all machines. */
export async function rotateTokenKey(
  { db, clock, config }: Needs,
  { dataDir, everywhere }: { dataDir: string; everywhere: boolean },
): Promise<Rotation> {
  const now = clock.now()
  const keys = await listTokenKeys(db)
  const waiting = keys.find(({ usedFrom }) => usedFrom > now)
  if (waiting !== undefined)
    throw new Refusal(
      `key ${waiting.id} was made a moment ago and is used from ${waiting.usedFrom.toISOString()}: one change at a time`,
      { status: 409 },
    )
  const id = Math.max(...keys.map((key) => key.id)) + 1
  if (id > LAST_ID) throw new Refusal('there is room for 255 keys, and all are taken')
  const inEnvironment = config.tokenKey !== null
  const key = inEnvironment
    ? findTokenKey(config, { dataDir, id })
    : await ensureTokenKey({ dataDir, id })
  if (key === undefined) return { kind: 'set first', id }
  const hosts = await countSendingHosts(db, now)
  if (!inEnvironment && hosts > 1 && !everywhere) return { kind: 'copy first', id, hosts }
  const row = await ensureTokenKeyRow(db, {
    id,
    fingerprint: fingerprintKey(key),
    usedFrom: new Date(now.getTime() + BEFORE_USE_MS),
  })
  return { kind: 'made', id, usedFrom: row.usedFrom }
}

/**
 * From now on nothing opens that was signed with the key.
 * @throws Refusal for the key in use, and before 13 months unless `sure`
 */
export async function retireKey(
  { db, clock }: Pick<Needs, 'db' | 'clock'>,
  { id, sure }: { id: number; sure: boolean },
): Promise<void> {
  const now = clock.now()
  const keys = await listTokenKeys(db)
  const key = keys.find((each) => each.id === id)
  if (key === undefined)
    throw new Refusal(`there is no key ${id}: "daybreak keys" lists them`, { field: 'id' })
  if (key.retiredAt !== null) throw new Refusal(`key ${id} is retired already`, { status: 409 })
  const next = followerOf(key, keys)
  if (next === undefined || next.usedFrom > now)
    throw new Refusal(
      `key ${id} signs the links of today's mails: make the next one with "daybreak keys rotate", and retire this one a minute later at the earliest`,
      { field: 'id', status: 409 },
    )
  const until = monthsAfter(next.usedFrom, KEPT_MONTHS)
  if (now < until && !sure)
    throw new Refusal(
      `links in mails from before ${dayOf(next.usedFrom)} are signed with key ${id}, and readers unsubscribe by mails that are a year old: it may go on ${dayOf(until)}. If the key is known to others, "daybreak keys retire ${id} --yes" retires it now`,
      { field: 'yes', status: 409 },
    )
  if (!(await retireTokenKey(db, { id, now })))
    throw new Refusal(`key ${id} cannot be retired: it is the last one in use`, { status: 409 })
}

function followerOf(key: TokenKeyRow, keys: TokenKeyRow[]): TokenKeyRow | undefined {
  return keys
    .filter(({ usedFrom, retiredAt }) => usedFrom > key.usedFrom && retiredAt === null)
    .toSorted((one, other) => one.usedFrom.getTime() - other.usedFrom.getTime())[0]
}

function monthsAfter(time: Date, months: number): Date {
  const later = new Date(time)
  later.setUTCMonth(later.getUTCMonth() + months)
  return later
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10)
}
