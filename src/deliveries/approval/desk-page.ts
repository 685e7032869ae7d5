import type { Context } from '#context.ts'
import type { Edition } from '#editions/store.ts'
import { findEdition } from '#editions/store.ts'
import { openToken } from '#subscribers/tokens.ts'
import { type DeskLink, findDeskLink } from './desk-link-store.ts'

/** What a link of a call opens: the edition, whose link it is, and why nothing can be decided by it, if so. */
export type DeskPage = {
  link: DeskLink
  edition: Edition
  /** Null: the person may decide. */
  closed: Closed | null
}

export type Closed = {
  why: 'used' | 'expired' | 'changed' | 'past' | 'disabled'
  /** For the person, in a sentence. */
  words: string
  /** Whether a new link would help. */
  again: boolean
  /** Whether it does not even show the edition any more. */
  hidden: boolean
}

/** Undefined for a token that is forged, damaged or of a key that was retired. */
export async function readDeskPage(
  { db, clock, secrets }: Pick<Context, 'db' | 'clock' | 'secrets'>,
  token: string,
): Promise<DeskPage | undefined> {
  const opened = openToken(secrets, 'desk', token)
  if (opened === undefined) return undefined
  const link = await findDeskLink(db, opened.publicId)
  if (link === undefined || link.editionId !== opened.reference) return undefined
  const edition = await findEdition(db, link.editionId)
  if (edition === undefined) return undefined
  return { link, edition, closed: closedOf({ link, edition, now: clock.now() }) }
}

function closedOf({
  link,
  edition,
  now,
}: {
  link: DeskLink
  edition: Edition
  now: Date
}): Closed | null {
  const state = `${edition.state}${edition.stateReason === null ? '' : ` (${edition.stateReason})`}`
  if (link.disabled)
    return {
      why: 'disabled',
      words: `${link.name} is no team member any more.`,
      again: false,
      hidden: true,
    }
  if (link.expiresAt <= now)
    return { why: 'expired', words: 'This link has run out.', again: isOpen(edition), hidden: true }
  if (link.usedAt !== null)
    return {
      why: 'used',
      words: `This link was used already: ${link.usedFor ?? 'decided'}. The edition is ${state}.`,
      again: isOpen(edition),
      hidden: false,
    }
  if (!isOpen(edition))
    return {
      why: 'past',
      words: `There is nothing to decide any more: the edition is ${state}.`,
      again: false,
      hidden: false,
    }
  if (link.contentHash !== edition.contentHash)
    return {
      why: 'changed',
      words:
        'The edition was changed after this mail was sent, so a yes by this link would be a yes to something else.',
      again: true,
      hidden: false,
    }
  return null
}

function isOpen({ state, releaseAt }: Edition): boolean {
  return (
    ['draft', 'in review', 'approved'].includes(state) || (state === 'held' && releaseAt === null)
  )
}
