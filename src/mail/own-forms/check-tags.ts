import { attributesOf, hasLiquid, outsideQuotes, TAG, withoutComments } from './markup.ts'

/** A tag or a block's marker of rendered markup, with its place in it. */
type Tag = { at: number; name: string; attributes: string; kind: 'opens' | 'closes' | 'alone' }

export type Complaint = { at: number; message: string }

const VOID = ['br', 'hr', 'img', 'wbr', 'col', 'meta', 'input', 'link', 'base', 'area', 'embed']

/**
 * What is opened is closed, and in the same block: blocks are joined anew for each reader. MJML closes silently what was
 * left open, and readers would see the rest of the mail inside it.
 */
export function complaintsOfBalance(markup: string): Complaint[] {
  const open: { tag: Tag; block: string }[] = []
  let block = 'frame'
  for (const { 0: whole, 1: marker, index: at } of markup.matchAll(TAG)) {
    if (marker !== undefined) {
      block = familyOf(marker)
      continue
    }
    const tag = tagOf(whole, at)
    if (tag === undefined || tag.kind === 'alone') continue
    if (tag.kind === 'opens') {
      open.push({ tag, block })
      continue
    }
    const last = open.pop()
    if (last?.tag.name !== tag.name) return [wronglyClosed(tag, last?.tag)]
    if (last.block !== block && tag.name !== 'mj-raw') return [acrossBlocks(last)]
  }
  return open.slice(-1).map(({ tag }) => neverClosed(tag))
}

function tagOf(whole: string, at: number): Tag | undefined {
  const [, , slash, name, attributes = '', alone] = new RegExp(TAG, 'i').exec(whole) ?? []
  if (name === undefined) return undefined
  const lower = name.toLowerCase()
  const kind = slash === '/' ? 'closes' : alone === '/' || VOID.includes(lower) ? 'alone' : 'opens'
  return { at, name: lower, attributes, kind }
}

/** Corrections open around their lines and close behind them. */
function familyOf(marker: string): string {
  if (marker === 'end') return 'frame'
  return marker.startsWith('corrections') ? 'corrections' : marker
}

function wronglyClosed({ at, name }: Tag, open: Tag | undefined): Complaint {
  const message =
    open === undefined
      ? `</${name}> closes nothing: take it out`
      : `</${name}> stands where <${open.name}> is still open: close that first, with </${open.name}>`
  return { at, message }
}

function acrossBlocks({ tag: { at, name }, block }: { tag: Tag; block: string }): Complaint {
  const where = block === 'frame' ? 'outside the blocks' : `in the block “${block}”`
  return {
    at,
    message: `<${name}> is opened ${where} and closed elsewhere: each mail joins its own blocks, so close it in the same one`,
  }
}

function neverClosed({ at, name }: Tag): Complaint {
  return { at, message: `<${name}> is never closed: write </${name}> where it ends` }
}

const NEVER: Record<string, string> = {
  'mj-include': 'a form includes no files: render one of the house’s partials',
  'mj-font': 'a font from elsewhere tells its owner who reads: use one that readers have',
  'mj-html-attributes':
    'it gives tags what this look at them does not see: write it where it belongs',
  'mj-social': 'its pictures come from another house: write links',
  ...Object.fromEntries(
    [
      'script',
      'noscript',
      'iframe',
      'frame',
      'object',
      'embed',
      'applet',
      'template',
      'video',
      'audio',
    ].map((name) => [name, 'mail programs drop it, or the whole mail with it: take it out']),
  ),
  ...Object.fromEntries(
    ['form', 'input', 'select', 'textarea'].map((name) => [
      name,
      'readers are not asked for anything inside a mail: link to a page',
    ]),
  ),
  ...Object.fromEntries(
    ['base', 'link'].map((name) => [name, 'it changes where a mail leads or fetches: take it out']),
  ),
}

/** What no mail of the house holds, whoever made its form. */
export function complaintsOfTags(markup: string): Complaint[] {
  const found: Complaint[] = []
  for (const { 0: whole, index: at } of withoutComments(markup).matchAll(TAG)) {
    const tag = tagOf(whole, at)
    if (tag === undefined || tag.kind === 'closes') continue
    const message = faultOfTag(tag)
    if (message !== undefined) found.push({ at, message })
  }
  for (const { index } of markup.matchAll(/@import\b/gi))
    found.push({ at: index, message: '@import fetches styles from elsewhere: write them here' })
  for (const { index } of markup.matchAll(/\burl\((?!\s*["']?(https:|&quot;https:))/gi))
    found.push({ at: index, message: 'a picture’s address starts with https://: url(https://…)' })
  return found
}

function faultOfTag({ name, attributes }: Tag): string | undefined {
  const never = NEVER[name]
  if (never !== undefined) return `<${name}> is not for mails: ${never}`
  if (/=\s*[^\s"]/.test(outsideQuotes(attributes)))
    return 'inside a tag a value stands between quotes'
  for (const attribute of attributesOf(attributes)) {
    const fault = faultOfAttribute(attribute)
    if (fault !== undefined) return fault
  }
  return undefined
}

const ELSEWHERE = ['srcset', 'poster', 'formaction', 'ping', 'xlink:href', 'http-equiv', 'srcdoc']
const PICTURES = ['src', 'background', 'background-url']

function faultOfAttribute({ name, value }: { name: string; value: string }): string | undefined {
  if (/^on[a-z]+$/.test(name)) return `“${name}” is a script, and mails run none: take it out`
  if (ELSEWHERE.includes(name)) return `“${name}” is not for mails: take it out`
  if (name === 'href' || name === 'action') return faultOfLink(value)
  if (value.includes('%%slot'))
    return 'a slot stands in text or is where a link leads, nowhere else'
  return PICTURES.includes(name) ? faultOfPicture(value) : undefined
}

function faultOfLink(address: string): string | undefined {
  if (isOpen(address) || /^%%slot:[A-Za-z]+Url(:\d+)?%%(#[\w-]+)?$/.test(address)) return undefined
  const leads = /^(https?:\/\/|mailto:|tel:|#)\S+$/i.test(address)
  return leads && !address.includes('%%slot')
    ? undefined
    : `a link leads to https://…, mailto:… or a slot by itself, not to “${address.slice(0, 60)}”`
}

function faultOfPicture(address: string): string | undefined {
  return isOpen(address) || /^https:\/\/\S+$/i.test(address)
    ? undefined
    : `a picture’s address starts with https:// and is the same for every reader, not “${address.slice(0, 60)}”`
}

/** As written, Liquid fills in the rest: what it makes is looked at as well. */
function isOpen(address: string): boolean {
  return hasLiquid(address) && !/^(javascript|vbscript|data):/i.test(address)
}
