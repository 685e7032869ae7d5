import type { OwnForms } from '#mail/own-forms/form-names.ts'
import { reasonOf } from '#errors.ts'
import type { EditionRules } from './rules-store.ts'

/** A compiled mail, and why the house's forms had to take the place of the newsletter's, if so. */
export type Made<Mail> = { mail: Mail; houseForms?: string }

/**
 * Compiles with the newsletter's own forms. They were tried when they were set; should they not work after all, as after
 * an upgrade, the mail is made with the house's and says so: readers get their news at the hour all the same.
 * @throws Refusal for a story that no form can hold
 */
export async function withOwnForms<Mail extends { notes: string[] }>(
  { template, name }: Pick<EditionRules, 'template' | 'name'>,
  compile: (forms: OwnForms) => Promise<Mail>,
): Promise<Made<Mail>> {
  if (template === null) return { mail: await compile({}) }
  try {
    return { mail: await compile(template) }
  } catch (error) {
    const [reason = ''] = reasonOf(error).split('\n')
    const mail = await compile({})
    const note = `The forms of “${name}” do not work any more, so this mail has the house’s: ${reason}`
    return { mail: { ...mail, notes: [note, ...mail.notes] }, houseForms: reason }
  }
}
