import { existsSync } from 'node:fs'

import { Refusal } from '#errors.ts'

import { BLOCK, houseEngines, ownEngines, type Part, readHouseFile } from './liquid-engines.ts'
import { formNames, type OwnForms } from './own-forms/form-names.ts'

type Look = { light: Record<string, string>; [name: string]: unknown }
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own file
const look = JSON.parse(readHouseFile('look.json')) as Look

/** More than any mail: a form that writes so much has gone astray. */
const MOST_TEXT = 2_000_000

/** Whose colours and forms: what a newsletter does not have of its own is the house's. */
export type Own = { colours?: Record<string, string>; forms?: OwnForms }

/** A view as both parts of a mail, its block markers still inside. Each part has a template of its own. */
export async function renderTemplate(
  name: string,
  view: object,
  own: Own = {},
): Promise<{ html: string; text: string }> {
  const [markup, text] = await Promise.all([
    renderForm(`${name}.mjml`, withLook(view, own), own.forms),
    renderForm(`${name}.txt`, view, own.forms),
  ])
  return { html: await mjmlToHtml(markup), text }
}

/** What only the part with markup sees. */
export function withLook(view: object, { colours = {} }: Own = {}): object {
  return { ...view, look: { ...look, light: { ...look.light, ...colours } } }
}

async function renderForm(name: string, view: object, forms: OwnForms = {}): Promise<string> {
  const part: Part = name.endsWith('.mjml') ? 'mjml' : 'txt'
  const own = formNames.find((known) => known === name)
  const source = own === undefined ? undefined : forms[own]
  if (source === undefined) return String(await houseEngines[part].renderFile(name, view))
  return renderOwn(source, { part, name, view })
}

/** A newsletter's own form. @throws LiquidError that knows its place in the form */
export async function renderOwn(
  source: string,
  { part, name, view }: { part: Part; name: string; view: object },
): Promise<string> {
  const engine = ownEngines[part]
  const rendered = String(await engine.render(engine.parse(source, name), view))
  if (rendered.length > MOST_TEXT) throw new Error(`it writes more than ${MOST_TEXT} characters`)
  return rendered
}

/** @throws the error of MJML, with a list of `errors` where it names lines */
export async function mjmlToHtml(markup: string): Promise<string> {
  // On import MJML loads the packages that a .mjmlconfig in the working directory names.
  if (existsSync('.mjmlconfig')) {
    throw new Refusal('A .mjmlconfig in the working directory would run its packages. Remove it.')
  }
  const { default: mjml2html } = await import('mjml')
  const minifyOptions = {
    collapseWhitespace: 'conservative',
    minifyCss: false,
    skipConfigLoading: true,
  } as const
  const { html: rendered } = await mjml2html(markup, {
    fonts: {},
    ignoreIncludes: true,
    keepComments: false,
    minify: true,
    minifyOptions: minifyOptions as object,
    validationLevel: 'strict',
  })
  return insideMain(rendered)
}

// A landmark around the whole mail. MJML names its article, and a named article outside one fails the axe rule "region".
function insideMain(rendered: string): string {
  return rendered
    .replace(/<body\b[^>]*>/, (body) => `${body}<div role="main">`)
    .replace('</body>', '</div></body>')
}

export type Block = { key: string; body: string }

/** Splits a rendered part at its block markers; what lies between the blocks has the key `frame`. */
export function splitBlocks(rendered: string): Block[] {
  const blocks: Block[] = []
  let key = 'frame'
  let from = 0
  for (const { 0: marker, 1: name = '', 2: place, index } of rendered.matchAll(BLOCK)) {
    blocks.push({ key, body: rendered.slice(from, index) })
    key = nextKey(name, place)
    from = index + marker.length
  }
  return [...blocks, { key, body: rendered.slice(from) }]
}

function nextKey(name: string, place: string | undefined): string {
  if (name === 'end') return 'frame'
  return place === undefined ? name : `${name}:${place}`
}
