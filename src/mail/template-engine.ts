import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { Liquid } from 'liquidjs'

import { Refusal } from '#errors.ts'

import { escapeHtml, escapeSlots, wrapText } from './outside-text.ts'

const root = fileURLToPath(new URL('../../templates/', import.meta.url))

type Look = { light: Record<string, string>; [name: string]: unknown }
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own file
const look = JSON.parse(readFileSync(`${root}look.json`, 'utf8')) as Look

// Control characters, which text from outside never holds: nothing an article says can open or close a block.
const [OPEN, CLOSE] = ['\u0001', '\u0002']
const BLOCK = new RegExp(`${OPEN}([a-z]+)(?::(\\d+))?${CLOSE}`, 'g')

const html = engine(escapeHtml)
const text = engine(escapeSlots)

function engine(escape: (value: string) => string): Liquid {
  const liquid = new Liquid({
    root,
    cache: true,
    dynamicPartials: false,
    relativeReference: false,
    ownPropertyOnly: true,
    strictVariables: true,
    strictFilters: true,
    outputEscape: (value: unknown) => escape(textOf(value)),
  })
  liquid.registerFilter(
    'block',
    (name: string, place?: number) =>
      `${OPEN}${place === undefined ? name : `${name}:${place}`}${CLOSE}`,
  )
  liquid.registerFilter('wrap', (value: string, indent?: string) => wrapText(value, indent))
  return liquid
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  throw new Error(`a template prints a value that is no text: ${typeof value}`)
}

/** A view as both parts of a mail, its block markers still inside. Each part has a template of its own. */
export async function renderTemplate(
  name: string,
  view: object,
  colours: Record<string, string> = {},
): Promise<{ html: string; text: string }> {
  const own = { ...look, light: { ...look.light, ...colours } }
  const [markup, plain] = await Promise.all([
    html.renderFile(`${name}.mjml`, { ...view, look: own }),
    text.renderFile(`${name}.txt`, view),
  ])
  return { html: await mjmlToHtml(String(markup)), text: String(plain) }
}

async function mjmlToHtml(markup: string): Promise<string> {
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
