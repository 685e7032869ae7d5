import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import { hashAddress } from '#secrets.ts'
import { normaliseAddress } from '#subscribers/address.ts'
import { openLocalPart, type Token } from '#subscribers/tokens.ts'
import { countDoubts, type Done } from './act.ts'
import { actOnComplaint, actOnLeaving } from './act-on-wish.ts'
import { acceptDelivered, findByRelayId } from './mailed-store.ts'
import type { Provider, ProviderEvent } from './provider-event.ts'
import {
  addReturn,
  countEvents,
  NO_VERDICT,
  NOBODY,
  type Payload,
  settleReturn,
} from './returned-store.ts'
import { finish, type Taking, wordsOf } from './take-return.ts'

/**
 * Takes a webhook's events in one transaction: once it is answered, none is lost. Complaints and wishes to leave are
 * honoured before the answer, so that the next claim knows of them; bounces wait for the job.
 */
export async function takeProviderEvents(
  context: Taking & Pick<Context, 'enqueue'>,
  { provider, events }: { provider: Provider; events: ProviderEvent[] },
): Promise<{ taken: number }> {
  const { db, clock } = context
  const now = clock.now()
  const { dones, waiting } = await inTransaction(db, async (transaction) => {
    const inside = { ...context, db: transaction, now, provider }
    await countEvents(transaction, { channel: provider, names: namesOf(events), now })
    const doubts = await settleDelivered(inside, events)
    let bounces = 0
    const wishes: Wish[] = []
    for (const event of events) {
      const added = await addEvent(inside, event)
      if (added === 'bounce') bounces += 1
      else if (added !== undefined) wishes.push(added)
    }
    const acted = await honour(inside, wishes)
    await countDoubts(transaction, [...doubts, ...acted.flatMap((done) => done.doubts ?? [])])
    return { dones: acted, waiting: bounces }
  })
  await finish(context, dones)
  if (waiting > 0) await context.enqueue('take-returns', {})
  return { taken: events.length }
}

type Inside = Pick<Context, 'secrets'> & { db: Db; now: Date; provider: Provider }

/** What is counted and not kept: one row a delivered mail would be as many rows as mails. */
function namesOf(events: ProviderEvent[]): string[] {
  return events.flatMap(({ event }) => {
    if (event.kind === 'other') return [event.name.slice(0, 60)]
    if (event.kind === 'delivered') return ['delivered']
    return isDelay(event) ? ['delayed'] : []
  })
}

function isDelay(event: ProviderEvent['event']): boolean {
  return event.kind === 'bounce' && (event.reason === 'delayed' || event.reason === 'delivered')
}

/** Only by our own token: a row in doubt has no relay's id, for the relay's answer was not heard. */
async function settleDelivered({ secrets, db, now }: Inside, events: ProviderEvent[]) {
  const tokens = events.flatMap(({ token, event }) => {
    const arrived = event.kind === 'delivered' || isDelay(event)
    return (arrived && token !== null && openLocalPart(secrets, 'bounce', token)) || []
  })
  const mails = tokens.map(({ publicId, reference, addressVersion }) => ({
    publicId,
    editionId: reference,
    version: addressVersion,
  }))
  return mails.length === 0 ? [] : acceptDelivered(db, { mails, now })
}

type Wish = {
  id: number
  token: Token | undefined
  event: Extract<ProviderEvent['event'], { kind: 'complaint' | 'unsubscribe' | 'auto-reply' }>
}

/** A row for it, if it is new and one that is kept. */
async function addEvent(inside: Inside, said: ProviderEvent): Promise<Wish | 'bounce' | undefined> {
  const { event, key, at } = said
  if (event.kind === 'delivered' || event.kind === 'other' || isDelay(event)) return undefined
  const { db, provider } = inside
  const { payload, ...clue } = clueOf(inside, said)
  const { relayId } = clue
  const words = event.kind === 'unsubscribe' ? { ...NO_VERDICT, kind: event.kind } : wordsOf(event)
  // PostgreSQL takes no NUL, and one odd event must not keep its neighbours from being taken.
  const plain = key.replaceAll('\0', '')
  const id = await addReturn(db, { ...words, channel: provider, key: plain, at, relayId, payload })
  if (id === undefined) return undefined
  if (event.kind === 'bounce') return 'bounce'
  return { id, event, token: clue.token ?? (await findToken(inside, clue)) }
}

type Clue = {
  token: Token | undefined
  hash: Buffer | undefined
  relayId: string | null
  payload: Payload
}

/** Whom it may be about: our token, or what finds the row. Addresses are not kept. */
function clueOf(
  { secrets }: Pick<Inside, 'secrets'>,
  { token: text, relayId: id, recipient }: ProviderEvent,
): Clue {
  const token = text === null ? undefined : openLocalPart(secrets, 'bounce', text)
  const relayId = id?.replace(/^<|>$/g, '') ?? null
  if (token !== undefined) return { token, relayId, hash: undefined, payload: { token } }
  const hash = recipient === null || relayId === null ? undefined : hashOf(secrets, recipient)
  const payload = hash === undefined ? {} : { recipient: hash.toString('hex') }
  return { token, hash, relayId, payload }
}

/** The relay's id of the row, together with the address, says the same as our token; an address alone says nothing. */
export async function findToken(
  { db, now }: { db: Db; now: Date },
  { hash, relayId }: { hash: Buffer | undefined; relayId: string | null },
): Promise<Token | undefined> {
  if (hash === undefined || relayId === null) return undefined
  const found = await findByRelayId(db, { addressHash: hash, relayId, now })
  if (found === undefined) return undefined
  const { publicId, editionId: reference, version: addressVersion } = found
  return { publicId, reference, addressVersion }
}

/** In the readers' order, so that two webhooks lock them in the same order and cannot deadlock. */
async function honour(inside: Inside, wishes: Wish[]): Promise<Done[]> {
  const { db, now } = inside
  const dones: Done[] = []
  const order = ({ token }: Wish) => token?.publicId ?? 0
  for (const { id, token, event } of wishes.toSorted((one, other) => order(one) - order(other))) {
    const done: Done =
      token === undefined
        ? { effect: 'nobody known', about: NOBODY }
        : await honourOne(inside, { token, event })
    await settleReturn(db, { id, ...done, now })
    dones.push(done)
  }
  return dones
}

async function honourOne(
  { db, now, provider }: Inside,
  { token, event }: { token: Token; event: Wish['event'] },
): Promise<Done> {
  switch (event.kind) {
    case 'complaint':
      return actOnComplaint(db, { token, feedback: event.feedback, now })
    case 'unsubscribe':
      return actOnLeaving(db, { token, form: provider, now })
    case 'auto-reply':
      return { effect: 'nothing', about: NOBODY }
  }
}

function hashOf(secrets: Context['secrets'], recipient: string): Buffer {
  try {
    return hashAddress(secrets, normaliseAddress(recipient).email)
  } catch (error) {
    // No address that we would ever have mailed: it finds nobody.
    if (error instanceof Refusal) return hashAddress(secrets, recipient)
    throw error
  }
}
