import { clickHashes } from '#clicks/click-hash.ts'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { type LedgerEvent, listEvents } from '#subscribers/consent/event-store.ts'
import {
  findOwnReader,
  findOwnSuppression,
  listOwnChoices,
  listOwnClicks,
  listOwnDeliveries,
  listOwnMutes,
  listOwnReturns,
  listOwnServiceMails,
  listOwnSignUps,
  type OwnChoice,
  type OwnClick,
  type OwnDelivery,
  type OwnReader,
  type OwnReturn,
  type OwnServiceMail,
  type OwnSignUp,
} from './own-data-store.ts'

/** Of a kind; what is older is counted as left out, never silently. */
export const MOST_ROWS = 5000

export type OwnData = {
  reader: OwnReader
  choices: OwnChoice[]
  pausedStories: { headline: string | null; until: Date }[]
  consent: LedgerEvent[]
  doNotMailList: { reason: string; since: Date } | null
  editions: OwnDelivery[]
  otherMails: OwnServiceMail[]
  cameBack: OwnReturn[]
  signUps: OwnSignUp[]
  clicks: OwnClick[]
  /** Lists that hold only the newest rows. */
  cut: string[]
}

/** All that the database holds on one person. Undefined for nobody. */
export async function gatherOwnData(
  { db, secrets }: Pick<Context, 'db' | 'secrets'>,
  subscriberId: number,
  most = MOST_ROWS,
): Promise<OwnData | undefined> {
  const reader = await findOwnReader(db, subscriberId)
  if (reader === undefined) return undefined
  const lists = await gatherLists(db, { id: subscriberId, limit: most + 1 })
  const cut = Object.entries(lists).flatMap(([name, rows]) => (rows.length > most ? [name] : []))
  const { consent, editions, otherMails, cameBack } = lists
  return {
    reader,
    choices: await listOwnChoices(db, subscriberId),
    pausedStories: await listOwnMutes(db, subscriberId),
    consent: consent.slice(-most),
    doNotMailList: (await findOwnSuppression(db, subscriberId)) ?? null,
    editions: editions.slice(0, most),
    otherMails: otherMails.slice(0, most),
    cameBack: cameBack.slice(0, most),
    signUps: await listOwnSignUps(db, subscriberId),
    clicks: await listOwnClicks(db, hashesOf({ secrets, reader, editions })),
    cut,
  }
}

async function gatherLists(db: Db, asked: { id: number; limit: number }) {
  return {
    consent: await listEvents(db, { subscriberId: asked.id, limit: asked.limit }),
    editions: await listOwnDeliveries(db, asked),
    otherMails: await listOwnServiceMails(db, asked),
    cameBack: await listOwnReturns(db, asked),
  }
}

function hashesOf({
  secrets,
  reader: { numberInLinks: publicId },
  editions,
}: Pick<Context, 'secrets'> & { reader: OwnReader; editions: OwnDelivery[] }) {
  const hashes = clickHashes(secrets)
  return editions.map(({ edition: editionId }) => ({
    editionId,
    reader: hashes.readerOf({ publicId, editionId }),
  }))
}
