/** Every job, its lane and its payload: ids only, the row is the truth. */
export type Jobs = {
  'cluster-article': { articleId: number }
  /** Asks the model for a summary, where one is configured. */
  'summarise-article': { articleId: number }
  /** Fetches the lead image, and makes it fit a mail. */
  'fit-image': { articleId: number }
  /** Fetches a feed or sitemap that is due. */
  'poll-source': { sourceId: number }
  /** Makes articles of the items that wait. */
  'take-items': { sourceId: number }
  'plan-edition': { editionId: number }
  /** Looks at an edition ahead of its hour: its links and its sender, too. */
  'check-edition': { editionId: number }
  /** What providers told us and waits to be handled. */
  'take-returns': Record<string, never>
  /** What forms asked for and waits to be handled. */
  'take-sign-ups': Record<string, never>
  /** `sender` keeps the jobs of several senders apart, so that all of them work on a lane. */
  'drain-lane': { lane: Lane; sender?: number }
}

export type JobName = keyof Jobs

/** Lanes that send, most urgent first. */
export const lanes = ['confirmation', 'alert', 'digest'] as const
export type Lane = (typeof lanes)[number]

/**
 * One queue a lane, not one a job name. What waits for servers of others is fetched in a lane of its own, so that a slow
 * one never holds up the stories.
 */
export const queueNames = ['intake', 'fetching', 'planning', ...lanes] as const
export type QueueName = (typeof queueNames)[number]

export function queueOf(name: JobName, data: Jobs[JobName]): QueueName {
  if ('lane' in data) return data.lane
  if (FETCHING.includes(name)) return 'fetching'
  return name === 'plan-edition' ? 'planning' : 'intake'
}

const FETCHING: readonly JobName[] = [
  'poll-source',
  'take-items',
  'summarise-article',
  'fit-image',
  'check-edition',
]

/**
 * Leaves a job. The same job waits at most once: asking again while one waits is harmless, and asking while one is at
 * work makes exactly one more after it. A failure to enqueue is not an error for the caller: the sweep finds the row.
 */
export type Enqueue = <Name extends JobName>(name: Name, data: Jobs[Name]) => Promise<void>

/** A processor for each job name: leaving one out does not compile. */
export type Processors = {
  [Name in JobName]: (data: Jobs[Name], signal: AbortSignal) => Promise<unknown>
}
