import type { Context } from '#context.ts'
import { findAlertLimit } from '#editions/alerts/alert-limits.ts'
import { draftAlert } from '#editions/alerts/draft-alert.ts'
import { type Flagged, listFlagged } from '#editions/alerts/flagged-store.ts'
import { sayYes } from '#editions/approval/approve.ts'
import { getEdition } from '#editions/store.ts'
import { reasonOf } from '#errors.ts'
import { planDeskNotice } from '../service/desk-notice.ts'
import { findStops, stopsInWords } from '../preflight/release-check.ts'
import { type Releasing, sendEdition } from '../send-edition.ts'

/**
 * What a trusted feed calls breaking becomes an alert. It waits for a person, unless the feed is trusted to release, the
 * day's budget and the story's cooldown allow it, and it is the story's first: an update is for a person to judge.
 */
export async function sweepFlagged(
  context: Releasing & Pick<Context, 'log'>,
  { dkimDir }: { dkimDir?: string } = {},
): Promise<void> {
  const { db, clock, log } = context
  for (const flagged of await listFlagged(db, clock.now())) {
    try {
      await alertTo(context, { flagged, dkimDir })
    } catch (error) {
      // One article that no alert can be made of must not keep the others back. It is tried again until its hour is over.
      const reason = reasonOf(error)
      if (await tellDesk(context, { flagged, reason }))
        log.warn({ article: flagged.articleId, reason }, 'an alert did not leave by itself')
    }
  }
}

/** @returns whether it was news to the desk */
async function tellDesk(
  context: Releasing,
  { flagged: { articleId, source }, reason }: { flagged: Flagged; reason: string },
): Promise<boolean> {
  return planDeskNotice(context, {
    key: `flagged ${articleId}`,
    subject: 'An alert did not leave by itself',
    lines: [
      `“${source}” called article ${articleId} breaking news, and ${reason}.`,
      `Mend that, then: daybreak alert ${articleId}`,
    ],
  })
}

async function alertTo(
  context: Releasing & Pick<Context, 'log'>,
  { flagged, dkimDir }: { flagged: Flagged; dkimDir: string | undefined },
): Promise<void> {
  const { articleId, source, release } = flagged
  const { editionId, contentHash } = await draftAlert(context, { articleId, operatorId: null })
  const edition = await getEdition(context.db, editionId)
  context.log.info({ edition: editionId, source }, 'a feed called an article breaking')
  if (!release || edition.state !== 'in review' || edition.updateNumber !== null) return
  const limit = await findAlertLimit(context, edition)
  const looked = await findStops(context, edition)
  const reason =
    limit?.reason ?? (looked.stops.length > 0 ? stopsInWords(edition, looked.stops) : null)
  if (reason !== null) {
    context.log.info({ edition: editionId, reason }, 'an alert waits for a person')
    return
  }
  const note = `“${source}” may release alerts`
  await sayYes(context, { editionId, contentHash, operator: null, via: 'rule', note })
  await sendEdition(context, {
    editionId,
    rule: 'now',
    looked,
    dkimDir,
  })
}
