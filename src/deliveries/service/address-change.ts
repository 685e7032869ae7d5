import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { hashAddress } from '#secrets.ts'
import { type Address, limitKeyOf } from '#subscribers/address.ts'
import { recordConsent } from '#subscribers/consent/consent-store.ts'
import type { Witness } from '#subscribers/consent/witness.ts'
import { dropChoices, dropReplies, emptySubscriber } from '#subscribers/erasure/erase-store.ts'
import { liftByReader } from '#subscribers/suppression/lift.ts'
import { mayAsk } from '#subscribers/suppression/may-ask.ts'
import { openToken } from '#subscribers/tokens.ts'
import {
  type Asked,
  findAsked,
  moveReader,
  uniteChoices,
  uniteLetters,
  uniteMails,
} from './address-change-store.ts'
import {
  type Addressee,
  findAddressee,
  findByHash,
  lockAddressee,
  lockBoth,
} from './addressee-store.ts'
import { ensureForm } from './form.ts'
import { letterForm } from './letter.ts'
import { lockLimits, planLimited, planOwn } from './plan-store.ts'

type Needs = Pick<Context, 'db' | 'clock' | 'secrets' | 'relay' | 'enqueue'>
type Reading = Pick<Context, 'db' | 'clock' | 'secrets'>

const HOUR_MS = 3_600_000
export const ADDRESS_CHANGE_HOURS = 24

/**
 * Asks the new address whether it wants the reader's mails, and tells the old one that it was asked for. Nothing changes
 * until the new one says yes. The caller's answer is the same whoever has the new address.
 * @returns whether a mail is planned
 */
export async function askAddressChange(
  context: Needs,
  { subscriberId, address, witness }: { subscriberId: number; address: Address; witness: Witness },
): Promise<boolean> {
  const { db, clock, secrets, relay, enqueue } = context
  const reader = await findAddressee(db, subscriberId)
  if (reader === undefined || reader.email === null) return false
  const { language } = reader
  const link = {
    about: 'addressChange',
    slot: 'addressChangeUrl',
    life: { hours: ADDRESS_CHANGE_HOURS },
  } as const
  const form = await ensureForm(db, await letterForm(db, { ...link, language }))
  const note = await ensureForm(db, await letterForm(db, { about: 'addressNote', language }))
  const addressHash = hashAddress(secrets, address.email)
  const limitHash = hashAddress(secrets, limitKeyOf(address))
  const common = { subscriberId, test: relay.test, now: clock.now() }
  const planned = await inTransaction(db, async (transaction) => {
    await lockLimits(transaction, [limitHash])
    const locked = await lockAddressee(transaction, subscriberId)
    if (locked?.addressHash == null || locked.addressHash.equals(addressHash)) return false
    const { domain } = address
    if (!(await mayAsk(transaction, { addressHash, domain }))) return false
    const asks = await planLimited(transaction, {
      ...common,
      kind: 'address change',
      recipient: address.email,
      addressHash,
      limitHash,
      form,
      payload: { domain, addressVersion: locked.addressVersion },
    })
    if (!asks) return false
    const own = { form: note, payload: { for: 'note', note: true }, lifeMs: 24 * HOUR_MS }
    await planOwn(transaction, { ...common, ...own, kind: 'address change' }, [
      { most: 3, withinMs: 24 * HOUR_MS },
    ])
    await recordConsent(transaction, { subscriberId, kind: 'asked', witness, now: common.now })
    return true
  })
  if (planned) await enqueue('drain-lane', { lane: 'confirmation' })
  return planned
}

/** What a link to a new address stands for: only the holder of that mailbox sees it. */
export type AddressChange =
  | { kind: 'open' | 'done' | 'taken'; subscriberId: number; email: string; language: string }
  /** Too late, overtaken by another change, or the address must not be mailed any more. */
  | { kind: 'expired'; language: string }
  | { kind: 'unknown' }

/** Changes nothing. `taken`: another reader gets mails at this address already. */
export async function readAddressChange(context: Reading, token: string): Promise<AddressChange> {
  return (await readChange(context, token)).change
}

