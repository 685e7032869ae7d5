import type { Match } from './article-window.ts'

/** More likely than not. */
const SAME = 0.5

/** The story that the article belongs to, or null where it opens one; what a person parted stays apart. */
export function chooseStory(
  matches: readonly Match[],
  { barred }: { barred: ReadonlySet<number> } = { barred: new Set() },
): Match | null {
  const fit = matches.filter(({ storyId, likeness }) => likeness >= SAME && !barred.has(storyId))
  return fit.toSorted((a, b) => b.likeness - a.likeness)[0] ?? null
}
