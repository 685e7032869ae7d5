import {
  type Entered,
  numberArgument,
  type Out,
  reasonArgument,
  SILENT,
  tell,
} from '#commands/command.ts'
import { draftLines, standingLines } from '#commands/edition-show.ts'
import { forecastAlert, forecastInWords } from '#deliveries/alerts/forecast-store.ts'
import { cancelCountdown, startCountdown } from '#deliveries/alerts/countdown.ts'
import { describeStanding } from '#deliveries/approval/describe-standing.ts'
import { sayYes, sendBack } from '#editions/approval/approve.ts'
import { changeDraft } from '#editions/draft/change-draft.ts'
import { describeDraft } from '#editions/draft/describe-draft.ts'
import { parseEdits } from '#editions/draft/edit.ts'
import { getEdition } from '#editions/store.ts'
import { durationInWords } from '#duration.ts'
import { Refusal } from '#errors.ts'

type Step = { house: Entered; out: Out; editionId: number; json: boolean }
export type Said = {
  change?: string | undefined
  hash?: string | undefined
  note?: string | undefined
  reason?: string | undefined
  draft?: string | undefined
  'over-limit'?: string | undefined
  /** Of a check: the one to let pass. */
  pass?: string | undefined
  /** Of a test: where it goes; without it, to who sends it. */
  to?: string | undefined
  /** Of a preview or a test: whose mail. */
  reader?: string | undefined
  variant?: string | undefined
  text?: boolean | undefined
  dark?: boolean | undefined
  'no-images'?: boolean | undefined
  /** Whom to call; without it, who is on call. */
  name?: string | undefined
}

/** What a person says of an edition before it leaves. */
export const sayingVerbs = {
  approval: { duty: 'read', run: approval },
  draft: { duty: 'read', run: draft },
  approve: { duty: 'approve', run: approve },
  'send-back': { duty: 'approve', run: back },
  override: { duty: 'send', run: override },
  release: { duty: 'release alert', run: release },
  cancel: { duty: 'approve', run: cancel },
  edit: { duty: 'compose', run: edit },
  call: { duty: 'compose', run: call },
  check: { duty: 'read', run: check },
  preview: { duty: 'read', run: preview },
  test: { duty: 'compose', run: test },
} as const

export type SayingVerb = keyof typeof sayingVerbs

export function isSaying(word: string): word is SayingVerb {
  return Object.hasOwn(sayingVerbs, word)
}

async function approval({ house, out, editionId, json }: Step): Promise<void> {
  const standing = await describeStanding(house.app.context, editionId)
  tell({ out, json }, { words: standingLines(standing), answer: standing })
}

async function draft({ house, out, editionId, json }: Step): Promise<void> {
  const described = await describeDraft(house.app.context, editionId)
  tell({ out, json }, { words: draftLines(described), answer: described })
}

/** What was done, in words; or where the edition stands then, as the API says it. */
async function done(step: Step, words: string[], more: object = {}): Promise<void> {
  const { house, out, editionId, json } = step
  const standing = json ? await describeStanding(house.app.context, editionId) : {}
  tell({ out, json }, { words, answer: { ...standing, ...more } })
}

async function seen({ house, editionId }: Step, hash: string | undefined): Promise<string> {
  const { contentHash } = await getEdition(house.app.context.db, editionId)
  if (hash === undefined || (hash.length >= 12 && contentHash.startsWith(hash))) return contentHash
  throw new Refusal(
    `edition ${editionId} now has hash ${contentHash.slice(0, 12)}, not ${hash.slice(0, 64)}: look at it again`,
    { status: 409, field: 'hash' },
  )
}

async function check(step: Step, { pass, reason }: Said): Promise<void> {
  const { checkByHand } = await import('#commands/edition-check.ts')
  await checkByHand(step, { override: pass, reason, json: step.json })
}

async function preview(step: Step, said: Said): Promise<void> {
  const { previewByHand } = await import('#commands/edition-preview.ts')
  const { reader, variant, text = false, dark = false } = said
  const images = said['no-images'] !== true
  await previewByHand(step, { whose: { reader, variant }, text, dark, images })
}

async function test(step: Step, { to, reader, variant }: Said): Promise<void> {
  const { testByHand } = await import('#commands/edition-preview.ts')
  const out = step.json ? SILENT : step.out
  const { blocks } = await testByHand({ ...step, out }, { to, reader, variant })
  if (step.json) step.out.line(JSON.stringify({ edition: step.editionId, blocks }))
}

