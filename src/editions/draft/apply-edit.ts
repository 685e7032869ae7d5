import { Refusal } from '#errors.ts'
import { arranged } from './arrange.ts'
import type { AlertDraft, DigestDraft, Draft, DraftItem } from './draft.ts'
import {
  type AlertEdit,
  type BoxEdit,
  type DigestEdit,
  type Edit,
  fitsAlert,
  fitsDigest,
  type ItemEdit,
} from './edit.ts'

/**
 * The draft after one change. Pure: what a story to add looks like is found before.
 * @throws Refusal for a story or a box that the draft does not have, or a change that its kind of mail cannot take
 */
export function applyEdit(
  draft: Draft,
  { edit, by, added }: { edit: Edit; by: string; added?: DraftItem | undefined },
): Draft {
  if (draft.form === 'alert' && fitsAlert(edit)) return editAlert(draft, edit, by)
  if (draft.form === 'digest' && fitsDigest(edit)) return editDigest(draft, { edit, by, added })
  const what = edit.change.replace(/^(?:add|change|drop) /, '')
  throw new Refusal(
    draft.form === 'alert'
      ? `an alert is one story: it takes no "${what}"`
      : `"${edit.change}" does not fit this kind of mail`,
    { field: 'change' },
  )
}

function editAlert(draft: AlertDraft, edit: AlertEdit, by: string): AlertDraft {
  switch (edit.change) {
    case 'subject':
      return { ...draft, subject: written(edit.text, by) }
    case 'preview text':
      return { ...draft, preheader: written(edit.text, by) }
    case 'not known yet':
      return { ...draft, notKnownYet: written(edit.text, by) }
    case 'headline':
    case 'summary':
      return { ...draft, item: rewritten(itemOf([draft.item], edit.story), edit, by) }
  }
}

type Step<Kind extends Edit> = { edit: Kind; by: string; added: DraftItem | undefined }

function editDigest(draft: DigestDraft, { edit, by, added }: Step<DigestEdit>): DigestDraft {
  if ('box' in edit || edit.change === 'drop box') return editBoxes(draft, edit)
  if (edit.change === 'subject') return { ...draft, subject: written(edit.text, by) }
  if (edit.change === 'preview text') return { ...draft, preheader: written(edit.text, by) }
  if (edit.change !== 'greeting') return { ...draft, ...editItems(draft, { edit, by, added }) }
  const { text, signedBy } = edit
  return { ...draft, greeting: text === null ? null : { text, signedBy, by } }
}

function editBoxes(draft: DigestDraft, edit: BoxEdit): DigestDraft {
  const { boxes } = draft
  if (edit.change === 'add box') return { ...draft, boxes: [...boxes, edit.box] }
  if (boxes[edit.place] === undefined)
    throw new Refusal(`there is no box ${edit.place}: the mail has ${boxes.length}`, {
      field: 'place',
    })
  const changed = edit.change === 'drop box' ? [] : [edit.box]
  return { ...draft, boxes: boxes.toSpliced(edit.place, 1, ...changed) }
}

type ListEdit = Exclude<DigestEdit, BoxEdit | { change: 'subject' | 'preview text' | 'greeting' }>

function editItems(
  draft: DigestDraft,
  { edit, by, added }: Step<ListEdit>,
): Pick<DigestDraft, 'items'> & Partial<Pick<DigestDraft, 'leftOut'>> {
  const { items } = draft
  switch (edit.change) {
    case 'order':
      return { items: inOrder(items, edit.stories) }
    case 'drop':
      return dropped(draft, edit.story, by)
    case 'add': {
      if (added === undefined) throw new Error('a story to add was not found before')
      const without = items.filter(({ storyId }) => storyId !== added.storyId)
      return {
        items: arranged([...without, added]),
        leftOut: draft.leftOut.filter(({ storyId }) => storyId !== added.storyId),
      }
    }
    case 'pin':
    case 'headline':
    case 'summary':
    case 'section': {
      const old = itemOf(items, edit.story)
      const changed = rewritten(old, edit, by)
      return { items: arranged(items.map((item) => (item === old ? changed : item))) }
    }
  }
}

function rewritten(item: DraftItem, edit: ItemEdit, by: string): DraftItem {
  switch (edit.change) {
    case 'pin':
      return { ...item, pinned: edit.on, followers: edit.on ? false : item.followers }
    case 'headline':
      return { ...item, headline: written(edit.text, by) }
    case 'summary':
      return { ...item, sentences: edit.text === null ? null : { texts: [edit.text], by } }
    case 'section':
      return { ...item, section: edit.section }
  }
}

/** The named first and in this order, pinned by it; the others behind them as they were. */
function inOrder(items: readonly DraftItem[], stories: readonly number[]): DraftItem[] {
  const named = [...new Set(stories)].map((story) => itemOf(items, story))
  const rest = items.filter((item) => !named.includes(item))
  return arranged([...named.map((item) => ({ ...item, followers: false })), ...rest])
}

function dropped(
  { items, leftOut, ...draft }: DigestDraft,
  story: number,
  by: string,
): Pick<DigestDraft, 'items' | 'leftOut'> {
  const gone = itemOf(items, story)
  if (items.filter(({ followers }) => !followers).length === 1 && !gone.followers)
    throw new Refusal('the last story cannot be dropped: stop the edition instead', {
      field: 'story',
    })
  const headline = gone.headline?.text ?? draft.subject?.text ?? `story ${story}`
  return {
    items: arranged(items.filter((item) => item !== gone)),
    leftOut: [{ storyId: story, headline, reason: `dropped by ${by}` }, ...leftOut],
  }
}

function itemOf(items: readonly DraftItem[], story: number): DraftItem {
  const found = items.find(({ storyId }) => storyId === story)
  if (found !== undefined) return found
  throw new Refusal(
    `story ${story} is not in this edition: it has ${items.map(({ storyId }) => storyId).join(', ')}`,
    { field: 'story' },
  )
}

function written(text: string | null, by: string) {
  return text === null ? null : { text, by }
}
