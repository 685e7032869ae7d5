import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal, reasonOf } from '#errors.ts'
import { formNames } from '#mail/own-forms/form-names.ts'

/** More than any form may have: what is larger is not even read. */
const MOST_BYTES = 1_000_000

/** The forms in a folder, as `--write` left them there. @throws Refusal for what is no form */
export async function readForms(folder: string): Promise<Record<string, string>> {
  const names = (await listFolder(folder)).filter((name) => /\.(mjml|txt)$/i.test(name))
  const stray = names.find((name) => !formNames.some((form) => form === name))
  if (stray !== undefined)
    throw new Refusal(
      `${join(folder, stray)} is no form: a form is one of ${formNames.join(', ')}`,
      {
        field: 'read',
      },
    )
  if (names.length === 0)
    throw new Refusal(`there is no form in ${folder}: --write ${folder} puts the house’s there`, {
      field: 'read',
    })
  await refuseChangedPartials(join(folder, 'partials'))
  const forms: Record<string, string> = {}
  for (const name of names) forms[name] = await readText(join(folder, name))
  return forms
}

/** Who changed one of them expects to see it. */
async function refuseChangedPartials(folder: string): Promise<void> {
  const { partialNames, readHouseFile } = await import('#mail/liquid-engines.ts')
  const there = await listFolder(folder, { optional: true })
  for (const name of there.map((file) => `partials/${file}`)) {
    const file = join(folder, '..', name)
    const same = partialNames.includes(name) && (await readText(file)) === readHouseFile(name)
    if (!same)
      throw new Refusal(
        `${file} is not the house’s any more, and partials stay as they are: put its lines into the form, in place of {% render ${name}, … %}`,
        { field: 'read' },
      )
  }
}

async function listFolder(folder: string, { optional = false } = {}): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted()
  } catch (cause) {
    if (optional) return []
    throw new Refusal(`cannot read ${folder} (${reasonOf(cause)}): name a folder with forms`, {
      field: 'read',
      cause,
    })
  }
}

async function readText(file: string): Promise<string> {
  const { size } = await stat(file)
  if (size > MOST_BYTES)
    throw new Refusal(`${file} has more than ${MOST_BYTES / 1_000_000} MB: that is no form`, {
      field: 'read',
    })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
  } catch (cause) {
    throw new Refusal(`${file} is not UTF-8 text: save it as plain text in UTF-8`, {
      field: 'read',
      cause,
    })
  }
}
