/** What a check before sending found, in words that name the thing and the fix. */
export type Finding = {
  check: CheckName
  outcome: 'passed' | 'stops' | 'warns' | 'cannot check'
  reason: string
}

/** What is looked at, in the order in which people read it. */
export const checkNames = [
  'mails',
  'unsubscribe',
  'withdrawn',
  'correction',
  'embargo',
  'leftovers',
  'size',
  'template',
  'summaries',
  'postal address',
  'mail rules',
  'text part',
  'links',
  'pictures',
  'lead',
  'audience',
  'feeds',
  'sender',
] as const
export type CheckName = (typeof checkNames)[number]

/** What a publisher may let pass. Nobody lets pass a mail that cannot be made, or a story that was withdrawn. */
export const overridable: readonly CheckName[] = [
  'unsubscribe',
  'correction',
  'embargo',
  'leftovers',
  'size',
  'summaries',
  'postal address',
]

export function passed(check: CheckName, reason: string): Finding {
  return { check, outcome: 'passed', reason }
}

export function stops(check: CheckName, reason: string): Finding {
  return { check, outcome: 'stops', reason }
}

export function warns(check: CheckName, reason: string): Finding {
  return { check, outcome: 'warns', reason }
}

export function cannotCheck(check: CheckName, reason: string): Finding {
  return { check, outcome: 'cannot check', reason }
}

/** One finding a check and outcome, worst first, its reasons in a row; `fine` where nothing was found. */
export function gathered(check: CheckName, found: readonly Finding[], fine: string): Finding[] {
  if (found.length === 0) return [passed(check, fine)]
  return (['stops', 'warns', 'cannot check'] as const).flatMap((outcome) => {
    const reasons = found.filter((one) => one.outcome === outcome).map(({ reason }) => reason)
    if (reasons.length === 0) return []
    const shown = reasons.slice(0, MOST)
    const more = reasons.length - shown.length
    return [
      { check, outcome, reason: [...shown, ...(more > 0 ? [`${more} more`] : [])].join('; ') },
    ]
  })
}

const MOST = 5
