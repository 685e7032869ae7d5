import type { Context } from '#context.ts'
import type { Edition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import { allBlocks } from '#mail/digest-blocks.ts'
import { everybodysBlocks } from '../preview.ts'
import { listTopicsOfStories, type TopicsOfStory } from './preview-store.ts'

/** A choice of stories that readers may get, by the name that people call it by. */
export type Variant = {
  name: string
  words: string
  /** What a follower of a topic gets. */
  topic: boolean
  blocks: number[]
}

/** Everybody's, the largest, the smallest, and what a follower of each topic gets who follows nothing else. */
export async function listVariants(
  { db }: Pick<Context, 'db'>,
  edition: Edition,
): Promise<[Variant, ...Variant[]]> {
  const everybody = {
    name: 'everybody',
    words: 'Everybody’s',
    topic: false,
    blocks: everybodysBlocks(edition),
  }
  const { compiled } = edition
  if (compiled.form === 'single') return [everybody]
  const { stories } = compiled.digest
  const sizeOf = (place: number) => stories[place]?.lead.html.length ?? 0
  const [smallest = 0] = [...stories.keys()].toSorted((a, b) => sizeOf(a) - sizeOf(b))
  const { rows, most } = await listTopicsOfStories(db, edition.id)
  return [
    everybody,
    { name: 'largest', words: 'Largest', topic: false, blocks: allBlocks(compiled.digest) },
    { name: 'smallest', words: 'Smallest', topic: false, blocks: [smallest] },
    ...topicVariants(rows, most),
  ]
}

/** By the plan's rule: the topic's stories and those without one, as many as a mail holds, everybody's first. */
export function topicVariants(rows: readonly TopicsOfStory[], most: number): Variant[] {
  const topics = new Map(rows.flatMap(({ topics: of }) => of.map(({ slug, name }) => [slug, name])))
  return [...topics]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .flatMap(([slug, name]) => {
      const own = rows.filter(({ topics: of, followers }) =>
        of.length === 0 ? !followers : of.some((topic) => topic.slug === slug),
      )
      const blocks = own
        .toSorted((a, b) => Number(a.followers) - Number(b.followers) || a.position - b.position)
        .slice(0, most)
        .map(({ position }) => position)
        .toSorted((a, b) => a - b)
      return [{ name: `topic:${slug}`, words: name, topic: true, blocks }]
    })
}

/** By its name, or by its number in the list. @throws Refusal that names those there are */
export function getVariant(variants: readonly Variant[], wanted: string): Variant {
  const number = /^\d{1,3}$/.test(wanted) ? Number(wanted) : 0
  const found = variants[number - 1] ?? variants.find(({ name }) => name === wanted)
  if (found !== undefined) return found
  const names = variants.map(({ name }) => name)
  throw new Refusal(`there is no variant "${wanted.slice(0, 60)}": use ${names.join(', ')}`, {
    field: 'variant',
  })
}
