import type { Db } from '#db/open.ts'
import { getEdition } from '#editions/store.ts'
import { listReleased, nameDestinations } from './edition-figures-store.ts'
import {
  type DestinationReport,
  type Figures,
  type Rates,
  ratesOf,
  readFigures,
  sumFigures,
} from './edition-report.ts'

/** How the sender stands with those who take its mail, over the editions of a span. */
export type SenderHealth = {
  from: Date
  until: Date
  editions: number
  total: Figures & Rates
  destinations: DestinationReport[]
}

export async function readSenderHealth(
  db: Db,
  { from, until }: { from: Date; until: Date },
): Promise<SenderHealth> {
  const ids = await listReleased(db, { from, until })
  const all: [number, Figures][] = []
  for (const id of ids) all.push(...(await readFigures(db, await getEdition(db, id))))
  const names = await nameDestinations(db)
  const destinations = [...Map.groupBy(all, ([destination]) => destination)].map(
    ([destination, own]) => {
      const figures = sumFigures(own.map(([, each]) => each))
      const name = names.get(destination) ?? `destination ${destination}`
      return { destination: name, ...figures, ...ratesOf(figures) }
    },
  )
  const total = sumFigures(all.map(([, each]) => each))
  return {
    from,
    until,
    editions: ids.length,
    total: { ...total, ...ratesOf(total) },
    destinations: destinations.toSorted((one, other) => other.accepted - one.accepted),
  }
}

/** What is near or over a line, in words, worst first; nothing when all is well. */
export function warningsOf({
  total,
  destinations,
}: Pick<SenderHealth, 'total' | 'destinations'>): string[] {
  const all =
    destinations.length === 1
      ? destinations
      : [{ ...total, destination: 'all together' }, ...destinations]
  return [
    ...all.flatMap((each) => complaintWarning(each)),
    ...all.flatMap((each) => bounceWarning(each)),
  ]
    .toSorted((one, other) => other.weight - one.weight)
    .map(({ words }) => words)
}

type Warning = { weight: number; words: string }

function complaintWarning({
  destination,
  complaintRate,
  complaintLevel,
  complained,
}: DestinationReport): Warning[] {
  const said = `${destination}: ${complained} readers said "this is spam", ${percentOf(complaintRate)}`
  switch (complaintLevel) {
    case 'fine':
      return []
    case 'early':
      return [
        {
          weight: 1,
          words: `${said}, near the 0.1 % that Gmail asks for: look at which edition it was`,
        },
      ]
    case 'over':
      return [
        {
          weight: 3,
          words: `${said}, over the 0.1 % that Gmail asks for: mail less, and make leaving easier; see docs/deliverability.md#complaints`,
        },
      ]
    case 'far over':
      return [
        {
          weight: 5,
          words: `${said}, over the 0.3 % at which Gmail refuses mail: pause this newsletter and ask old readers whether they still want it; see docs/deliverability.md#complaints`,
        },
      ]
  }
}

function bounceWarning({
  destination,
  bounceRate,
  bounceLevel,
  bounced,
}: DestinationReport): Warning[] {
  const said = `${destination}: ${bounced} mails came back, ${percentOf(bounceRate)}`
  switch (bounceLevel) {
    case 'fine':
      return []
    case 'early':
      return [{ weight: 0, words: `${said}: watch it` }]
    case 'over':
      return [
        {
          weight: 2,
          words: `${said}, which costs trust: see "daybreak report" of the edition for why`,
        },
      ]
    case 'far over':
      return [
        {
          weight: 4,
          words: `${said}: providers stop a sender at this rate. Do not mail an old or bought list`,
        },
      ]
  }
}

function percentOf(rate: number | null): string {
  return `${((rate ?? 0) * 100).toFixed(2)} %`
}
