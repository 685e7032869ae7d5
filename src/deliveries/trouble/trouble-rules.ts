/** Of the last answers of a destination or an edition: how many there were, and how many refused us. */
export type Figures = { answers: number; ours: number }

type Rule = { window: number; ours: number; share: number }

/** When a destination is left alone, and when a person has to look at the edition. */
export const RULES = {
  destination: { window: 50, ours: 5, share: 0.2 },
  edition: { window: 500, ours: 10, share: 0.02 },
} as const satisfies Record<string, Rule>

/** Domains without a destination of their own: what one of them refuses says nothing of the others. */
export const OTHER = 1

export function opensBreaker({ answers, ours }: Figures): boolean {
  const { destination } = RULES
  return ours >= destination.ours && ours >= destination.share * answers
}

export function holdsEdition({ answers, ours }: Figures): boolean {
  const { edition } = RULES
  return ours >= edition.ours && ours > edition.share * answers
}

/** Mails that find out whether an open destination is mended. */
export const PROBE_MAILS = 5

/** Nobody else tries for as long; by then the few mails are answered. */
export const PROBE_MS = 60_000

const SHORTEST_MS = 10 * 60_000
const LONGEST_MS = 2 * 3_600_000

/** 10, 20, 40 … minutes, at most two hours. */
export function restMsOf(times: number): number {
  return Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.min(times - 1, 10))
}
