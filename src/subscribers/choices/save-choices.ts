import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { hashAddress } from '#secrets.ts'
import { type ConsentEvent, recordConsent } from '../consent/consent-store.ts'
import type { Witness } from '../consent/witness.ts'
import { noteLeavings } from '../leavings.ts'
import { activateSubscriber, findByPublicId, leave, lockSubscriber } from '../store.ts'
import { dropSuppression } from '../suppression/suppression-store.ts'
import { type Changes, changesOf, type Wanted } from './changes.ts'
import type { Overview } from './choice.ts'
import { putNewsletter, putSettings, putSnooze, putTopic, putUpdates } from './choices-store.ts'
import { overviewOf } from './overview.ts'

export type Saved = {
  /** Closed: mails to this address are stopped, and only a new sign-up starts them. */
  kind: 'saved' | 'closed'
  overview: Overview
  /** Ids of the newsletters that were turned off; [null] where nothing comes any more. */
  left: (number | null)[]
}

/**
 * Makes a reader's choices what they ask for, all or nothing, and writes down what changed and how that was agreed to.
 * @returns undefined for nobody
 * @throws Refusal for what is not on offer
 */
export async function saveChoices(
  context: Pick<Context, 'db' | 'clock' | 'secrets' | 'leavings'>,
  { publicId, wanted, witness }: { publicId: number; wanted: Wanted; witness: Witness },
): Promise<Saved | undefined> {
  const now = context.clock.now()
  const done = await inTransaction(context.db, async (db) => {
    const reader = await findByPublicId(db, publicId)
    if (reader === undefined) return undefined
    await lockSubscriber(db, reader.id)
    const overview = await overviewOf(db, { subscriberId: reader.id, now })
    if (overview === undefined) return undefined
    if (overview.closed) return { kind: 'closed' as const, overview, left: [], returned: [] }
    const changes = changesOf(overview, wanted, now)
    const addressHash = hashAddress(context.secrets, overview.email)
    const moved = await apply({ db, addressHash, overview, changes, witness, now })
    const saved = await overviewOf(db, { subscriberId: reader.id, now })
    return { kind: 'saved' as const, overview: saved ?? overview, ...moved }
  })
  if (done === undefined) return undefined
  const { returned, ...saved } = done
  // After the commit and before the answer: what a reader was told is outside the database too.
  await noteLeavings(context, saved.overview, { kind: 'returned', newsletterIds: returned, now })
  await noteLeavings(context, saved.overview, { kind: 'left', newsletterIds: saved.left, now })
  return saved
}

type Work = {
  db: Db
  addressHash: Buffer
  overview: Overview
  changes: Changes
  witness: Witness
  now: Date
}

async function apply(work: Work): Promise<{ returned: number[]; left: (number | null)[] }> {
  const { db, overview, changes } = work
  const { subscriberId } = overview
  // Before anything is turned off: who changes from one to another must not have left in between.
  const returned = await turnOn(work)
  const left = await turnOff(work)
  for (const { newsletter, updates } of changes.updates) {
    await putUpdates(db, { subscriberId, newsletterId: newsletter.id, updates })
    await record(work, { kind: 'changed', newsletterId: newsletter.id })
  }
  await chooseTopics(work)
  if (changes.settings !== null) {
    await putSettings(db, { subscriberId, ...changes.settings })
    await record(work, { kind: 'changed' })
  }
  if (changes.snoozedUntil !== undefined) {
    await putSnooze(db, { subscriberId, until: changes.snoozedUntil })
    await record(work, { kind: changes.snoozedUntil === null ? 'changed' : 'snoozed' })
  }
  return { returned, left }
}

async function turnOn(work: Work): Promise<number[]> {
  const { db, addressHash, overview, changes, now } = work
  const { subscriberId, snoozedUntil } = overview
  const on = changes.newsletters.filter(({ cadence }) => cadence !== 'off')
  const returned: number[] = []
  // What else the rows may say was over: it does not come back with this.
  if (overview.state === 'left' && on.length > 0)
    await leave(db, { subscriberId, newsletterId: null, now })
  for (const { newsletter, cadence } of on) {
    const newsletterId = newsletter.id
    await putNewsletter(db, { subscriberId, newsletterId, cadence, snoozedUntil, now })
    const kind = newsletter.cadence === 'off' ? 'confirmed' : 'changed'
    await record(work, { kind, newsletterId, cadence })
    if (kind === 'confirmed') returned.push(newsletterId)
  }
  if (returned.length > 0) {
    await activateSubscriber(db, { id: subscriberId, now })
    // None of what others had reason to stop, whatever came in since this reader was looked at.
    const lifted = await dropSuppression(db, { addressHash, reasons: ['left', 'erased'] })
    if (lifted !== undefined) await record(work, { kind: 'lifted' })
  }
  return returned
}

async function turnOff(work: Work): Promise<(number | null)[]> {
  const { db, overview, changes, now } = work
  const { subscriberId } = overview
  const cadences = new Map(
    changes.newsletters.map(({ newsletter, cadence }) => [newsletter.id, cadence]),
  )
  const off = changes.newsletters.filter(({ cadence }) => cadence === 'off')
  if (off.length === 0) return []
  const nothing = overview.newsletters.every(
    ({ id, cadence }) => (cadences.get(id) ?? cadence) === 'off',
  )
  const left = nothing ? [null] : off.map(({ newsletter }) => newsletter.id)
  for (const newsletterId of left) {
    await leave(db, { subscriberId, newsletterId, now })
    await record(work, { kind: 'left', newsletterId, cadence: 'off' })
  }
  return left
}

async function chooseTopics(work: Work): Promise<void> {
  const { db, overview, changes, now } = work
  const { subscriberId } = overview
  for (const { topic, cadence } of changes.topics) {
    await putTopic(db, { subscriberId, topicId: topic.id, cadence, now })
    const agreed = cadence === null ? {} : { cadence }
    await record(work, { kind: 'changed', topicId: topic.id, ...agreed })
  }
}

async function record(
  { db, overview, witness, now }: Work,
  event: Pick<ConsentEvent, 'kind' | 'newsletterId' | 'topicId' | 'cadence'>,
): Promise<void> {
  await recordConsent(db, { subscriberId: overview.subscriberId, ...event, witness, now })
}
