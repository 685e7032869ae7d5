export type Member = {
  articleId: number
  /** Of its source, 0 to 100. */
  rank: number
  words: number
  image: boolean
  byline: boolean
  /** Prints the text of another. */
  copy: boolean
  at: Date
  /** History of a feed. */
  seeded: boolean
  /** Withdrawn, or under embargo now. */
  withheld: boolean
  /** A person chose it. */
  fixed: boolean
}

/**
 * The article that stands for the story: from the most trusted source, complete, of the story's last day, and among
 * equals the first. What is withheld never leads; history only where there is nothing else. Null where all is withheld.
 */
export function chooseLead(members: readonly Member[]): number | null {
  const open = members.filter((member) => !member.withheld)
  const fixed = open.find((member) => member.fixed)
  if (fixed !== undefined) return fixed.articleId
  const fresh = open.filter((member) => !member.seeded)
  const candidates = fresh.length > 0 ? fresh : open
  const latest = Math.max(...candidates.map(({ at }) => at.getTime()))
  const [best] = candidates
    .map((member) => ({ member, worth: worthOf(member, latest) }))
    .toSorted(
      (a, b) =>
        b.worth - a.worth ||
        a.member.at.getTime() - b.member.at.getTime() ||
        a.member.articleId - b.member.articleId,
    )
  return best?.member.articleId ?? null
}

/** More than this tells no more in a summary of 60 words. */
const COMPLETE_WORDS = 400
const DAY_MS = 86_400_000

/** In points of a source's rank, so that an editor can outweigh it with one. */
function worthOf({ rank, words, image, byline, copy, at }: Member, latest: number): number {
  const days = Math.floor((latest - at.getTime()) / DAY_MS)
  const complete = 25 * Math.min(words / COMPLETE_WORDS, 1) + (image ? 8 : 0) + (byline ? 4 : 0)
  return Math.round(rank + complete - (copy ? 10 : 0) - 15 * Math.min(days, 3))
}
