import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import { hashAddress } from '#secrets.ts'
import { recordConsent } from './consent/consent-store.ts'
import { type Address, normaliseAddress, parseTimeZone } from './address.ts'
import {
  activateSubscriber,
  ensureSubscriber,
  findByPublicId,
  findNewsletterIds,
  followTopics,
  isSuppressed,
  type Subscriber,
  subscribeTo,
} from './store.ts'
import { openToken } from './tokens.ts'

export type SignUp = {
  email: string
  newsletters: string[]
  timeZone: string
  language: string
  form: string
}

/** Confirmation links work this long. */
export const CONFIRM_HOURS = 48

export type ReadSignUp = Omit<SignUp, 'email' | 'newsletters'> & {
  address: Address
  newsletterIds: number[]
}

/** @throws Refusal for a bad address, time zone or choice, which the typing person can mend */
export async function readSignUp({ db }: Pick<Context, 'db'>, input: SignUp): Promise<ReadSignUp> {
  const { email, newsletters, timeZone, language, form } = input
  return {
    address: normaliseAddress(email),
    newsletterIds: await getNewsletterIds({ db }, newsletters),
    timeZone: parseTimeZone(timeZone),
    language,
    form,
  }
}

export type Asking = { subscriber: Subscriber; newsletterIds: number[] }

/**
 * Records that somebody asked to join with this address. Who may be mailed about it is returned; undefined for an
 * address on the do-not-mail list, which gets no mail and whose form shows no difference.
 */
export async function askToJoin(
  { db, clock, secrets }: Pick<Context, 'db' | 'clock' | 'secrets'>,
  { address, newsletterIds, timeZone, language, form }: ReadSignUp,
): Promise<Asking | undefined> {
  const now = clock.now()
  const addressHash = hashAddress(secrets, address.email)
  if (await isSuppressed(db, addressHash)) return undefined
  const known = { publicId: newPublicId(), ...address, addressHash, timeZone, language, now }
  const subscriber = await ensureSubscriber(db, known)
  for (const newsletterId of newsletterIds) {
    await recordConsent(db, {
      subscriberId: subscriber.id,
      newsletterId,
      kind: 'asked',
      witness: { form },
      now,
    })
  }
  return { subscriber, newsletterIds }
}

export type Confirmation =
  | { kind: 'open' | 'confirmed'; subscriber: Subscriber; newsletterIds: number[] }
  | { kind: 'expired' }
  | { kind: 'unknown' }

/** What a confirmation link stands for. Changes nothing. */
export async function readConfirmation(
  { db, clock, secrets }: Pick<Context, 'db' | 'clock' | 'secrets'>,
  token: string,
): Promise<Confirmation> {
  const opened = openToken(secrets, 'confirm', token)
  const subscriber = opened && (await findByPublicId(db, opened.publicId))
  if (opened === undefined || subscriber === undefined) return { kind: 'unknown' }
  const { rows } = await sql<{ releaseAt: Date; newsletterIds: number[]; leftSince: boolean }>`
    select release_at as "releaseAt", payload -> 'newsletterIds' as "newsletterIds"
         , exists (select from consent_event c
                    where c.subscriber_id = service_mail.subscriber_id and c.kind = 'left'
                      and c.at >= service_mail.release_at) as "leftSince"
      from service_mail
     where id = ${opened.reference} and subscriber_id = ${subscriber.id} and kind = 'confirmation'
       and not exists (select from suppression where suppression.address_hash = service_mail.address_hash)`.execute(
    db,
  )
  const [mail] = rows
  if (mail === undefined) return { kind: 'unknown' }
  const age = clock.now().getTime() - mail.releaseAt.getTime()
  // Who left since does not come back by a page that the browser sends again.
  if (age > CONFIRM_HOURS * 3_600_000 || mail.leftSince) return { kind: 'expired' }
  return { kind: 'open', subscriber, newsletterIds: mail.newsletterIds }
}

/** Confirms; asking twice is harmless. */
export async function confirm(
  { db, clock, secrets }: Pick<Context, 'db' | 'clock' | 'secrets'>,
  token: string,
): Promise<Confirmation> {
  const confirmation = await readConfirmation({ db, clock, secrets }, token)
  if (confirmation.kind !== 'open') return confirmation
  const now = clock.now()
  const { subscriber, newsletterIds } = confirmation
  await activateSubscriber(db, { id: subscriber.id, now })
  await subscribeTo(db, { subscriberId: subscriber.id, newsletterIds, now })
  for (const newsletterId of newsletterIds) {
    await recordConsent(db, {
      subscriberId: subscriber.id,
      newsletterId,
      kind: 'confirmed',
      witness: { form: 'link' },
      now,
    })
  }
  return { ...confirmation, kind: 'confirmed' }
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
 */
export async function addSubscriber(
  context: Pick<Context, 'db' | 'clock' | 'secrets'>,
  input: Added & { actor: string },
): Promise<Subscriber> {
  const address = normaliseAddress(input.email)
  const timeZone = parseTimeZone(input.timeZone)
  const newsletterIds = await getNewsletterIds(context, input.newsletters)
  const now = context.clock.now()
  const addressHash = hashAddress(context.secrets, address.email)
  return inTransaction(context.db, async (db) => {
    if (await isSuppressed(db, addressHash)) {
      throw new Refusal('this address is on the do-not-mail list', { field: 'email' })
    }
    const known = {
      publicId: newPublicId(),
      ...address,
      addressHash,
      timeZone,
      language: input.language,
      now,
    }
    const subscriber = await ensureSubscriber(db, known)
    if (subscriber.state !== 'pending' && subscriber.state !== 'active') {
      throw new Refusal(`this reader is ${subscriber.state}: only the reader can sign up again`, {
        field: 'email',
      })
    }
    await activateSubscriber(db, { id: subscriber.id, now })
    await subscribeTo(db, { subscriberId: subscriber.id, newsletterIds, now })
    await followTopics(db, { subscriberId: subscriber.id, topicSlugs: input.topics, now })
    for (const newsletterId of newsletterIds) {
      await recordConsent(db, {
        subscriberId: subscriber.id,
        newsletterId,
        kind: 'added',
        witness: { form: `operator ${input.actor}` },
        now,
      })
    }
    return { ...subscriber, state: 'active' as const }
  })
}

async function getNewsletterIds({ db }: Pick<Context, 'db'>, slugs: string[]): Promise<number[]> {
  if (slugs.length === 0)
    throw new Refusal('no newsletter is chosen: choose at least one', { field: 'newsletters' })
  const ids = await findNewsletterIds(db, slugs)
  if (ids.length !== new Set(slugs).size) {
    throw new Refusal(
      `a newsletter named ${slugs.join(', ').slice(0, 100)} does not exist: choose one of the list`,
      {
        field: 'newsletters',
      },
    )
  }
  return ids
}

/** 48 random bits: not guessable from another reader's, and exact as a number. */
function newPublicId(): number {
  return randomBytes(6).readUIntBE(0, 6)
}
