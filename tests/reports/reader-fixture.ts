import { sql } from 'kysely'
import { readReader, type ReaderReport } from '#reports/reader/reader-report.ts'
import { nameTopics } from '../deliveries/send-fixture.ts'
import { addReaders, type House, openHouse } from '../house.ts'

export const at = (number: number) => `reader${number}@example.org`

/** Readers 1, 2 … of the digest and the alerts, in a house that has three topics. */
export async function openWith(count: number, change = sql`select 1`): Promise<House> {
  const house = await openHouse()
  await nameTopics(house)
  await addReaders(house, count)
  await change.execute(house.db)
  return house
}

/** What the team is told. Editions count as sent to readers, although no relay is set in tests. */
export async function ask(
  house: House,
  {
    address = at(1),
    editionId = null,
    whole = false,
  }: { address?: string; editionId?: number | null; whole?: boolean } = {},
): Promise<ReaderReport> {
  await sql`update edition set test = false`.execute(house.db)
  return readReader(house.context, { address, editionId, whole })
}

export async function why(house: House, editionId: number, address = at(1)): Promise<string> {
  return (await ask(house, { address, editionId })).why?.words ?? 'not asked'
}
