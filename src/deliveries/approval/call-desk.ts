import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { dateLine, momentLine } from '#editions/dates.ts'
import { listShownStories } from '#editions/draft/shown-stories.ts'
import { publicationOf, readSettings, type Settings } from '#editions/publication.ts'
import type { Edition } from '#editions/store.ts'
import { compileDeskNote } from '#mail/templates.ts'
import { hashAddress } from '#secrets.ts'
import { ensureForm } from '../service/form.ts'
import { insertCallMail } from './call-store.ts'
import { insertDeskLink } from './desk-link-store.ts'
import { listOnCall, noteCall, type OnCall } from './on-call-store.ts'

type Needs = Pick<Context, 'db' | 'clock' | 'secrets' | 'relay' | 'enqueue'>

/** Why people are called; each of an edition once. */
export type Call = {
  what: string
  /** What is asked, as a subject line. */
  asks: string
  /** Who: those on call, the deputies, or both. */
  whom: 'on call' | 'deputies' | 'everybody'
  /** This person alone. */
  only?: number
}

const DAY_MS = 86_400_000
const AFTER_RELEASE_MS = 6 * 3_600_000

/**
 * A mail to each of them with a link of their own to the edition's page.
 * @returns how many are called; 0 where this call was made before, or there is nobody to call
 */
export async function callDesk(context: Needs, edition: Edition, call: Call): Promise<number> {
  const { db, clock, enqueue } = context
  const now = clock.now()
  const people = (await listOnCall(db)).filter(
    ({ deputy, address, operatorId }) =>
      address !== null &&
      (call.only === undefined || call.only === operatorId) &&
      (call.whom === 'everybody' || deputy === (call.whom === 'deputies')),
  )
  if (people.length === 0) return 0
  if (!(await noteCall(db, { editionId: edition.id, what: call.what, now }))) return 0
  const form = await callForm(context, { edition, call })
  for (const person of people) await planCall(context, { edition, person, form })
  await enqueue('drain-lane', { lane: 'confirmation' })
  return people.length
}

async function planCall(
  { db, clock, secrets, relay }: Needs,
  { edition, person, form }: { edition: Edition; person: OnCall; form: string },
): Promise<void> {
  const { operatorId, address } = person
  if (address === null) return
  const now = clock.now()
  const expiresAt = new Date(
    edition.dueAt === null
      ? now.getTime() + DAY_MS
      : Math.max(edition.dueAt.getTime() + AFTER_RELEASE_MS, now.getTime() + AFTER_RELEASE_MS),
  )
  await inTransaction(db, async (transaction) => {
    const { id: editionId, contentHash } = edition
    const link = await insertDeskLink(transaction, {
      editionId,
      operatorId,
      contentHash,
      now,
      expiresAt,
    })
    await insertCallMail(transaction, {
      operatorId,
      recipient: address,
      addressHash: hashAddress(secrets, address),
      form,
      payload: { link, edition: editionId },
      test: relay.test,
      now,
      expiresAt,
    })
  })
}

async function callForm(
  { db, clock }: Pick<Needs, 'db' | 'clock'>,
  { edition, call }: { edition: Edition; call: Call },
): Promise<string> {
  const set = await readSettings({ db })
  const now = clock.now()
  const { language, timeZone } = set
  const subject = `${set.name}: ${call.asks}`
  const stories = (await listShownStories(db, edition)).filter(({ followers }) => !followers)
  const mail = await compileDeskNote({
    publication: publicationOf(set),
    subject,
    preheader: edition.subject,
    title: call.asks,
    dateLine: dateLine({ language, timeZone, now }),
    passages: [
      { title: edition.newsletterName, lines: [edition.subject, deadlineLine(edition, set)] },
      ...(stories.length === 0
        ? []
        : [
            {
              title: 'In it',
              lines: stories.slice(0, 5).map(({ shownHeadline }) => shownHeadline),
            },
          ]),
    ],
    link: {
      button: 'Look at it and decide',
      valid: 'The link is yours alone: whoever has it decides in your name. It works once.',
    },
    foot: `You are on call at ${set.name}.`,
  })
  return ensureForm(db, { subject, ...mail })
}

function deadlineLine({ deadlineAt, kind }: Edition, { language, timeZone }: Settings): string {
  if (deadlineAt !== null)
    return `It is to leave at ${momentLine({ language, timeZone, now: deadlineAt })}.`
  return kind === 'alert' ? 'It leaves as soon as somebody says yes.' : 'It has no hour: it waits.'
}
