import type { Context } from '#context.ts'
import type { Edition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import { allBlocks, SINCE } from '#mail/digest-blocks.ts'
import { hashAddress } from '#secrets.ts'
import { normaliseAddress } from '#subscribers/address.ts'
import { findByAddress } from '#subscribers/store.ts'
import { findReadersBlocks } from './preview-store.ts'
import { getVariant, listVariants } from './variants.ts'

/** Whose mail is looked at: a reader's, by number or address; a variant's, by name or number; one of these blocks. */
export type Whose = {
  reader?: string | undefined
  variant?: string | undefined
  blocks?: readonly number[] | undefined
}

export type Chosen = { blocks: number[]; subscriberId: number | null }

/** @throws Refusal for a reader who does not get it, and for what the edition does not hold */
export async function chooseBlocks(
  context: Pick<Context, 'db' | 'clock' | 'secrets'>,
  edition: Edition,
  { reader, variant, blocks }: Whose,
): Promise<Chosen> {
  if ([reader, variant, blocks].filter((wish) => wish !== undefined).length > 1)
    throw new Refusal('name a reader, a variant or blocks, not two of them', { field: 'variant' })
  if (reader !== undefined) return readersChoice(context, edition, reader)
  if (blocks !== undefined) return { blocks: heldBlocks(edition, blocks), subscriberId: null }
  const variants = await listVariants(context, edition)
  const found = variant === undefined ? variants[0] : getVariant(variants, variant)
  return { blocks: found.blocks, subscriberId: null }
}

async function readersChoice(
  context: Pick<Context, 'db' | 'clock' | 'secrets'>,
  edition: Edition,
  wanted: string,
): Promise<Chosen> {
  const { db, clock } = context
  const subscriberId = await numberOfReader(context, wanted.trim())
  const found = await findReadersBlocks(db, {
    editionId: edition.id,
    subscriberId,
    now: clock.now(),
  })
  const named = `reader ${subscriberId} does not get edition ${edition.id}`
  if (found === undefined)
    throw new Refusal(`${named}: not in its audience`, { field: 'reader', status: 404 })
  if (found.reason !== null)
    throw new Refusal(`${named}: ${found.reason}`, { field: 'reader', status: 404 })
  return { blocks: found.blocks, subscriberId }
}

async function numberOfReader(
  { db, secrets }: Pick<Context, 'db' | 'secrets'>,
  wanted: string,
): Promise<number> {
  if (/^\d{1,15}$/.test(wanted)) return Number(wanted)
  const { email } = normaliseAddress(wanted)
  const found = await findByAddress(db, hashAddress(secrets, email))
  if (found !== undefined) return found.id
  throw new Refusal('no reader has this address', { field: 'reader', status: 404 })
}

function heldBlocks({ compiled }: Edition, blocks: readonly number[]): number[] {
  const held =
    compiled.form === 'single'
      ? [0]
      : compiled.digest.stories.flatMap(({ since }, place) =>
          since == null ? [] : [SINCE + place],
        )
  const all = compiled.form === 'single' ? held : [...allBlocks(compiled.digest), ...held]
  const missing = blocks.filter((block) => !all.includes(block))
  const stories = blocks.filter((block) => block < SINCE)
  if (missing.length === 0 && stories.length > 0) return [...blocks]
  throw new Refusal(
    missing.length > 0
      ? `the edition has no block ${missing.join(', ')}: its blocks are ${all.join(', ')}`
      : 'a mail needs at least one story: name one in blocks',
    { field: 'blocks' },
  )
}
