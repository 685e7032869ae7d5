import { z } from 'zod'
import { type Filter, parseFilter } from '#subscribers/segments/filter.ts'
import type { CarriedRule } from './corrections/draft-correction.ts'

/**
 * Whom an edition goes to. The newsletter is always its own: only who gets that newsletter is meant by any of these.
 * A segment's filter is kept as it was when the edition was made: who says yes to it says yes to that filter.
 */
export type AudienceRule =
  | { newsletter: true }
  | { segment: string; filter: Filter }
  /** Who got that edition, or may have. */
  | { edition: number }
  /** Who read something wrong. */
  | CarriedRule

const stored = z.union([
  z.strictObject({ newsletter: z.literal(true) }),
  z.strictObject({ segment: z.string(), filter: z.unknown() }),
  z.strictObject({ edition: z.int() }),
  z.strictObject({
    carried: z.strictObject({
      editionId: z.int(),
      upToVersion: z.int(),
      position: z.int(),
      correctionId: z.int(),
    }),
  }),
])

/** Of a column of the edition. Throws for a rule that it does not know: that one must not become "everybody". */
export function audienceRuleOf(column: unknown): AudienceRule {
  if (column === null) return { newsletter: true }
  const parsed = stored.safeParse(column)
  if (parsed.success) {
    const { data } = parsed
    return 'segment' in data ? { ...data, filter: parseFilter(data.filter) } : data
  }
  throw new Error(`an edition has an audience that nobody here knows: ${JSON.stringify(column)}`)
}

/** For people: "readers of Morning digest who are in “sport-fans”". */
export function audienceInWords(rule: AudienceRule, newsletter: string): string {
  if ('segment' in rule) return `readers of ${newsletter} in the segment "${rule.segment}"`
  if ('edition' in rule) return `readers of ${newsletter} who got edition ${rule.edition}`
  if ('carried' in rule)
    return `readers of ${newsletter} whose copy of edition ${rule.carried.editionId} was wrong`
  return `readers of ${newsletter}`
}
