import { randomBytes } from 'node:crypto'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import { hashAddress } from '#secrets.ts'
import { type Address, normaliseAddress, parseTimeZone } from './address.ts'
import { type ConsentKind, recordConsent } from './consent/consent-store.ts'
import type { Witness } from './consent/witness.ts'
import type { Attributes } from './joining/attributes.ts'
import {
  admitSubscriber,
  findAsked,
  findTopics,
  followTopics,
  putAttributes,
} from './joining/join-store.ts'
import {
  ensureSubscriber,
  findByPublicId,
  findNewsletterIds,
  isSuppressed,
  lockSubscriber,
  type Subscriber,
  subscribeTo,
} from './store.ts'
import { liftByReader } from './suppression/lift.ts'
import { mayAsk } from './suppression/may-ask.ts'
import { openToken } from './tokens.ts'

export type SignUp = {
  email: string
  /** By short name. */
  newsletters: string[]
  /** By short name, of those that are offered. */
  topics: string[]
  timeZone: string
  /** BCP 47: the reader's, if the address is new. */
  language: string
  /** From the API, which may know more. */
  attributes?: Attributes
  witness: Witness
}

/** Confirmation links work this long. */
export const CONFIRM_HOURS = 48

export type ReadSignUp = Omit<SignUp, 'email' | 'newsletters' | 'topics'> & {
  address: Address
  newsletterIds: number[]
  topicIds: number[]
}

/** @throws Refusal for a bad address, time zone or choice, which the typing person can mend */
export async function readSignUp({ db }: Pick<Context, 'db'>, input: SignUp): Promise<ReadSignUp> {
  const { email, newsletters, topics, timeZone, ...rest } = input
  return {
    ...rest,
    address: normaliseAddress(email),
    newsletterIds: await getNewsletterIds(db, newsletters),
    topicIds: await getTopicIds(db, { slugs: topics, offered: true }),
    timeZone: parseTimeZone(timeZone),
  }
}

export type Asking = { subscriber: Subscriber; newsletterIds: number[]; topicIds: number[] }

/**
 * Records that somebody asked to join with this address; of a reader who is here already nothing changes by it. Who may be mailed about it is returned; undefined for an
 * address that nobody may ask again, which gets no mail and whose form shows no difference.
 */
export async function askToJoin(
  { db, clock, secrets }: Pick<Context, 'db' | 'clock' | 'secrets'>,
  { address, newsletterIds, topicIds, timeZone, language, witness }: ReadSignUp,
): Promise<Asking | undefined> {
  const now = clock.now()
  const addressHash = hashAddress(secrets, address.email)
  if (!(await mayAsk(db, { addressHash, domain: address.domain }))) return undefined
  const known = { publicId: newPublicId(), ...address, addressHash, timeZone, language, now }
  const subscriber = await ensureSubscriber(db, known)
  const subscriberId = subscriber.id
  await recordChoices(db, { kind: 'asked', subscriberId, newsletterIds, topicIds, witness, now })
  return { subscriber, newsletterIds, topicIds }
}

/** What a mail asked for. */
type AskedFor = {
  subscriber: Subscriber
  newsletterIds: number[]
  topicIds: number[]
  /** What the form was in. */
  language: string
  /** What the API said of the reader, if it is so. */
  attributes: Attributes
  /** When the mail was due. */
  askedAt: Date
}

export type Confirmation =
  /** Expired was good once: the same may be asked again. */
  ({ kind: 'open' | 'confirmed' | 'expired' } & AskedFor) | { kind: 'unknown' }

/** What a confirmation link stands for; confirmed is one that has done its work. Changes nothing. */
export async function readConfirmation(
  { db, clock, secrets }: Pick<Context, 'db' | 'clock' | 'secrets'>,
  token: string,
): Promise<Confirmation> {
  const opened = openToken(secrets, 'confirm', token)
  const subscriber = opened && (await findByPublicId(db, opened.publicId))
  if (opened === undefined || subscriber === undefined) return { kind: 'unknown' }
  const about = { mailId: opened.reference, subscriberId: subscriber.id }
  const asked = await findAsked(db, about)
  if (asked === undefined || asked.closed) return { kind: 'unknown' }
  const age = clock.now().getTime() - asked.releaseAt.getTime()
  return {
    kind: kindOf(asked, age),
    subscriber,
    newsletterIds: asked.newsletterIds,
    topicIds: asked.topicIds ?? [],
    language: asked.language ?? subscriber.language,
    attributes: asked.attributes ?? {},
    askedAt: asked.releaseAt,
  }
}

function kindOf(
  { leftSince, done }: { leftSince: boolean; done: boolean },
  age: number,
): 'open' | 'confirmed' | 'expired' {
  // Who left since does not come back by a page that the browser sends again.
  if (leftSince) return 'expired'
  if (done) return 'confirmed'
  return age > CONFIRM_HOURS * 3_600_000 ? 'expired' : 'open'
}

