// Which stories make the mail, and why: pure, so that the same stories give the same mail and the reasons are true.

/** A story that may be told. */
export type Choosable = {
  storyId: number
  articleId: number
  /** Of the lead's. */
  headline: string
  /** Articles of the story, and the publishers that wrote them. */
  articles: number
  sources: number
  topics: { slug: string; name: string }[]
  publishedAt: Date
  breaking: boolean
  /** When an alert told it; null where none did. */
  alertedAt: Date | null
  /** Of the lead's source: 0 to 100. */
  rank: number
  pinned: boolean
}

export type SectionRule = { name: string; topics: string[]; most: number }

export type ChoiceRules = {
  sections: readonly SectionRule[]
  most: number
  /** The newsletter's rhythm: news grows old twice as slowly in a weekly. */
  halfLifeHours: number
  /** How many more are kept for who follows a topic. */
  followers: number
}

export type ChosenStory<Story> = {
  story: Story
  section: string
  followers: boolean
  why: string[]
}
export type RefusedStory<Story> = { story: Story; reason: string }

export const UNTAGGED = 'More news'

/** Of stories on one topic each further one counts as much less important: a front page is not one subject. */
const MONOTONY = 0.6
const HOUR_MS = 3_600_000

/**
 * The most important stories within the quotas, pinned ones first, then those that only followers of a topic get. Told in
 * the order of importance; a topic that has its share gives way to others that are nearly as important.
 */
export function chooseStories<Story extends Choosable>(
  stories: readonly Story[],
  rules: ChoiceRules,
  now: Date,
): { chosen: ChosenStory<Story>[]; refused: RefusedStory<Story>[] } {
  const waiting = stories
    .map((story) => ({ story, ...importanceOf(story, rules, now) }))
    .toSorted(
      (a, b) =>
        Number(b.story.pinned) - Number(a.story.pinned) ||
        b.importance - a.importance ||
        a.story.storyId - b.story.storyId,
    )
  const page = new FrontPage<Story>(rules)
  const later: RefusedStory<Story>[] = []
  while (waiting.length > 0) {
    const next = page.mostWanted(waiting)
    const [one] = waiting.splice(next, 1)
    if (one === undefined) break
    const reason = page.refuses(one.story)
    if (reason === null) page.take(one.story, one.why)
    else later.push({ story: one.story, reason })
  }
  const kept = later.filter(({ story }) => story.topics.length > 0).slice(0, rules.followers)
  const followed = kept.map(({ story, reason }) => ({
    story,
    section: page.sectionOf(story)?.name ?? story.topics[0]?.name ?? UNTAGGED,
    followers: true,
    why: [`for readers who follow ${namesOf(story)}; not for everybody: ${reason}`],
  }))
  const out = later.filter((each) => !kept.includes(each))
  return { chosen: [...page.stories, ...followed], refused: out }
}

class FrontPage<Story extends Choosable> {
  readonly stories: ChosenStory<Story>[] = []
  readonly #rules: ChoiceRules
  readonly #told = new Map<string, number>()

  constructor(rules: ChoiceRules) {
    this.#rules = rules
  }

  /** The place in the list of what is wanted most now. */
  mostWanted(waiting: readonly { story: Story; importance: number }[]): number {
    let best = 0
    let most = -Infinity
    for (const [index, { story, importance }] of waiting.entries()) {
      if (story.pinned) return index
      const wanted = importance - (story.breaking ? 0 : MONOTONY * this.#toldOn(story))
      if (wanted > most + 1e-9) {
        most = wanted
        best = index
      }
    }
    return best
  }

  refuses(story: Story): string | null {
    if (story.pinned) return null
    if (this.stories.length >= this.#rules.most)
      return `the ${this.#rules.most} places went to more important stories`
    if (this.#rules.sections.length === 0) return null
    const section = this.sectionOf(story)
    if (section === undefined) return 'no section of the newsletter has its topics'
    return this.#countIn(section.name) >= section.most
      ? `the section “${section.name}” has its ${section.most}`
      : null
  }

  take(story: Story, why: string[]): void {
    const section = this.sectionOf(story)?.name ?? story.topics[0]?.name ?? UNTAGGED
    this.stories.push({ story, section, followers: false, why })
    const [topic] = story.topics
    if (topic !== undefined) this.#told.set(topic.slug, (this.#told.get(topic.slug) ?? 0) + 1)
  }

  sectionOf({ topics }: Story): SectionRule | undefined {
    return this.#rules.sections.find(
      (section) =>
        section.topics.length === 0 || topics.some(({ slug }) => section.topics.includes(slug)),
    )
  }

  #toldOn({ topics: [topic] }: Story): number {
    return topic === undefined ? 0 : (this.#told.get(topic.slug) ?? 0)
  }

  #countIn(name: string): number {
    return this.stories.filter(({ section }) => section === name).length
  }
}

function importanceOf(
  story: Choosable,
  { halfLifeHours }: ChoiceRules,
  now: Date,
): { importance: number; why: string[] } {
  const { articles, sources, breaking, alertedAt, rank, pinned } = story
  const hours = Math.max(0, now.getTime() - story.publishedAt.getTime()) / HOUR_MS
  const freshness = 2 * 2 ** (-hours / halfLifeHours)
  const importance =
    (breaking ? 10 : 0) +
    2 * Math.log2(1 + sources) +
    Math.log2(1 + articles) +
    freshness +
    (rank - 50) / 25
  const why = [
    ...(pinned ? ['an editor wants it here'] : []),
    ...(breaking ? ['breaking news'] : []),
    ...(alertedAt === null ? [] : ['an alert told it: only who had none gets it as news']),
    sources > 1
      ? `${sources} publishers tell it, in ${articles} articles`
      : articles > 1
        ? `${articles} articles tell it`
        : 'one article tells it',
    `${ageInWords(hours)} old`,
    ...(rank === 50 ? [] : [`its source ranks ${rank} of 100`]),
  ]
  return { importance, why }
}

function ageInWords(hours: number): string {
  if (hours < 1) return 'less than an hour'
  if (hours < 48) return `${Math.round(hours)} h`
  return `${Math.round(hours / 24)} days`
}

function namesOf({ topics }: Choosable): string {
  return topics.map(({ name }) => name).join(' or ')
}
