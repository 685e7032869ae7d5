import type { Db } from '#db/open.ts'
import { type Edition, getEdition } from '#editions/store.ts'
import { type Accounts, readAccounts } from './accounts.ts'
import { laneOf } from './lane.ts'
import { type LanePace, listLanePaces, readReleases, type Releases } from './progress-store.ts'

/** How far an edition is, from counters and from what its senders say of themselves. */
export type Progress = {
  edition: number
  state: Edition['state']
  stateReason: string | null
  /** More readers are still being planned: `planned` grows. */
  planning: boolean
  accounts: Accounts
  /** Of the edition's lane, over the last seconds. */
  mailsPerSecond: number
  finishAt: Date | null
  /** What it waits for, in words for a person. */
  bottleneck: string | null
}

export async function readProgress(
  db: Db,
  { editionId, now }: { editionId: number; now: Date },
): Promise<Progress> {
  const edition = await getEdition(db, editionId)
  const lane = laneOf(edition.kind)
  const accounts = await readAccounts(db, editionId)
  const paces = await listLanePaces(db, { lane, test: edition.test, now })
  const releases = await readReleases(db, editionId)
  return {
    edition: editionId,
    state: edition.state,
    stateReason: edition.stateReason,
    planning: edition.state === 'sending' && edition.plannedAt === null,
    accounts,
    ...forecast({ edition, accounts, paces, releases, now }),
  }
}

export type Facts = {
  edition: Pick<Edition, 'state' | 'stateReason' | 'plannedAt' | 'releaseAt' | 'spreadMs'>
  accounts: Pick<Accounts, 'waiting' | 'tryingAgain' | 'claimed' | 'waitingBecause'>
  /** One a sender at work. */
  paces: (LanePace | null)[]
  releases: Releases
  now: Date
}

export function forecast(
  facts: Facts,
): Pick<Progress, 'mailsPerSecond' | 'finishAt' | 'bottleneck'> {
  const { edition, paces } = facts
  const sending = edition.state === 'sending'
  const mailsPerSecond = sending
    ? paces.reduce((sum, pace) => sum + (pace?.mailsPerSecond ?? 0), 0)
    : 0
  return {
    mailsPerSecond,
    finishAt: sending ? finishOf(facts, mailsPerSecond) : null,
    bottleneck: sending ? bottleneckOf(facts) : null,
  }
}

/** Not before the last readers' hour and the end of the spread; unknown while readers are planned or nothing moves. */
function finishOf(
  { edition, accounts, releases, now }: Facts,
  mailsPerSecond: number,
): Date | null {
  const open = accounts.waiting + accounts.tryingAgain + accounts.claimed
  if (edition.plannedAt === null || open === 0 || mailsPerSecond === 0) return null
  const last = releases.last?.getTime() ?? 0
  const spreadEnd = Math.max(last, edition.releaseAt?.getTime() ?? 0) + edition.spreadMs
  const paced = accounts.waiting > 0 ? spreadEnd : 0
  return new Date(Math.max(now.getTime() + (open / mailsPerSecond) * 1000, paced))
}

function bottleneckOf(facts: Facts): string | null {
  const { edition, accounts, paces, releases, now } = facts
  const { waiting, tryingAgain, claimed, waitingBecause } = accounts
  if (releases.held !== null) return `nothing is sent: ${releases.held}`
  if (paces.length === 0) return 'no sender is running: run "daybreak start"'
  if (waiting + claimed > 0) {
    if (claimed === 0 && releases.first !== null && releases.first > now)
      return `the next readers' hour is at ${releases.first.toISOString().slice(11, 16)} UTC`
    return wordsOfFastest(paces) ?? waitingBecause[0] ?? null
  }
  if (edition.plannedAt === null) return 'the next readers are being planned'
  if (tryingAgain === 0) return null
  return `mails are tried again later: ${waitingBecause[0] ?? 'a relay asked for patience'}`
}

function wordsOfFastest(paces: Facts['paces']): string | undefined {
  return paces
    .filter((pace) => pace !== null)
    .toSorted((one, other) => other.mailsPerSecond - one.mailsPerSecond)
    .flatMap(({ words }) => words ?? [])[0]
}
