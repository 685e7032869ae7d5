import { tableOf } from '#commands/command.ts'
import type { describeStanding } from '#deliveries/approval/describe-standing.ts'
import type { describeDraft } from '#editions/draft/describe-draft.ts'
import { itemsOf } from '#editions/draft/draft.ts'

/** Where an edition stands on its way to readers, for people. */
export function standingLines(standing: Awaited<ReturnType<typeof describeStanding>>): string[] {
  const { id, state, stateReason, approved, waitsFor, checks, hash, verdicts } = standing
  const times = [
    ['comes at', standing.dueAt],
    ['a yes counts until', standing.deadlineAt],
    ['leaves at', standing.leavesAt],
  ] as const
  return [
    `edition ${id} is ${state}${stateReason === null ? '' : ` (${stateReason})`}, hash ${hash.slice(0, 12)}`,
    `  ${approved ? 'approved' : `waits for ${waitsFor}`}`,
    `  checks: ${checks}`,
    ...times.flatMap(([what, at]) => (at === null ? [] : [`  ${what} ${minuteOf(at)}`])),
    ...tableOf(
      verdicts.map(({ verdict, actor, at, via, note, hash: of }) => ({
        said: verdict,
        by: actor,
        at: minuteOf(at),
        via,
        content: of === hash ? 'this' : 'an earlier one',
        note: note ?? '',
      })),
    ).map((line) => `  ${line}`),
  ]
}

/** The stories of a draft with why they are there, and what people changed, for people. */
export function draftLines(described: Awaited<ReturnType<typeof describeDraft>>): string[] {
  const { id, draft, state, subject, previewText, hash, content, stories, edits } = described
  const headlines = new Map(stories.map(({ story, headline }) => [story, headline]))
  const items = content === null ? [] : itemsOf(content)
  return [
    `edition ${id} (${state}): draft ${draft}, hash ${hash.slice(0, 12)}`,
    `  subject: ${subject}`,
    `  preview text: ${previewText}`,
    ...(content === null ? ['  nothing of it can be edited'] : []),
    ...tableOf(
      items.map(({ storyId, articleId, section, pinned, headline, why }) => ({
        story: storyId,
        article: articleId,
        section,
        pinned: pinned ? 'pinned' : '',
        headline: headline?.text ?? headlines.get(storyId) ?? '',
        'written by': headline?.by ?? '',
        why: why.join('; '),
      })),
    ).map((line) => `  ${line}`),
    ...edits.map(
      ({ draftNumber, actor, changes, at }) =>
        `  draft ${draftNumber} by ${actor} at ${minuteOf(at)}: ${changes.join(', ')}`,
    ),
  ]
}

function minuteOf(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
