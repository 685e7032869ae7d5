import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** A group of fewer readers could be recognised: how many it was is said nowhere. */
export const FEWEST_READERS = 10

/** `hidden` figures are null: fewer than 10 readers. */
type Figures = { readers: number | null; opens: number | null; hidden: boolean }

export type StoryClicks = Figures & { position: number; storyId: number; headline: string }

export type ClickReport = {
  stories: StoryClicks[]
  /** Readers of any of the stories: who read three is one. */
  total: Figures
  /** Requests of scanners, previews and other programs, which are in no other figure. */
  scans: number
}

/** Undefined for an edition that was drafted without counting. */
export async function readClicks(db: Db, editionId: number): Promise<ClickReport | undefined> {
  const stories = await listStories(db, editionId)
  if (stories.length === 0) return undefined
  const { readers, opens, scans } = await readTotal(db, editionId)
  return { ...hideSmall(stories, { readers, opens }), scans }
}

type Counted = { readers: number; opens: number }

/**
 * Small groups are hidden, also from subtraction: beside a hidden story the totals are never more than the shown
 * stories add up to, and in tens, rounded down.
 */
export function hideSmall<Story extends Counted>(
  stories: readonly Story[],
  total: Counted,
): { stories: (Omit<Story, keyof Counted> & Figures)[]; total: Figures } {
  const shown = stories.map((story) => ({ ...story, ...figuresOf(story) }))
  if (shown.every(({ hidden }) => !hidden)) return { stories: shown, total: figuresOf(total) }
  const safe = (key: keyof Counted) => {
    const sum = shown.reduce((all, story) => all + (story[key] ?? 0), 0)
    return Math.floor(Math.min(total[key], sum) / 10) * 10
  }
  return { stories: shown, total: figuresOf({ readers: safe('readers'), opens: safe('opens') }) }
}

function figuresOf({ readers, opens }: Counted): Figures {
  return readers < FEWEST_READERS
    ? { readers: null, opens: null, hidden: true }
    : { readers, opens, hidden: false }
}

async function listStories(
  db: Db,
  editionId: number,
): Promise<({ position: number; storyId: number; headline: string } & Counted)[]> {
  const { rows } = await sql<{ position: number; storyId: number; headline: string } & Counted>`
    select l.position, l.story_id as "storyId", r.headline
         , coalesce(c.readers, 0) as readers, coalesce(c.opens, 0) as opens
      from edition_link l
      join edition_story es on (es.edition_id, es.position) = (l.edition_id, l.position)
      join article_revision r on (r.article_id, r.revision) = (es.article_id, es.revision)
      left join click_count c on (c.edition_id, c.position) = (l.edition_id, l.position)
     where l.edition_id = ${editionId} order by l.position limit 1000`.execute(db)
  return rows
}

async function readTotal(db: Db, editionId: number): Promise<Counted & { scans: number }> {
  const { rows } = await sql<Counted & { scans: number }>`
    select readers, opens, scans from click_count where edition_id = ${editionId} and position = -1`.execute(
    db,
  )
  return rows[0] ?? { readers: 0, opens: 0, scans: 0 }
}
