import { createHash } from 'node:crypto'
import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import { partialNames, readHouseFile } from '#mail/liquid-engines.ts'
import { faultsOfForm } from '#mail/own-forms/examine-form.ts'
import {
  type Fault,
  type FormName,
  formNames,
  formNamesOf,
  type OwnForms,
} from '#mail/own-forms/form-names.ts'
import { getNewsletterSettings } from './change-newsletter.ts'
import {
  getTemplate,
  listOwnTemplates,
  saveTemplate,
  type StoredTemplate,
} from './template-store.ts'

/** What a newsletter's mails are made with. */
export type NewsletterTemplate = Omit<StoredTemplate, 'id' | 'template'> & {
  forms: ShownForm[]
  /** What forms render inside themselves: the house's, to be read and not changed. */
  partials: { name: string; text: string }[]
}

export type ShownForm = {
  form: FormName
  whose: 'own' | 'house'
  text: string
  /** What an own form cannot be used for any more: it was right when it was set. */
  faults: Fault[]
}

/** @throws Refusal that lists the newsletters there are */
export async function readTemplate(
  { db }: Pick<Context, 'db'>,
  slug: string,
): Promise<NewsletterTemplate> {
  const { id } = await getNewsletterSettings({ db }, slug)
  const { name, kind, revision, template } = await getTemplate(db, id)
  const forms: ShownForm[] = []
  for (const form of formNamesOf(kind)) {
    const own = template?.[form]
    const text = own ?? readHouseFile(form)
    const faults = own === undefined ? [] : await faultsOfForm(form, own)
    forms.push({ form, whose: own === undefined ? 'house' : 'own', text, faults })
  }
  const partials = partialNames.map((partial) => ({ name: partial, text: readHouseFile(partial) }))
  return { slug, name, kind, revision, forms, partials }
}

export type Setting = {
  slug: string
  /** All of its own forms; one that is not among them, or that is just as the house's, is the house's. */
  forms: Readonly<Record<string, unknown>>
  /** Of the newsletter as it was seen: of two people at once the second is told. */
  revision?: number | undefined
}

/**
 * Gives a newsletter forms of its own, in place of those it had; what is drafted from then on is made with them. All are
 * looked at before any is taken: with a fault in one, everything stays as it is.
 * @throws Refusal that names the form, line and column of each fault, and how to mend it
 */
export async function setTemplate(
  { db }: Pick<Context, 'db'>,
  { slug, forms, revision }: Setting,
): Promise<FormName[]> {
  const { id, kind, ...before } = await getNewsletterSettings({ db }, slug)
  const given = ownOnes(forms, kind)
  await refuseFaults(given)
  const names = formNames.filter((name) => given[name] !== undefined)
  const template = names.length === 0 ? null : given
  const seen = revision ?? before.revision
  if (!(await saveTemplate(db, { id, seen, template }))) throw changedMeanwhile(before.name)
  return names
}

/** Looks at forms as `setTemplate` does, and changes nothing. @throws Refusal */
export async function examineTemplate(
  { db }: Pick<Context, 'db'>,
  { slug, forms }: Omit<Setting, 'revision'>,
): Promise<FormName[]> {
  const { kind } = await getNewsletterSettings({ db }, slug)
  const given = ownOnes(forms, kind)
  await refuseFaults(given)
  return formNames.filter((name) => given[name] !== undefined)
}

/** Back to the house's forms. @returns those that were its own */
export async function removeTemplate(
  { db }: Pick<Context, 'db'>,
  { slug, revision }: Omit<Setting, 'forms'>,
): Promise<FormName[]> {
  const { id, ...before } = await getNewsletterSettings({ db }, slug)
  const { template } = await getTemplate(db, id)
  const seen = revision ?? before.revision
  if (!(await saveTemplate(db, { id, seen, template: null }))) throw changedMeanwhile(before.name)
  return formNames.filter((name) => template?.[name] !== undefined)
}

/**
 * Own forms that were right when they were set and are not any more, as after a new version of Daybreak. Until they are
 * mended the house's take their place. `key` is the same for the same fault.
 */
export async function listBrokenForms({
  db,
}: Pick<Context, 'db'>): Promise<{ slug: string; name: string; fault: string; key: string }[]> {
  const broken = []
  for (const { slug, name, template } of await listOwnTemplates(db)) {
    const [fault] = await faultsOf(template ?? {})
    if (fault === undefined) continue
    const words = faultInWords(fault)
    const key = createHash('sha256')
      .update(JSON.stringify([template, words]))
      .digest('hex')
    broken.push({ slug, name, fault: words, key: key.slice(0, 16) })
  }
  return broken
}

function changedMeanwhile(name: string): Refusal {
  return new Refusal(`somebody else changed "${name}" since you looked at it: look at it again`, {
    status: 409,
    field: 'revision',
  })
}

function ownOnes(forms: Readonly<Record<string, unknown>>, kind: StoredTemplate['kind']): OwnForms {
  const known = formNamesOf(kind)
  const own: OwnForms = {}
  for (const [name, text] of Object.entries(forms)) {
    const form = known.find((one) => one === name)
    if (form === undefined)
      throw new Refusal(
        `there is no form "${name.slice(0, 40)}" of this newsletter: use ${known.join(', ')}`,
        { field: name.slice(0, 40) },
      )
    if (typeof text !== 'string')
      throw new Refusal(`${form} must be text: MJML or plain text with Liquid`, { field: form })
    const clean = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n')
    if (clean !== readHouseFile(form)) own[form] = clean
  }
  return own
}

async function refuseFaults(forms: OwnForms): Promise<void> {
  const faults = await faultsOf(forms)
  const [first] = faults
  if (first === undefined) return
  throw new Refusal(faults.map(faultInWords).join('\n'), {
    field: first.form,
    detail: { faults },
  })
}

async function faultsOf(forms: OwnForms): Promise<Fault[]> {
  const faults: Fault[] = []
  for (const name of formNames) {
    const source = forms[name]
    if (source !== undefined) faults.push(...(await faultsOfForm(name, source)))
  }
  return faults
}

export function faultInWords({ form, line, column, message }: Fault): string {
  return `${form}, line ${line}, column ${column}: ${message}`
}
