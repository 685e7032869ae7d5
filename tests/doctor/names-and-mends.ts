import { expect, test } from 'vitest'
import type { Finding } from '#mail/sender-dns/finding.ts'
import { openWorld, type World } from './world.ts'

/** One thing that is made wrong, and the codes of all that must be found. */
export type Row = [wrong: string, codes: string[], make: (world: World) => void]

/** These say what is so, and there is nothing to do. */
const WITHOUT_FIX = [
  'bimi-missing',
  'bimi-no-certificate',
  'bimi-unreachable',
  'clock-unknown',
  'dmarc-ruf',
  'mailboxes-unreachable',
]

const codesOf = (findings: Finding[]) => findings.map(({ code }) => code).toSorted()

/** What is wrong is named, and nothing else, with what to do; when that is published it is gone, and nothing is worse. */
export function namesAndMends(rows: Row[]): void {
  test.each(rows)('%s', async (_, codes, make) => {
    await using world = await openWorld()
    make(world)

    const found = await world.faults()
    const published = found.filter(
      ({ records, file }) => records !== undefined || file !== undefined,
    )
    published.forEach((finding) => world.publish(finding))
    const after = published.length === 0 ? [] : await world.faults()

    const helpless = found.filter(
      ({ code, fix }) => fix === undefined && !WITHOUT_FIX.includes(code),
    )
    const left = after.filter(({ code }) => codesOf(published).includes(code))
    const worse = after.filter(({ level, code }) => level === 'fault' && !codes.includes(code))
    expect({ found: codesOf(found), helpless, left, worse }).toEqual({
      found: codes.toSorted(),
      helpless: [],
      left: [],
      worse: [],
    })
  })
}