async function approve(step: Step, { hash }: Said): Promise<void> {
  const { house, editionId } = step
  const contentHash = await seen(step, hash)
  const { operator } = house
  const { waitsFor } = await sayYes(house.app.context, {
    editionId,
    contentHash,
    operator,
    via: 'cli',
  })
  await house.note('approve', `edition ${editionId}`, { hash: contentHash })
  const words =
    waitsFor === null
      ? `edition ${editionId} is approved`
      : `your yes counts; edition ${editionId} still waits for ${waitsFor}`
  await done(step, [words])
}

async function back(step: Step, { note, hash }: Said): Promise<void> {
  const { house, editionId } = step
  const contentHash = await seen(step, hash)
  const { operator } = house
  await sendBack(house.app.context, {
    editionId,
    contentHash,
    operator,
    via: 'cli',
    note: note ?? '',
  })
  await house.note('send back', `edition ${editionId}`, { note })
  await done(step, [`edition ${editionId} is sent back: ${note ?? ''}`])
}

/** A publisher alone, where the rule asks for more; with the reason, and told to everybody on call. */
async function override(step: Step, { reason = '', hash }: Said): Promise<void> {
  const { house, editionId } = step
  const note = reason.trim()
  if (note === '')
    throw new Refusal('an override needs its reason: --reason "…"', { field: 'reason' })
  const contentHash = await seen(step, hash)
  const { context } = house.app
  const { operator } = house
  await sayYes(context, { editionId, contentHash, operator, via: 'cli', note, override: true })
  await house.note('override approval', `edition ${editionId}`, { reason: note, hash: contentHash })
  await done(step, [
    `edition ${editionId} is approved by ${operator.name} alone: ${note}. While "daybreak start" runs, everybody on call is told`,
  ])
}

async function release(step: Step, said: Said): Promise<void> {
  const { house, editionId } = step
  const { context } = house.app
  const overLimit = reasonArgument(said['over-limit'], 'over-limit')
  const leavesAt = await startCountdown(context, { editionId, overLimit })
  await house.note('release alert', `edition ${editionId}`, { overLimit })
  const now = context.clock.now()
  const left = durationInWords(leavesAt.getTime() - now.getTime())
  const edition = await getEdition(context.db, editionId)
  const reaches = await forecastAlert(context.db, { edition, now })
  await done(step, [
    `edition ${editionId} leaves in ${left}; to take it back: daybreak edition ${editionId} cancel`,
    ...(reaches === null ? [] : [`  ${forecastInWords(reaches)}`]),
  ])
}

async function cancel(step: Step): Promise<void> {
  const { house, editionId } = step
  await cancelCountdown(house.app.context, { editionId, operator: house.operator, via: 'cli' })
  await house.note('cancel countdown', `edition ${editionId}`)
  await done(step, [`cancelled: edition ${editionId} waits for a yes again`])
}

async function call(step: Step, { name }: Said): Promise<void> {
  const { house, editionId } = step
  const { callByHand } = await import('#deliveries/approval/call-by-hand.ts')
  const by = house.operator.name
  const people = await callByHand(house.app.context, { editionId, name, by })
  await house.note('call the desk', `edition ${editionId}`, { people })
  const words = `a link to edition ${editionId} is on its way to ${people.join(', ')}`
  tell(step, { words: [words], answer: { called: people } })
}

async function edit(step: Step, { note, draft: seenDraft }: Said): Promise<void> {
  const { house, editionId } = step
  const { context } = house.app
  const edits = parseEdits(jsonOf(note))
  const current = await getEdition(context.db, editionId)
  const changed = await changeDraft(context, {
    editionId,
    draftNumber: seenDraft === undefined ? current.draftNumber : numberArgument(seenDraft, 'draft'),
    edits,
    operator: house.operator,
  })
  await house.note('change draft', `edition ${editionId}`, {
    changes: edits.map(({ change }) => change),
  })
  const { draftNumber, contentHash: hash, notes } = changed
  const words = [
    `edition ${editionId} is draft ${draftNumber} now, hash ${hash.slice(0, 12)}`,
    ...notes.map((line) => `  ${line}`),
  ]
  tell(step, { words, answer: { id: editionId, draft: draftNumber, hash, notes } })
}

function jsonOf(text: string | undefined): unknown {
  try {
    const read: unknown = JSON.parse(text ?? '')
    return Array.isArray(read) ? read : [read]
  } catch (cause) {
    throw new Refusal(
      `say the change as JSON: --change '{"change": "headline", "story": 7, "text": "…"}'`,
      { field: 'change', cause },
    )
  }
}
