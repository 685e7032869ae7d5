import { z } from 'zod'
import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import { type EditionLine, listLines } from './list-store.ts'
import { listNewsletters } from './newsletter.ts'
import { type EditionState, editionStates } from './store.ts'

export type EditionsWish = {
  newsletter?: string | undefined
  state?: string | undefined
  /** As it was typed; 50 without it. */
  limit?: string | number | undefined
}

const MOST = 200

/** The newest first: all, of a newsletter, in a state. @throws Refusal that names what there is */
export async function listEditions(
  { db }: Pick<Context, 'db'>,
  { newsletter, state, limit = 50 }: EditionsWish = {},
): Promise<EditionLine[]> {
  const slug = newsletter === undefined ? null : await slugOf({ db }, newsletter)
  return listLines(db, {
    slug,
    state: state === undefined ? null : stateOf(state),
    limit: limitOf(limit),
  })
}

async function slugOf({ db }: Pick<Context, 'db'>, slug: string): Promise<string> {
  const known = (await listNewsletters(db)).map((newsletter) => newsletter.slug)
  if (known.includes(slug)) return slug
  throw new Refusal(`there is no newsletter "${slug.slice(0, 60)}": use ${known.join(', ')}`, {
    field: 'newsletter',
    status: 404,
  })
}

function stateOf(text: string): EditionState {
  const state = editionStates.find((one) => one === text)
  if (state !== undefined) return state
  throw new Refusal(`no edition is "${text.slice(0, 40)}": use ${editionStates.join(', ')}`, {
    field: 'state',
  })
}

function limitOf(limit: string | number): number {
  const read = z.coerce.number().int().min(1).max(MOST).safeParse(limit)
  if (read.success) return read.data
  throw new Refusal(`limit must be a whole number from 1 to ${MOST}`, { field: 'limit' })
}
