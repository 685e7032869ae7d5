import type { Context } from '#context.ts'
import type { DeskPage } from '#deliveries/approval/desk-page.ts'
import { listVerdicts } from '#editions/approval/verdict-store.ts'
import { momentLine } from '#editions/dates.ts'
import { listEdits } from '#editions/draft/draft-store.ts'
import { listShownStories } from '#editions/draft/shown-stories.ts'
import { readSettings } from '#editions/publication.ts'
import type { DeskView } from '../../html/desk/desk-view.ts'

/** What the page shows, in the newsroom's time. */
export async function viewOf(
  { db }: Pick<Context, 'db'>,
  { desk, path, editable }: { desk: DeskPage; path: string; editable: boolean },
): Promise<Omit<DeskView, 'said'>> {
  const { edition, link, closed } = desk
  const { timeZone } = await readSettings({ db })
  const inWords = (now: Date) => momentLine({ language: 'en', timeZone, now })
  const edits = await listEdits(db, { editionId: edition.id, since: 0 })
  const verdicts = await listVerdicts(db, edition.id)
  const open = closed === null || closed.why === 'changed'
  return {
    name: link.name,
    path,
    newsletter: edition.newsletterName,
    kind: edition.kind,
    state: edition.state,
    stateReason: edition.stateReason,
    subject: edition.subject,
    preheader: edition.preheader,
    deadline:
      edition.deadlineAt === null
        ? null
        : { words: inWords(edition.deadlineAt), iso: edition.deadlineAt.toISOString() },
    leavesAt:
      edition.leavesAt === null || edition.state !== 'approved'
        ? null
        : { words: inWords(edition.leavesAt), iso: edition.leavesAt.toISOString() },
    hash: edition.contentHash,
    draftNumber: edition.draftNumber,
    draft: edition.draft,
    stories: await listShownStories(db, edition),
    edits: edits.map(({ actor, changes, at }) => ({ actor, changes, at: inWords(at) })),
    verdicts: verdicts.map(({ actor, verdict, note, at }) => ({
      actor,
      verdict,
      note,
      at: inWords(at),
    })),
    closed,
    editable: editable && open && edition.draft !== null,
  }
}
