import type { Db } from '#db/open.ts'
import { readTally, type Tally } from '#deliveries/tally-store.ts'
import { type Edition, getEdition } from '#editions/store.ts'
import {
  type Came,
  countHanded,
  countLeft,
  countReturned,
  findKept,
  type Handed,
  keepFigures,
  nameDestinations,
} from './edition-figures-store.ts'
import { BOUNCE_LINES, COMPLAINT_LINES, type Level, levelOf } from './rates.ts'

/** What became of mails: sent, put off, refused, came back, and what readers did about them. */
export type Figures = Omit<Handed, 'destination'> & {
  /** Returned after the relay had taken them, also by reason. */
  bounced: number
  bouncedBy: Record<string, number>
  rejectedBy: Record<string, number>
  complained: number
  left: number
}

export type Rates = {
  bounceRate: number | null
  bounceLevel: Level
  complaintRate: number | null
  complaintLevel: Level
}

export type DestinationReport = Figures & Rates & { destination: string }

export type EditionReport = {
  edition: Pick<Edition, 'id' | 'subject' | 'kind' | 'state' | 'test' | 'releaseAt'>
  total: Figures & Rates
  destinations: DestinationReport[]
}

/** @throws Refusal for an edition that is not there */
export async function readEditionReport(db: Db, editionId: number): Promise<EditionReport> {
  const { id, subject, kind, state, test, releaseAt } = await getEdition(db, editionId)
  const figures = await readFigures(db, { id, state })
  const names = await nameDestinations(db)
  const destinations = [...figures].map(([destination, own]) => ({
    destination: names.get(destination) ?? `destination ${destination}`,
    ...own,
    ...ratesOf(own),
  }))
  const total = sumFigures([...figures.values()])
  return {
    edition: { id, subject, kind, state, test, releaseAt },
    total: { ...total, ...ratesOf(total) },
    destinations: destinations.toSorted((one, other) => sizeOf(other) - sizeOf(one)),
  }
}

/** By destination. What an edition that is over became is counted once. */
export async function readFigures(
  db: Db,
  { id, state }: Pick<Edition, 'id' | 'state'>,
): Promise<Map<number, Figures>> {
  const handed = await readHanded(db, { id, state })
  const came = await countReturned(db, id)
  const left = await countLeft(db, id)
  return new Map(
    handed.map(({ destination, ...counts }) => {
      const own = came.filter((row) => row.destination === destination)
      return [
        destination,
        {
          ...counts,
          ...marksOf(own),
          left: left.find((row) => row.destination === destination)?.readers ?? 0,
        },
      ]
    }),
  )
}

async function readHanded(db: Db, { id, state }: Pick<Edition, 'id' | 'state'>): Promise<Handed[]> {
  if (!['sent', 'stopped', 'expired'].includes(state)) return countHanded(db, id)
  const tally = (await readTally(db, [id])).get(id)
  const stamp = tally === undefined ? '' : stampOf(tally)
  const kept = await findKept(db, { editionId: id, stamp })
  if (kept !== undefined) return kept
  const handed = await countHanded(db, id)
  if (handed.length > 0) await keepFigures(db, { editionId: id, stamp, handed })
  return handed
}

function stampOf(tally: Tally): string {
  const { planned, claimed, retry, accepted, rejected, uncertain, excludedBy } = tally
  return JSON.stringify([planned, claimed, retry, accepted, rejected, uncertain, excludedBy])
}

function marksOf(
  came: Came[],
): Pick<Figures, 'bounced' | 'bouncedBy' | 'rejectedBy' | 'complained'> {
  const of = (kind: Came['kind']) => came.filter((row) => row.kind === kind)
  return {
    bounced: sum(of('bounced')),
    bouncedBy: byReason(of('bounced')),
    rejectedBy: byReason(of('refused')),
    complained: sum(of('complained')),
  }
}

function sum(rows: Came[]): number {
  return rows.reduce((total, { readers }) => total + readers, 0)
}

function byReason(rows: Came[]): Record<string, number> {
  return addCounts(rows.map(({ reason, readers }) => ({ [reason]: readers })))
}

export function ratesOf({ accepted, bounced, complained }: Figures): Rates {
  const bounce = levelOf({ count: bounced, of: accepted }, BOUNCE_LINES)
  const complaint = levelOf({ count: complained, of: accepted }, COMPLAINT_LINES)
  return {
    bounceRate: bounce.rate,
    bounceLevel: bounce.level,
    complaintRate: complaint.rate,
    complaintLevel: complaint.level,
  }
}

export function sumFigures(all: Figures[]): Figures {
  const of = (name: Exclude<keyof Figures, 'bouncedBy' | 'rejectedBy'>) =>
    all.reduce((total, figures) => total + figures[name], 0)
  return {
    accepted: of('accepted'),
    triedAgain: of('triedAgain'),
    rejected: of('rejected'),
    uncertain: of('uncertain'),
    excluded: of('excluded'),
    waiting: of('waiting'),
    bounced: of('bounced'),
    complained: of('complained'),
    left: of('left'),
    bouncedBy: addCounts(all.map(({ bouncedBy }) => bouncedBy)),
    rejectedBy: addCounts(all.map(({ rejectedBy }) => rejectedBy)),
  }
}

function addCounts(all: Record<string, number>[]): Record<string, number> {
  const sums = new Map<string, number>()
  for (const counts of all)
    for (const [name, count] of Object.entries(counts))
      sums.set(name, (sums.get(name) ?? 0) + count)
  return Object.fromEntries([...sums].toSorted(([, one], [, other]) => other - one))
}

function sizeOf({ accepted, rejected, uncertain, waiting, excluded }: Figures): number {
  return accepted + rejected + uncertain + waiting + excluded
}
