import { LiquidError, type Liquid, type Template } from 'liquidjs'
import { reasonOf } from '#errors.ts'
import { ownEngines, type Part } from '../liquid-engines.ts'
import { mjmlToHtml, renderOwn, withLook } from '../template-engine.ts'
import { complaintsOfBlocks } from './check-blocks.ts'
import { complaintsOfOutputs } from './check-outputs.ts'
import { checkNames } from './check-names.ts'
import { complaintsOfSlots, missingIn } from './check-slots.ts'
import { type Complaint, complaintsOfBalance, complaintsOfTags } from './check-tags.ts'
import type { Fault, FormName } from './form-names.ts'
import { withoutLiquid } from './markup.ts'
import { asWritten, faultAt, markPlaces, type Rendered, withoutMarks } from './places.ts'
import { SAMPLE_ADDRESS } from './sample-mails.ts'
import type { Scope } from './scope.ts'
import { shapeOf } from './shape.ts'
import { type Trial, trials } from './trials.ts'

/** A form with its own look and twice the house's length is 30 KB. */
const MOST_BYTES = 64 * 1024
/** Of a mail of three stories: the rest to 90 KB is for readers’ other stories. */
const MOST_HTML = 60_000
const MOST_FAULTS = 10

type Form = { form: FormName; source: string; part: Part }

/** All that is wrong with a newsletter's own form, in the order of its lines; nothing where it can be used. */
export async function faultsOfForm(form: FormName, source: string): Promise<Fault[]> {
  const own: Form = { form, source, part: form.endsWith('.mjml') ? 'mjml' : 'txt' }
  const faults = await firstFaults(own)
  return faults.toSorted((a, b) => a.line - b.line || a.column - b.column).slice(0, MOST_FAULTS)
}

/** Each look needs what the ones before it found right. */
async function firstFaults(own: Form): Promise<Fault[]> {
  const looks: (() => Fault[] | Promise<Fault[]>)[] = [
    () => faultsOfSource(own),
    () => faultsOfLiquid(own),
    async () => faultsOfTrials(own),
    async () => faultsOfMails(own),
  ]
  for (const look of looks) {
    const faults = await look()
    if (faults.length > 0) return faults
  }
  return []
}

function faultsOfSource(own: Form): Fault[] {
  const { source, part, form } = own
  const bytes = Buffer.byteLength(source)
  if (bytes > MOST_BYTES) {
    const message = `it has ${Math.round(bytes / 1024)} KB, and a form may have ${MOST_BYTES / 1024}`
    return [faultAt(own, 0, message)]
  }
  const strange = /[\p{Co}\p{Cs}]|(?![\t\n])\p{Cc}/u.exec(source)
  if (strange !== null)
    return [faultAt(own, strange.index, 'a character that no mail can show: take it out')]
  return told(own, asWritten(source), [
    ...complaintsOfSlots(source, form),
    ...(part === 'mjml'
      ? [...complaintsOfTags(withoutLiquid(source)), ...complaintsOfOutputs(source)]
      : []),
  ])
}

function faultsOfLiquid(own: Form): Fault[] {
  const { part, form, source } = own
  const engine = ownEngines[part]
  const parsed = parse(engine, own)
  if (!Array.isArray(parsed)) return [parsed]
  const kind = trials[form.slice(0, form.indexOf('.'))] ?? []
  const shape = shapeOf(kind.map((trial) => seenBy(own, trial)))
  const names = new Map(shape.is === 'record' ? shape.fields : [])
  const faults: Fault[] = []
  const report: Scope['report'] = (token, message) =>
    void faults.push(faultAt({ form, source }, token.begin, message))
  checkNames(parsed, { scope: { names, proven: new Set(), loops: 0, report }, engine })
  return faults.filter(isFirstOfPlace)
}

/** Several at one place have one cause. */
function isFirstOfPlace({ line, column }: Fault, index: number, all: readonly Fault[]): boolean {
  return all.findIndex((one) => one.line === line && one.column === column) === index
}

function parse(engine: Liquid, { source, form }: Form): Template[] | Fault {
  try {
    return engine.parse(source, form)
  } catch (error) {
    return faultOfError({ source, form }, error)
  }
}

function faultOfError(own: Pick<Form, 'form' | 'source'>, error: unknown): Fault {
  const reason = (error instanceof LiquidError ? error.originalError : error) ?? error
  const [first = ''] = reasonOf(reason).split('\n')
  const message = mended(first.replace(/, (file|line):.*$/, ''))
  return faultAt(own, error instanceof LiquidError ? error.token.begin : 0, message)
}