/** Confirms, and takes back what the reader alone may; asking twice is harmless. */
export async function confirm(
  { db, clock, secrets }: Pick<Context, 'db' | 'clock' | 'secrets'>,
  { token, witness }: { token: string; witness: Witness },
): Promise<Confirmation> {
  const read = await readConfirmation({ db, clock, secrets }, token)
  if (read.kind !== 'open') return read
  return inTransaction(db, async (transaction) => {
    const subscriberId = read.subscriber.id
    await lockSubscriber(transaction, subscriberId)
    // Another press of the button, or an unsubscribe, may have been faster.
    const confirmation = await readConfirmation({ db: transaction, clock, secrets }, token)
    if (confirmation.kind !== 'open') return confirmation
    const now = clock.now()
    const { newsletterIds, topicIds, subscriber, attributes } = confirmation
    if (subscriber.email !== null) {
      const addressHash = hashAddress(secrets, subscriber.email)
      await liftByReader(transaction, { subscriberId, addressHash, witness, now })
    }
    const agreed = {
      kind: 'confirmed',
      subscriberId,
      newsletterIds,
      topicIds,
      witness,
      now,
    } as const
    await admit(transaction, agreed)
    await putAttributes(transaction, { subscriberId, attributes })
    return { ...confirmation, kind: 'confirmed' as const }
  })
}

export type Added = {
  email: string
  newsletters: string[]
  topics: string[]
  timeZone: string
  language: string
}

/**
 * An operator vouches for the reader's consent. Who left, or is on the do-not-mail list, can only come back by
 * signing up.
 * @param input.witness where the operator acts by other means than a command
 */
export async function addSubscriber(
  context: Pick<Context, 'db' | 'clock' | 'secrets'>,
  input: Added & { actor: string; witness?: Witness; attributes?: Attributes },
): Promise<Subscriber> {
  const { actor, language, attributes = {}, witness = { form: `operator ${actor}` } } = input
  const address = normaliseAddress(input.email)
  const timeZone = parseTimeZone(input.timeZone)
  const newsletterIds = await getNewsletterIds(context.db, input.newsletters)
  const topicIds = await getTopicIds(context.db, { slugs: input.topics, offered: false })
  const now = context.clock.now()
  const addressHash = hashAddress(context.secrets, address.email)
  return inTransaction(context.db, async (db) => {
    await refuseSuppressed(db, { addressHash, domain: address.domain })
    const known = { publicId: newPublicId(), ...address, addressHash, timeZone, language, now }
    const subscriber = await ensureSubscriber(db, known)
    if (subscriber.state !== 'pending' && subscriber.state !== 'active') {
      const state = subscriber.state === 'left' ? 'unsubscribed' : subscriber.state
      throw new Refusal(`this reader is ${state}: only the reader can sign up again`, {
        field: 'email',
      })
    }
    const subscriberId = subscriber.id
    await putAttributes(db, { subscriberId, attributes })
    await admit(db, { kind: 'added', subscriberId, newsletterIds, topicIds, witness, now })
    return { ...subscriber, state: 'active' as const }
  })
}

async function refuseSuppressed(
  db: Db,
  { addressHash, domain }: { addressHash: Buffer; domain: string },
): Promise<void> {
  const field = 'email'
  if (await isSuppressed(db, addressHash))
    throw new Refusal('this address is on the do-not-mail list', { field })
  if (!(await mayAsk(db, { addressHash, domain })))
    throw new Refusal('its whole domain is on the do-not-mail list', { field })
}

type Choices = {
  kind: ConsentKind
  subscriberId: number
  newsletterIds: number[]
  topicIds: number[]
  witness: Witness
  now: Date
}

async function admit(db: Db, choices: Choices): Promise<void> {
  const { subscriberId, now } = choices
  await admitSubscriber(db, { id: subscriberId, now })
  await subscribeTo(db, choices)
  await followTopics(db, choices)
  await recordChoices(db, choices)
}

async function recordChoices(
  db: Db,
  { newsletterIds, topicIds, ...event }: Choices,
): Promise<void> {
  for (const newsletterId of newsletterIds) await recordConsent(db, { ...event, newsletterId })
  for (const topicId of topicIds) await recordConsent(db, { ...event, topicId })
}

async function getNewsletterIds(db: Db, slugs: string[]): Promise<number[]> {
  if (slugs.length === 0)
    throw new Refusal('no newsletter is chosen: choose at least one', { field: 'newsletters' })
  const ids = await findNewsletterIds(db, slugs)
  if (ids.length !== new Set(slugs).size) {
    throw new Refusal(
      `a newsletter named ${slugs.join(', ').slice(0, 100)} does not exist: choose one of the list`,
      { field: 'newsletters' },
    )
  }
  return ids
}

async function getTopicIds(
  db: Db,
  { slugs, offered }: { slugs: string[]; offered: boolean },
): Promise<number[]> {
  const found = (await findTopics(db, slugs)).filter((topic) => topic.offered || !offered)
  const missing = slugs.filter((slug) => !found.some((topic) => topic.slug === slug))
  if (missing.length > 0) {
    throw new Refusal(
      `a topic named ${missing.join(', ').slice(0, 100)} is not on offer: choose one of the list`,
      { field: 'topics' },
    )
  }
  return found.map(({ id }) => id)
}

/** 48 random bits: not guessable from another reader's, and exact as a number. */
function newPublicId(): number {
  return randomBytes(6).readUIntBE(0, 6)
}
