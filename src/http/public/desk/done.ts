import type { Context } from '#context.ts'
import { CANCELLED } from '#deliveries/alerts/countdown.ts'
import type { DeskPage } from '#deliveries/approval/desk-page.ts'
import { readStanding } from '#editions/approval/read-standing.ts'
import type { DeskView } from '../../html/desk/desk-view.ts'

/** What a link was used for, by the path of the form. */
const USED: Record<string, string> = {
  approve: 'approved',
  'send-back': 'sent back',
  stop: 'stopped',
}

/**
 * What became of the press that the page is shown after, from what is so now: an address can say anything, and a page is
 * looked at again later.
 */
export async function doneOf(
  context: Pick<Context, 'db' | 'clock'>,
  desk: DeskPage,
  done: string,
): Promise<DeskView['said']> {
  const { state, stateReason } = desk.edition
  const { usedAt, usedFor } = desk.link
  if (done === 'test') return right('A test is on its way to your own address. It counts nowhere.')
  if (done === 'cancel')
    return state === 'in review' && stateReason === CANCELLED
      ? right('Cancelled. It waits for a yes again; yours takes a new link.', true)
      : null
  if (usedAt === null || usedFor !== USED[done]) return null
  if (done === 'approve') return approvedOf(context, desk)
  if (done === 'stop') return state === 'stopped' ? right('Stopped. Nobody gets it.') : null
  return state === 'draft' ? right('Sent back. Its authors are told, with your note.') : null
}

async function approvedOf(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  { edition, link }: DeskPage,
): Promise<DeskView['said']> {
  if (edition.state === 'approved') return right(`Approved. ${leavingOf(edition, clock.now())}`)
  const { standing } = await readStanding(db, edition)
  if (standing.approved || !standing.yes.includes(link.operatorId)) return null
  return right(`Your yes counts. It still waits for ${standing.waitsFor}.`)
}

function right(words: string, again = false): DeskView['said'] {
  return { words, wrong: false, again }
}

function leavingOf({ leavesAt, dueAt }: DeskPage['edition'], now: Date): string {
  if (leavesAt !== null) return 'It leaves when its countdown has run out, unless you cancel.'
  if (dueAt === null) return 'It has no hour of its own: send it from the command line.'
  return dueAt <= now ? 'Its hour has come: it leaves now.' : 'It leaves at its hour.'
}
