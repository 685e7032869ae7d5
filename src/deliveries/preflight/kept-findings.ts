import type { Context } from '#context.ts'
import type { Edition } from '#editions/store.ts'
import { findCheck, listOverridden, type StoredFinding } from './preflight-store.ts'

export type KeptFinding = {
  check: string
  outcome: StoredFinding['outcome'] | 'let pass'
  reason: string
}

/** What the last look found, with what a publisher lets pass since. */
export type Kept = {
  /** Whether it was a look at the edition as it is now. */
  present: boolean
  checkedAt: Date
  /** Worst first. */
  findings: KeptFinding[]
  fit: boolean
}

const WORST_FIRST = ['stops', 'warns', 'cannot check', 'let pass', 'passed'] as const

export async function findKept(
  { db }: Pick<Context, 'db'>,
  { id: editionId, contentHash }: Pick<Edition, 'id' | 'contentHash'>,
): Promise<Kept | undefined> {
  const stored = await findCheck(db, editionId)
  if (stored === undefined) return undefined
  const overridden = await listOverridden(db, { editionId, contentHash: stored.contentHash })
  const findings = stored.findings
    .map(({ outcome, ...finding }) => ({
      ...finding,
      outcome:
        outcome === 'stops' && overridden.includes(finding.check) ? ('let pass' as const) : outcome,
    }))
    .toSorted((a, b) => WORST_FIRST.indexOf(a.outcome) - WORST_FIRST.indexOf(b.outcome))
  return {
    present: stored.contentHash === contentHash,
    checkedAt: stored.checkedAt,
    findings,
    fit: findings.every(({ outcome }) => outcome !== 'stops'),
  }
}

/** "stops it: size; warns: links, lead", for where there is one line. */
export function keptInOneLine(kept: Kept | undefined): string {
  if (kept === undefined) return 'not checked yet'
  if (!kept.present) return 'changed since it was checked'
  const { findings } = kept
  const parts = (['stops', 'warns', 'cannot check', 'let pass'] as const).flatMap((outcome) => {
    const names = findings.filter((one) => one.outcome === outcome).map(({ check }) => check)
    return names.length === 0
      ? []
      : [`${outcome === 'stops' ? 'stops it' : outcome}: ${[...new Set(names)].join(', ')}`]
  })
  return parts.length === 0 ? 'the checks found nothing' : parts.join('; ')
}
