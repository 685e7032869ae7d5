import { type Draft, itemsOf } from '#editions/draft/draft.ts'
import { type Edit, parseEdits } from '#editions/draft/edit.ts'
import { Refusal } from '#errors.ts'

/** One change, as a form of the desk page says it. Up and down are the whole order. @throws Refusal */
export function editOf(form: Record<string, string>, draft: Draft | null): Edit {
  const { change = '', story, url, text, signedBy, place } = form
  const named = story === undefined ? {} : { story: Number(story) }
  const raw = rawEdit(form, draft) ?? {
    change,
    ...named,
    ...(url === undefined ? {} : { url }),
    // Left empty, ours comes back.
    ...(text === undefined ? {} : { text: text.trim() === '' ? null : text }),
    ...(signedBy === undefined || signedBy.trim() === '' ? {} : { signedBy }),
    ...(place === undefined ? {} : { place: Number(place) }),
  }
  const [edit] = parseEdits([raw])
  if (edit === undefined) throw new Refusal('the form said nothing', { field: 'change' })
  return edit
}

function rawEdit(
  { change, story }: Record<string, string>,
  draft: Draft | null,
): object | undefined {
  if (change === 'pin' || change === 'unpin')
    return { change: 'pin', story: Number(story), on: change === 'pin' }
  if (change !== 'up' && change !== 'down') return undefined
  const order = draft === null ? [] : itemsOf(draft).filter(({ followers }) => !followers)
  const ids = order.map(({ storyId }) => storyId)
  const at = ids.indexOf(Number(story))
  const to = change === 'up' ? at - 1 : at + 1
  const other = ids[to]
  const own = ids[at]
  if (own === undefined || other === undefined)
    throw new Refusal('the story cannot move further', { field: 'story' })
  return { change: 'order', stories: ids.with(at, other).with(to, own) }
}
