import type { Context } from '#context.ts'
import type { DeskPage } from '#deliveries/approval/desk-page.ts'
import { listNames } from '#deliveries/approval/desk-page-store.ts'
import { forecastAlert, forecastInWords } from '#deliveries/alerts/forecast-store.ts'
import { alertTimesInWords } from '#deliveries/alerts/alert-times.ts'
import { readAlertTimes } from '#deliveries/alerts/alert-times-store.ts'
import { findKept } from '#deliveries/preflight/kept-findings.ts'
import { readStanding } from '#editions/approval/read-standing.ts'
import { momentLine } from '#editions/dates.ts'
import { listEdits } from '#editions/draft/draft-store.ts'
import { listShownStories } from '#editions/draft/shown-stories.ts'
import { readSettings } from '#editions/publication.ts'
import { may } from '#operators/operator.ts'
import type { DeskView } from '../../html/desk/desk-view.ts'

/** What the page shows, in the newsroom's time. */
export async function viewOf(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  { desk, path }: { desk: DeskPage; path: string },
): Promise<Omit<DeskView, 'said' | 'editing'>> {
  const { edition, link, closed } = desk
  const { timeZone } = await readSettings({ db })
  const momentOf = (at: Date) => ({
    words: momentLine({ language: 'en', timeZone, now: at }),
    iso: at.toISOString(),
  })
  const momentOrNull = (at: Date | null) => at && momentOf(at)
  const now = clock.now()
  const reaches = await forecastAlert(db, { edition, now })
  const edits = await listEdits(db, { editionId: edition.id, since: 0 })
  const { standing, verdicts } = await readStanding(db, edition)
  const times = await readAlertTimes(db, edition.id)
  const kept = await findKept({ db }, edition)
  const open = closed === null || closed.why === 'changed'
  const waits = !standing.approved && isUndecided(edition)
  return {
    name: link.name,
    path,
    newsletter: edition.newsletterName,
    kind: edition.kind,
    state: edition.state,
    stateReason: edition.stateReason,
    subject: edition.subject,
    preheader: edition.preheader,
    deadline: momentOrNull(edition.deadlineAt),
    leavesAt: leavingOf(edition, { now, momentOf }),
    hash: edition.contentHash,
    draftNumber: edition.draftNumber,
    draft: edition.draft,
    stories: await listShownStories(db, edition),
    edits: edits.map(({ actor, changes, at }) => ({ actor, changes, at: momentOf(at) })),
    authors: await listNames(db, edition.authors),
    waitsFor: waits ? standing.waitsFor : null,
    objection: waits ? standing.objection : null,
    findings: kept?.present === true ? kept.findings : null,
    verdicts: verdicts.map(({ actor, verdict, note, at }) => ({
      actor,
      verdict,
      note,
      at: momentOf(at),
    })),
    alertTimes: times && alertTimesInWords(times),
    reaches: reaches && forecastInWords(reaches),
    closed,
    decides: may(link.role, 'approve'),
    tests: may(link.role, 'compose'),
    editable: may(link.role, 'compose') && open && edition.draft !== null,
  }
}

function isUndecided({ state, releaseAt }: DeskPage['edition']): boolean {
  return ['draft', 'in review'].includes(state) || (state === 'held' && releaseAt === null)
}

function leavingOf(
  { state, leavesAt }: DeskPage['edition'],
  { now, momentOf }: { now: Date; momentOf: (at: Date) => { words: string; iso: string } },
): DeskView['leavesAt'] {
  if (state !== 'approved' || leavesAt === null) return null
  const seconds = Math.max(0, Math.round((leavesAt.getTime() - now.getTime()) / 1000))
  return { ...momentOf(leavesAt), seconds }
}
