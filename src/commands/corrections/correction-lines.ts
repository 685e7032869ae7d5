import type { WordMark } from '#articles/revisions/difference.ts'
import type { Accepted } from '#deliveries/corrections/accept-correction.ts'
import type { Carrier } from '#editions/corrections/correction-store.ts'
import type { Proposal } from '#editions/corrections/difference-of.ts'

export function carrierRows(carriers: readonly Carrier[]) {
  return carriers.map(({ editionId, kind, state, paused, toldBy }) => ({
    edition: editionId,
    kind,
    state: paused && state === 'held' ? 'stopped for this' : state,
    'told by': toldBy === null ? '' : `edition ${toldBy}`,
  }))
}

/** What a reader will see otherwise: `[-17-] {+16+} to`. */
export function proposalLines(proposals: readonly Proposal[]): string[] {
  return proposals.flatMap(({ editionId, version, subject, headline, summary, contentHash }) => [
    `edition ${editionId}, version ${version} (hash ${contentHash.slice(0, 12)})`,
    ...(subject.before === subject.after
      ? []
      : [`  subject: [-${subject.before}-] {+${subject.after}+}`]),
    `  headline: ${marked(headline)}`,
    `  summary: ${marked(summary)}`,
  ])
}

function marked(marks: readonly WordMark[]): string {
  return marks
    .map(({ kind, text }) => {
      if (kind === 'same') return text
      const space = /\s$/.test(text) ? ' ' : ''
      return kind === 'added' ? `{+${text.trim()}+}${space}` : `[-${text.trim()}-]${space}`
    })
    .join('')
}

export function acceptedLines(accepted: readonly Accepted[]): string[] {
  return accepted.flatMap(({ editionId, version, resumed, stays, correctionEdition, reach }) => [
    version === null
      ? `edition ${editionId} cannot be composed anew (it was made before drafts were kept): stop what is left of it by hand`
      : `edition ${editionId}: version ${version} ${resumed ? 'leaves from now on' : 'is on its web page'}`,
    ...(stays === null ? [] : [`  its mails stay stopped. ${stays}`]),
    `  ${reach.copies} had it wrong${reach.uncertain === 0 ? '' : ` (${reach.uncertain} of them may)`}, ${reach.reachable} can be told, ${reach.left} not reachable any more`,
    ...(reach.leaving === 0
      ? []
      : [`  ${reach.leaving} more are being handed over at this moment, and are told too`]),
    ...(correctionEdition === null
      ? []
      : [
          `  edition ${correctionEdition} tells them: look with "daybreak digest preview ${correctionEdition}", approve and send it as a digest`,
        ]),
  ])
}
