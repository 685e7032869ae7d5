import { escapeHtml, pageUrl, wrapText } from './outside-text.ts'

/** What differs from reader to reader. A name that ends in `Url` takes an http(s) address and nothing else. */
export type SlotName =
  | 'unsubscribeUrl'
  | 'preferencesUrl'
  | 'webViewUrl'
  | 'signUpUrl'
  | 'whyLine'
  | 'confirmUrl'
  | 'notMeUrl'
  | 'alertsOnlyOffUrl'
  | 'storyOffUrl'

export type SlotValues = Partial<Record<SlotName, string>>

const SLOT = /%%slot:([A-Za-z]*)%%/g

/**
 * Puts a reader's values where the markers are, in one pass, so that a value is never read as a marker.
 * Throws when a value is missing or a marker is broken: a half-filled mail must not leave.
 */
export function fillSlots(
  text: string,
  values: SlotValues,
  { as }: { as: 'html' | 'text' },
): string {
  const broken = text.replace(SLOT, '').indexOf('%%slot:')
  if (broken !== -1) throw new Error('a mail holds a broken slot marker')

  const given = new Map<string, string>(Object.entries(values))
  return text.replace(SLOT, (marker, name: string) => {
    const value = given.get(name)
    if (value === undefined || value === '') throw new Error(`no value for ${marker}`)
    const checked = name.endsWith('Url') ? pageUrl(value, name) : value
    return as === 'html' ? escapeHtml(checked) : wrapText(checked)
  })
}

/** The names of the slots in a mail, each once, in order of appearance. */
export function slotsIn(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(SLOT), ([, name]) => name ?? ''))]
}
