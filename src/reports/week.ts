import { type ClickReport, readClicks } from '#clicks/read-clicks.ts'
import type { Context } from '#context.ts'
import { listBreakers } from '#deliveries/trouble/breaker-store.ts'
import { mailsOfDay } from '#deliveries/warm-up.ts'
import { readCurves } from '#deliveries/warm-up-store.ts'
import { readSettings } from '#editions/publication.ts'
import { countSubscribers } from '#subscribers/store.ts'
import { readSenderHealth, type SenderHealth } from './sender-health.ts'
import {
  type AlertTime,
  countJoined,
  countLeavers,
  countSuppressed,
  lastWeek,
  listAlertTimes,
  listEditionsOf,
} from './week-store.ts'

export type ReadStory = { headline: string; readers: number; editionId: number }

/** What the desk wants to know of a week. */
export type Week = {
  /** As 2026-W47. */
  name: string
  from: Date
  until: Date
  timeZone: string
  publication: string
  activeReaders: number
  joined: { form: string; readers: number }[]
  left: { editionId: number | null; subject: string | null; readers: number }[]
  editions: {
    id: number
    subject: string
    kind: string
    state: string
    stateReason: string | null
  }[]
  health: SenderHealth
  alerts: AlertTime[]
  /** Most read first; null where no newsletter counts clicks. */
  stories: ReadStory[] | null
  suppressed: { reason: string; addresses: number }[]
  breakers: { destination: string; reason: string }[]
  warmUp: { domain: string; today: number; until: number }[]
}

export async function readWeek({ db, clock }: Pick<Context, 'db' | 'clock'>): Promise<Week> {
  const { timeZone, name: publication } = await readSettings({ db })
  const now = clock.now()
  const { name, ...span } = await lastWeek(db, { timeZone, now })
  const editions = await listEditionsOf(db, span)
  const active = (await countSubscribers(db)).find((row) => row.state === 'active')
  return {
    name,
    ...span,
    timeZone,
    publication,
    activeReaders: active?.count ?? 0,
    joined: await countJoined(db, span),
    left: await countLeavers(db, span),
    editions,
    health: await readSenderHealth(db, span),
    alerts: await listAlertTimes(db, span),
    stories: await readStories(db, editions),
    suppressed: await countSuppressed(db, span),
    breakers: await listBreakers(db),
    warmUp: await readWarmUp(db, now),
  }
}

const MOST_READ = 5

async function readStories(
  db: Context['db'],
  editions: { id: number }[],
): Promise<ReadStory[] | null> {
  const reports: [number, ClickReport][] = []
  for (const { id } of editions) {
    const report = await readClicks(db, id)
    if (report !== undefined) reports.push([id, report])
  }
  if (reports.length === 0) return null
  const stories = reports.flatMap(([editionId, { stories: all }]) =>
    all.flatMap(({ headline, readers }) =>
      readers === null ? [] : [{ headline, readers, editionId }],
    ),
  )
  return stories.toSorted((one, other) => other.readers - one.readers).slice(0, MOST_READ)
}

/** Domains that are being warmed up: what they may send today, and until when it grows. */
export async function readWarmUp(db: Context['db'], now: Date): Promise<Week['warmUp']> {
  return Object.entries(await readCurves(db)).flatMap(([domain, curve]) => {
    const day = Math.floor((now.getTime() - Date.parse(`${curve.from}T00:00:00Z`)) / 86_400_000)
    const today = mailsOfDay(curve, day)
    return today === null ? [] : [{ domain, today, until: curve.until }]
  })
}
