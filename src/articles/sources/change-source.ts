import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import { decideBatch } from './batch-store.ts'
import { nameOf, rankOf } from './add-source.ts'
import { getSource, type Source } from './source.ts'
import {
  makeDue,
  pauseSource,
  removeSource,
  resumeSource,
  type SourceChange,
  updateSource,
} from './source-store.ts'

type Needs = Pick<Context, 'db' | 'clock'>

/** @throws Refusal where the name is another feed's */
export async function changeSource(
  { db }: Pick<Context, 'db'>,
  { id, change }: { id: number; change: SourceChange },
): Promise<Source> {
  const { name, rank } = change
  const clean = {
    ...change,
    ...(name === undefined ? {} : { name: nameOf(name) }),
    ...(rank === undefined ? {} : { rank: rankOf(rank) }),
  }
  if (!(await updateSource(db, { id, change: clean })))
    throw new Refusal(`there is a feed named "${name ?? ''}" already: choose another name`, {
      field: 'name',
      status: 409,
    })
  return getSource(db, id)
}

/** @returns whether it was not so before */
export async function switchSource(
  { db, clock }: Needs,
  { id, on }: { id: number; on: boolean },
): Promise<boolean> {
  return on ? resumeSource(db, { id, now: clock.now() }) : pauseSource(db, id)
}

/** Due at once, and a job is left. @throws Refusal for a feed that is not polled */
export async function pollSoon(
  { db, clock, enqueue }: Needs & Pick<Context, 'enqueue'>,
  { id, name, state }: Source,
): Promise<void> {
  if (state === 'paused' || state === 'gone')
    throw new Refusal(`"${name}" is ${state}: resume it first`, { status: 409 })
  await makeDue(db, { id, now: clock.now() })
  await enqueue('poll-source', { sourceId: id })
}

/** Its articles stay. Its hub learns by the 410 of the callback that nobody listens any more. */
export async function dropSource(
  { db }: Pick<Context, 'db'>,
  { id }: { id: number },
): Promise<void> {
  await removeSource(db, id)
}

export type BatchWord = { source: Source; operatorId: number | null }

/** The items that were held are read now. @returns how many */
export async function releaseBatch(
  { db, clock, enqueue }: Needs & Pick<Context, 'enqueue'>,
  { source, operatorId }: BatchWord,
): Promise<number> {
  const items = await decide({ db, clock }, { source, operatorId, state: 'released' })
  await enqueue('take-items', { sourceId: source.id })
  return items
}

/** The items that were held are never read. @returns how many */
export async function dropBatch(
  { db, clock }: Needs,
  { source, operatorId }: BatchWord,
): Promise<number> {
  return decide({ db, clock }, { source, operatorId, state: 'dropped' })
}

async function decide(
  { db, clock }: Needs,
  { source, operatorId, state }: BatchWord & { state: 'released' | 'dropped' },
): Promise<number> {
  const items = await decideBatch(db, {
    sourceId: source.id,
    operatorId,
    state,
    now: clock.now(),
  })
  if (items === undefined)
    throw new Refusal(`nothing of "${source.name}" is held`, { field: 'batch', status: 409 })
  return items
}