/**
 * The holder of the new address has said yes. Whoever asked there before, or left, is the same person: what that row
 * chose comes along, and the row is emptied. Asking twice is harmless. A database that is restored from before knows only
 * the old address: it is told that nobody is mailed there any more.
 */
export async function confirmAddressChange(
  context: Reading & Pick<Context, 'leavings'>,
  token: string,
  witness: Witness,
): Promise<AddressChange> {
  const { asked } = await readChange(context, token)
  if (asked === undefined) return readAddressChange(context, token)
  const now = context.clock.now()
  const { change, moved } = await inTransaction(context.db, async (db) => {
    const own = { ...context, db }
    // With who signs up with this address at the same moment, and in the order of ids with other changes.
    await lockLimits(db, [asked.limitHash])
    await lockBoth(db, asked)
    const seen = await readChange(own, token)
    if (seen.change.kind !== 'open') return { change: seen.change }
    const other = await findByHash(db, asked.addressHash)
    if (other !== undefined) await unite(db, { asked, other, witness, now })
    await moveReader(db, asked)
    const { subscriberId, addressHash } = asked
    await liftByReader(db, { subscriberId, addressHash, witness, now })
    await recordConsent(db, { subscriberId, kind: 'address changed', witness, now })
    return { change: { ...seen.change, kind: 'done' as const }, moved: seen.addressHash }
  })
  if (moved !== undefined)
    await context.leavings.note([
      { at: now, kind: 'moved', newsletterId: null, addressHash: moved },
    ])
  return change
}

async function readChange(
  { db, clock, secrets }: Reading,
  token: string,
): Promise<{ change: AddressChange; asked?: Asked; addressHash?: Buffer }> {
  const opened = openToken(secrets, 'addressChange', token)
  const asked =
    opened && (await findAsked(db, { mailId: opened.reference, publicId: opened.publicId }))
  const reader = asked && (await findAddressee(db, asked.subscriberId))
  if (asked === undefined || reader === undefined || reader.addressHash === null)
    return { change: { kind: 'unknown' } }
  const other = await findByHash(db, asked.addressHash)
  const kind = kindOf({ asked, reader, other, now: clock.now() })
  const { language } = reader
  if (kind === 'expired') return { change: { kind, language }, asked }
  const { subscriberId, email } = asked
  const { addressHash } = reader
  return { change: { kind, subscriberId, email, language }, asked, addressHash }
}

type Seen = { asked: Asked; reader: Addressee; other: Addressee | undefined; now: Date }

function kindOf({ asked, reader, other, now }: Seen): 'open' | 'done' | 'taken' | 'expired' {
  if (reader.addressHash?.equals(asked.addressHash) === true) return 'done'
  const age = now.getTime() - asked.askedAt.getTime()
  const late = age > ADDRESS_CHANGE_HOURS * HOUR_MS
  if (late || asked.refused || reader.addressVersion !== asked.addressVersion) return 'expired'
  return other?.state === 'active' ? 'taken' : 'open'
}

async function unite(
  db: Db,
  {
    asked: { subscriberId },
    other,
    witness,
    now,
  }: { asked: Asked; other: Addressee; witness: Witness; now: Date },
): Promise<void> {
  const both = { from: other.id, to: subscriberId }
  const newsletterIds = await uniteChoices(db, { ...both, now })
  await uniteMails(db, both)
  await uniteLetters(db, both)
  await emptyOther(db, { other, witness, now })
  for (const newsletterId of newsletterIds)
    await recordConsent(db, { subscriberId, newsletterId, kind: 'confirmed', witness, now })
}

/**
 * The other row has no person any more, and its old links lead to nobody; its ledger rows stay, for the counts. Less than
 * an erasure: the address lives on, and is not to stand on the do-not-mail list.
 */
async function emptyOther(
  db: Db,
  {
    other: { id: subscriberId, email },
    witness,
    now,
  }: { other: Addressee; witness: Witness; now: Date },
): Promise<void> {
  if (email !== null) await dropReplies(db, { subscriberId, email })
  // Before the key goes: recording would make a new one.
  await recordConsent(db, { subscriberId, kind: 'erased', witness, now })
  await dropChoices(db, { subscriberId })
  await emptySubscriber(db, { subscriberId })
}
