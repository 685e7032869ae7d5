import { readHouseFile } from '#mail/liquid-engines.ts'
import { faultsOfForm } from '#mail/own-forms/examine-form.ts'
import type { FormName } from '#mail/own-forms/form-names.ts'

/** Where a fault is expected, in what a test writes. */
export const HERE = '¶'

export type Change = readonly [was: string, is: string]

/** The house's form with some of its words changed, and the line and column of the pilcrow. */
export function changedForm(form: FormName, ...changes: readonly Change[]) {
  let source = readHouseFile(form)
  for (const [was, is] of changes) {
    if (!source.includes(was)) throw new Error(`${form} does not hold ${was}`)
    source = source.replace(was, () => is)
  }
  return placed(source)
}

export function placed(source: string): { source: string; place: string } {
  const before = source.slice(0, source.indexOf(HERE)).split('\n')
  return {
    source: source.replace(HERE, ''),
    place: `${before.length}:${(before.at(-1) ?? '').length + 1}`,
  }
}

/** `7:5 there is no …` */
export async function faultsIn(form: FormName, source: string): Promise<string[]> {
  const faults = await faultsOfForm(form, source)
  return faults.map(({ line, column, message, ...of }) => {
    if (of.form !== form) throw new Error(`a fault of ${of.form} is told of ${form}`)
    return `${line}:${column} ${message}`
  })
}
