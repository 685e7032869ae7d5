import type { Context } from '#context.ts'
import { checkNames, overridable } from '#editions/preflight/finding.ts'
import { getEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import { saveOverride } from './preflight-store.ts'

/**
 * A publisher lets pass what a check stops, for exactly the content that was looked at.
 * @throws Refusal for a check that is none or stops nothing, or without a reason
 */
export async function overrideCheck(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  {
    editionId,
    check,
    operatorId,
    reason,
  }: { editionId: number; check: string; operatorId: number; reason: string },
): Promise<{ contentHash: string }> {
  refuseUnknown(check)
  const why = reason.trim()
  if (why === '') throw new Refusal('say why it may pass: a reason is missing', { field: 'reason' })
  const { contentHash } = await getEdition(db, editionId)
  const now = clock.now()
  await saveOverride(db, { editionId, contentHash, check, operatorId, reason: why, now })
  return { contentHash }
}

function refuseUnknown(check: string): void {
  const name = checkNames.find((one) => one === check)
  const field = 'check'
  if (name === undefined)
    throw new Refusal(`there is no check "${check.slice(0, 40)}": use ${overridable.join(', ')}`, {
      field,
    })
  if (overridable.includes(name)) return
  throw new Refusal(
    ['mails', 'withdrawn'].includes(name)
      ? `nobody lets "${name}" pass: mend it, or drop the story`
      : `"${name}" stops nothing: the edition leaves with it`,
    { field },
  )
}
