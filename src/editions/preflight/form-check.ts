import type { Edition } from '../store.ts'
import { type Finding, gathered, warns } from './finding.ts'

/** Whether the edition has the newsletter's own forms, where it has any. */
export function checkForms({ compiled }: Pick<Edition, 'compiled'>): Finding[] {
  const { houseForms } = compiled
  return gathered(
    'template',
    houseForms === undefined
      ? []
      : [
          warns(
            'template',
            `the newsletter’s own forms do not work any more, so the mail has the house’s: ${houseForms}`,
          ),
        ],
    'made with the forms that are set',
  )
}
