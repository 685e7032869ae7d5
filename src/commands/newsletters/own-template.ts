import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Call, tableOf } from '#commands/command.ts'
import type { NewsletterTemplate } from '#editions/newsletters/newsletter-template.ts'
import { Refusal } from '#errors.ts'
import { readForms } from './read-forms.ts'

type Asked = {
  slug: string
  values: {
    write?: string | undefined
    read?: string | undefined
    check?: boolean | undefined
    house?: boolean | undefined
    json: boolean
  }
}

/** Shows whose forms a newsletter is made with, writes them into a folder, takes them from one, or goes back. */
export async function ownTemplate(call: Call, { slug, values }: Asked): Promise<void> {
  const { write, read, house = false, check = false, json } = values
  if ([write !== undefined, read !== undefined, house].filter(Boolean).length > 1)
    throw new Refusal('newsletters template takes one of --write, --read and --house', {
      field: 'template',
    })
  if (check && read === undefined)
    throw new Refusal('--check looks at a folder: name it with --read DIR', { field: 'check' })
  if (write !== undefined) return writeForms(call, { slug, folder: write, json })
  if (read !== undefined) return takeForms(call, { slug, folder: read, check, json })
  if (house) return goBack(call, { slug, json })
  return showForms(call, { slug, json })
}

async function openTemplate({ enter }: Call, slug: string): Promise<NewsletterTemplate> {
  await using house = await enter('read')
  const { readTemplate } = await import('#editions/newsletters/newsletter-template.ts')
  return await readTemplate(house.app.context, slug)
}

async function showForms(
  call: Call,
  { slug, json }: { slug: string; json: boolean },
): Promise<void> {
  const { out } = call
  const { name, revision, kind, forms } = await openTemplate(call, slug)
  if (json) {
    out.line(JSON.stringify({ slug, name, kind, revision, forms }))
    return
  }
  out.line(`${name} (${slug}), change ${revision}`)
  const rows = forms.map(({ form, whose, text, faults }) => ({
    form,
    whose: whose === 'own' ? 'its own' : 'the house’s',
    lines: text.split('\n').length,
    state: faults.length === 0 ? 'works' : 'does not work: the house’s is used',
  }))
  for (const line of tableOf(rows)) out.line(`  ${line}`)
  for (const { form, line, column, message } of forms.flatMap(({ faults }) => faults))
    out.line(`  ${form}, line ${line}, column ${column}: ${message}`)
  out.line(`  take them out: daybreak newsletters template ${slug} --write DIR`)
}

type Folder = { slug: string; folder: string; json: boolean }

async function writeForms(call: Call, { slug, folder, json }: Folder): Promise<void> {
  const { forms, partials } = await openTemplate(call, slug)
  const files = [...forms.map(({ form, text }) => ({ name: form, text })), ...partials]
  await refuseChanged(folder, files)
  for (const { name, text } of files) {
    const file = join(folder, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  say(call, {
    json: json && { slug, written: files.map(({ name }) => name) },
    words: [
      `wrote ${forms.map(({ form }) => form).join(', ')} into ${folder}`,
      '  and, to read, what they render: partials/; these stay the house’s',
      `  try a change: daybreak newsletters template ${slug} --read ${folder} --check`,
    ],
  })
}

/** Somebody's work of an hour may lie there. */
async function refuseChanged(
  folder: string,
  files: readonly { name: string; text: string }[],
): Promise<void> {
  for (const { name, text } of files) {
    const file = join(folder, name)
    if (existsSync(file) && (await readFile(file, 'utf8')) !== text)
      throw new Refusal(`${file} is there and says something else: name another folder`, {
        field: 'write',
      })
  }
}

async function takeForms(
  call: Call,
  { slug, folder, check, json }: Folder & { check: boolean },
): Promise<void> {
  const forms = await readForms(folder)
  await using house = await call.enter(check ? 'read' : 'change settings')
  const { context } = house.app
  const { examineTemplate, setTemplate } =
    await import('#editions/newsletters/newsletter-template.ts')
  if (check) {
    const fine = await examineTemplate(context, { slug, forms })
    const words =
      fine.length === 0
        ? 'these are the house’s forms, word for word'
        : `${fine.join(', ')} can be used; nothing is changed yet`
    return say(call, { json: json && { slug, fine }, words: [words] })
  }
  const own = await setTemplate(context, { slug, forms })
  await house.note('set template', slug, { forms: own })
  const words =
    own.length === 0
      ? `"${slug}" has the house’s forms: these are the same, word for word`
      : `"${slug}" has its own ${own.join(', ')}, from the next draft on`
  return say(call, { json: json && { slug, own }, words: [words] })
}

async function goBack(call: Call, { slug, json }: { slug: string; json: boolean }): Promise<void> {
  await using house = await call.enter('change settings')
  const { removeTemplate } = await import('#editions/newsletters/newsletter-template.ts')
  const removed = await removeTemplate(house.app.context, { slug })
  await house.note('remove template', slug, { forms: removed })
  const words =
    removed.length === 0
      ? `"${slug}" had no forms of its own`
      : `"${slug}" has the house’s forms again, from the next draft on`
  say(call, { json: json && { slug, removed }, words: [words] })
}

function say({ out }: Call, { json, words }: { json: object | false; words: string[] }): void {
  for (const line of json === false ? words : [JSON.stringify(json)]) out.line(line)
}
