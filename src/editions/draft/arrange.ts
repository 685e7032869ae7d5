import { UNTAGGED } from '../selection/choose-stories.ts'
import type { DraftItem } from './draft.ts'

type Placed = Pick<DraftItem, 'section' | 'followers'>

/**
 * The order of the mail: the first story of everybody's leads, the others stand in sections, sections in the order of
 * their first story, what has no topic last. Asked again it changes nothing.
 */
export function arranged<Item extends Placed>(items: readonly Item[]): Item[] {
  const lead = items.find((item) => !item.followers) ?? items[0]
  if (lead === undefined) return []
  const rest = items.filter((item) => item !== lead)
  const sections = [...Map.groupBy(rest, (item) => item.section).values()]
  const untagged = ([first]: Item[]) => (first?.section === UNTAGGED ? 1 : 0)
  return [lead, ...sections.toSorted((a, b) => untagged(a) - untagged(b)).flat()]
}
