import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { Refusal } from '#errors.ts'
import { findNewsletterIds } from '../store.ts'
import type { ErrorFile } from './error-file.ts'
import { examine, type Examined, type Table } from './examine.ts'
import type { Wishes } from './formats/recognise.ts'
import { importPeople, type Progress, refuseWhenStopped } from './import-people.ts'
import { type Preview, previewOf } from './preview.ts'
import { RowReader } from './read-row.ts'
import type { Source } from './reading/source.ts'
import { findTopicIds } from './reader-store.ts'
import { addRun, findRun, type NewRun, type Run, type RunCounts } from './run-store.ts'
import {
  addCounts,
  closeStage,
  countStage,
  type Lane,
  openStage,
  sortStage,
} from './stage-store.ts'
import { type StagedLane, stageTables } from './stage-tables.ts'

export type Import = {
  sources: readonly Source[]
  wishes: Wishes
  topics: readonly string[]
  /** Where and when these people agreed; null: only what the list itself tells counts. */
  consent: NewRun['consent']
  /** For who has none, or one that nobody knows. */
  timeZone: string
  language: string
  operatorId: number | null
  /** Only looks. */
  dryRun: boolean
  errors: ErrorFile | null
  /** Ends it behind the batches in hand. */
  signal?: AbortSignal
  onPreview?: (preview: Preview) => void
  onProgress?: (progress: Progress) => void
}

export type Imported =
  | { kind: 'looked'; preview: Preview }
  | { kind: 'done'; preview: Preview; importId: number; counts: RunCounts }
  /** The same file with the same wishes was imported before: nothing is read a second time. */
  | { kind: 'already'; importId: number; at: Date; counts: RunCounts }

/**
 * Takes people over from another sender. Whoever is listed anywhere in the files as unsubscribed, bounced or complaining
 * goes to the do-not-mail list before anybody becomes a reader; nobody who left here comes back by a list.
 * @throws Refusal before anything is changed
 */
export async function importReaders(
  context: Pick<Context, 'db' | 'clock' | 'secrets' | 'leavings'>,
  input: Import,
): Promise<Imported> {
  const newsletterIds = await findAll(input.wishes.newsletters, {
    find: async (slugs) => findNewsletterIds(context.db, slugs),
    what: 'newsletter',
  })
  const topicIds = await findAll(input.topics, {
    find: async (slugs) => findTopicIds(context.db, slugs),
    what: 'topic',
  })
  const examined = await examine(input.sources, input.wishes)
  const { tables, fileHash } = examined
  const mapping = { ...input.wishes, topics: input.topics }
  const known = await findRun(context.db, { fileHash, mapping, consent: input.consent })
  if (known?.state === 'done' && !input.dryRun)
    return { kind: 'already', importId: known.id, at: known.at, counts: known.counts }
  return withLanes(context.db, async (lanes) => {
    const staged = await stage(context, lanes, { examined, known, input })
    const { preview } = staged
    if (input.dryRun) return { kind: 'looked', preview }
    refuseWithoutNewsletter(preview)
    const run = known ?? (await begin(context, { tables, fileHash, mapping, input }))
    const counts = await importPeople(staged.lanes, {
      ...context,
      run,
      terms: { ...input, newsletterIds, topicIds },
      signal: input.signal,
      onProgress: input.onProgress ?? ignore,
    })
    return { kind: 'done', preview, importId: run.id, counts }
  })
}

/** Two connections with a stage each. */
async function withLanes<Result>(
  db: Db,
  work: (lanes: [Lane, Lane]) => Promise<Result>,
): Promise<Result> {
  return db.connection().execute(async (one) =>
    db.connection().execute(async (two) => {
      try {
        await Promise.all([openStage(one), openStage(two)])
        return await work([
          { number: 0, db: one },
          { number: 1, db: two },
        ])
      } finally {
        await closeStage(one)
        await closeStage(two)
      }
    }),
  )
}

async function findAll(
  slugs: readonly string[],
  { find, what }: { find: (slugs: string[]) => Promise<number[]>; what: string },
): Promise<number[]> {
  const wanted = [...new Set(slugs)]
  const ids = await find(wanted)
  if (ids.length !== wanted.length)
    throw new Refusal(
      `there is no ${what} of one of these names: ${wanted.join(', ').slice(0, 200)}`,
      {
        field: what,
      },
    )
  return ids
}

async function stage(
  { secrets, clock }: Pick<Context, 'clock' | 'secrets'>,
  lanes: [Lane, Lane],
  { examined, known, input }: { examined: Examined; known: Run | undefined; input: Import },
) {
  const { tables, passedOver } = examined
  const rows = new RowReader(secrets, { consent: input.consent, now: clock.now() })
  const total = input.sources.reduce((sum, { bytes }) => sum + bytes, 0)
  const onProgress = input.onProgress ?? ignore
  let done = 0
  const onBytes = (bytes: number) => {
    refuseWhenStopped(input.signal)
    onProgress({ step: 'reading', done: (done += bytes), total })
  }
  const read = await stageTables(lanes, tables, { rows, errors: input.errors, onBytes })
  const [one, two] = await Promise.all([sortLane(lanes[0]), sortLane(lanes[1])])
  const counts = addCounts(one.counts, two.counts)
  const goesOnAt = known === undefined || known.state === 'done' ? null : known.place
  const preview = previewOf({
    tables,
    read,
    counts,
    rows,
    wishes: input.wishes,
    goesOnAt,
    passedOver,
  })
  input.onPreview?.(preview)
  return { preview, lanes: [one, two] as const }
}

async function sortLane(lane: Lane): Promise<StagedLane> {
  await sortStage(lane.db)
  return { ...lane, counts: await countStage(lane.db) }
}

function refuseWithoutNewsletter({ needsNewsletter }: Preview): void {
  if (needsNewsletter)
    throw new Refusal(
      'say which newsletter these readers get with --newsletter SLUG: nothing was changed',
      {
        field: 'newsletter',
      },
    )
}

async function begin(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  {
    tables,
    fileHash,
    mapping,
    input,
  }: { tables: Table[]; fileHash: Buffer; mapping: object; input: Import },
): Promise<Run> {
  const names = tables.map(({ source }) => source.name)
  return addRun(db, {
    operatorId: input.operatorId,
    fileHash,
    fileName: names.join(', ').slice(0, 500),
    format: [...new Set(tables.map(({ layout }) => layout.format.name))].join(', '),
    mapping,
    consent: input.consent,
    now: clock.now(),
  })
}

function ignore(): void {
  // Nobody watches.
}
