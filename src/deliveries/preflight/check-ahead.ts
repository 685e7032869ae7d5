import type { Context } from '#context.ts'
import { findRule } from '#editions/approval/verdict-store.ts'
import { getEdition } from '#editions/store.ts'
import { planDeskNotice } from '../service/desk-notice.ts'
import { stopsInWords } from './release-check.ts'
import { type Asked, runPreflight } from './run-preflight.ts'

/**
 * Everything is looked at while there is time to mend it. Of an edition that would leave without a person's yes, the desk
 * hears what stops it; whoever is called to another sees it there.
 */
export async function checkAhead(
  context: Omit<Context, 'log' | 'leavings'>,
  { editionId, asked }: { editionId: number; asked: Asked },
): Promise<void> {
  const { findings, overridden, fit, contentHash } = await runPreflight(context, {
    editionId,
    asked,
  })
  if (fit) return
  const edition = await getEdition(context.db, editionId)
  const rule = await findRule(context.db, edition.newsletterId)
  const alone = edition.state === 'approved' || (edition.dueAt !== null && ALONE.includes(rule))
  if (!alone) return
  const stopping = findings.filter(
    ({ outcome, check }) => outcome === 'stops' && !overridden.includes(check),
  )
  await planDeskNotice(context, {
    key: `stopped by its checks ${editionId} ${contentHash.slice(0, 12)}`,
    subject: 'An edition would not leave like this',
    lines: [`“${edition.subject}”`, stopsInWords(edition, stopping)],
  })
}

const ALONE: readonly string[] = ['none', 'unless stopped']
