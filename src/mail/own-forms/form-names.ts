/** What a newsletter may have of its own: the two parts of each mail that leaves as its edition. */
export const formNames = [
  'digest.mjml',
  'digest.txt',
  'alert.mjml',
  'alert.txt',
  'correction.mjml',
  'correction.txt',
  'note.mjml',
  'note.txt',
] as const
export type FormName = (typeof formNames)[number]

/** MJML or text with Liquid, by name; what is not there is the house's. */
export type OwnForms = Partial<Record<FormName, string>>

/** What is wrong with a form, and how to mend it. Lines and columns count from 1. */
export type Fault = { form: string; line: number; column: number; message: string }

/** The forms that a newsletter's editions are made with: a digest newsletter sends no alerts, and the other way round. */
export function formNamesOf(kind: 'digest' | 'alerts'): FormName[] {
  const none = kind === 'digest' ? 'alert.' : 'digest.'
  return formNames.filter((name) => !name.startsWith(none))
}