/** The words of the library, and what to do. */
function mended(message: string): string {
  const filter = /^undefined filter: (.*)$/.exec(message)?.[1]
  if (filter === 'raw')
    return 'the filter “raw” would let text from outside in as markup: take it out'
  if (filter !== undefined)
    return `there is no filter “${filter}”. There are ${Object.keys(ownEngines.mjml.filters).toSorted().join(', ')}`
  const tag = /^tag "(.*)" not found$/.exec(message)?.[1]
  if (tag !== undefined) return strangeTag(tag)
  if (message.endsWith(' not closed')) return `${message}: close it where it ends`
  return /limit exceeded/.test(message)
    ? 'it takes too long or makes too much: take loops out'
    : `${message}: correct it`
}

function strangeTag(tag: string): string {
  if (/^(end|els|when)/.test(tag))
    return `{% ${tag} %} stands where another tag is still open, or none: close what is inside first`
  const known = Object.keys(ownEngines.mjml.tags).join(', ')
  return `there is no tag “${tag}” here. There are ${known}, each closed by its end`
}

function seenBy({ part }: Form, { view }: Trial): object {
  return part === 'mjml' ? withLook(view) : view
}

async function faultsOfTrials(own: Form): Promise<Fault[]> {
  const { form, source, part } = own
  const marked = markPlaces(source)
  for (const trial of trials[form.slice(0, form.indexOf('.'))] ?? []) {
    const view = seenBy(own, trial)
    try {
      await renderOwn(source, { part, name: form, view })
    } catch (error) {
      return [faultOfError(own, error)]
    }
    const rendered = await renderOwn(marked.source, { part, name: form, view })
    const faults = await faultsOfRendered(own, withoutMarks(rendered, marked), trial)
    if (faults.length > 0) return faults
  }
  return []
}

async function faultsOfRendered(own: Form, rendered: Rendered, trial: Trial): Promise<Fault[]> {
  const { text } = rendered
  const markup = own.part === 'mjml'
  const complaints = [
    ...(trial.digest === undefined ? [] : complaintsOfBlocks(text, trial.digest)),
    ...(markup ? [...complaintsOfTags(text), ...complaintsOfBalance(text)] : []),
  ]
  if (complaints.length > 0) return told(own, rendered, complaints)
  return markup ? told(own, rendered, await complaintsOfMjml(text)) : []
}

function told(own: Form, { offsetOf }: Rendered, complaints: readonly Complaint[]): Fault[] {
  return complaints
    .map(({ at, message }) => faultAt(own, offsetOf(at), message))
    .filter(isFirstOfPlace)
}

async function complaintsOfMjml(markup: string): Promise<Complaint[]> {
  try {
    await mjmlToHtml(markup)
    return []
  } catch (error) {
    const errors: unknown = error instanceof Error && 'errors' in error ? error.errors : []
    const found = Array.isArray(errors) ? errors.flatMap((one) => complaintOf(markup, one)) : []
    const [first = ''] = reasonOf(error).split('\n')
    return found.length > 0 ? found : [{ at: 0, message: `it is not MJML: ${first}` }]
  }
}

function complaintOf(markup: string, error: unknown): Complaint[] {
  if (typeof error !== 'object' || error === null) return []
  const { line, tagName, message } = { line: 1, tagName: '', message: '', ...error }
  const lines = markup.split('\n')
  const start = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0)
  const end = start + (lines[line - 1]?.length ?? 0)
  const attribute = /^Attribute (\S+)/.exec(message)?.[1] ?? ''
  const tags = Array.from(markup.matchAll(new RegExp(`<${tagName}\\b[^>]*`, 'g')))
  const near = tags.filter(({ index }) => index <= end)
  const on = near.filter(({ 0: tag, index }) => index >= start && tag.includes(attribute))
  return [{ at: on[0]?.index ?? near.at(-1)?.index ?? start, message: `MJML: ${message.trim()}` }]
}

/** The mails that it would make, the other part by the house's form. */
async function faultsOfMails(own: Form): Promise<Fault[]> {
  const { form, source, part } = own
  for (const { compile } of trials[form.slice(0, form.indexOf('.'))] ?? []) {
    try {
      const { html, text } = await compile({ [form]: source })
      const mail = part === 'mjml' ? html : text
      const missing = missingIn(mail, { part, address: SAMPLE_ADDRESS })
      const size = Buffer.byteLength(mail)
      const faults = [
        ...missing,
        ...(size > MOST_HTML
          ? [
              `it makes ${Math.round(size / 1000)} KB of three stories, and mail programs cut at 100`,
            ]
          : []),
      ]
      if (faults.length > 0) return faults.map((message) => faultAt(own, endOf(own), message))
    } catch (error) {
      return [faultOfError(own, error)]
    }
  }
  return []
}

/** Where what is missing could be written. */
function endOf({ source, part }: Form): number {
  const body = part === 'mjml' ? source.lastIndexOf('</mj-body>') : -1
  return body === -1 ? source.trimEnd().length : body
}
