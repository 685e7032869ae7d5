/** A tag or a block's marker of rendered markup, with its place in it. */
type Tag = { at: number; name: string; attributes: string; kind: 'opens' | 'closes' | 'alone' }

export type Complaint = { at: number; message: string }

// The markers of blocks, comments, and tags whose attributes are quoted.
const TAG =
  // oxlint-disable-next-line no-control-regex -- our markers
  /\u0001([a-z]+(?::\d+)?)\u0002|<!--[\s\S]*?-->|<(\/?)([a-z][\w:-]*)((?:"[^"]*"|'[^']*'|[^'">])*?)(\/?)>/gi
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

/** Stands for what Liquid fills in, of the same length. */
const BLANK = '\u0007'

/** A form as it is written, Liquid out of sight: also what stands in a branch that no sample takes. */
export function withoutLiquid(form: string): string {
  return form.replace(/\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g, (found) => found.replace(/[^\n]/g, BLANK))
}

/** What no mail of the house holds, whoever made its form. */
export function complaintsOfTags(markup: string): Complaint[] {
  const found: Complaint[] = []
  for (const { 0: whole, index: at } of markup.matchAll(TAG)) {
    const tag = tagOf(whole, at)
    if (tag === undefined || tag.kind === 'closes') continue
    const message = faultOfTag(tag)
    if (message !== undefined) found.push({ at, message })
  }
  const { index } = /@import\b/i.exec(markup) ?? {}
  if (index !== undefined)
    found.push({ at: index, message: '@import fetches styles from elsewhere: write them here' })
  return found
}

function faultOfTag({ name, attributes }: Tag): string | undefined {
  const never = NEVER[name]
  if (never !== undefined) return `<${name}> is not for mails: ${never}`
  const handler = /\s(on[a-z]+)\s*=/i.exec(attributes)?.[1]
  if (handler !== undefined) return `“${handler}” is a script, and mails run none: take it out`
  if (name === 'meta' && /http-equiv/i.test(attributes))
    return '<meta http-equiv> is not for mails: take it out'
  const elsewhere = attributes.replace(/\shref\s*=\s*("[^"]*"|'[^']*')/gi, '')
  if (elsewhere.includes('%%slot'))
    return 'a slot stands in text or is where a link leads, nowhere else'
  for (const [, attribute = '', double, single] of attributes.matchAll(
    /\s(href|src|background|background-url|action)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi,
  )) {
    const fault = faultOfAddress(attribute.toLowerCase(), (double ?? single ?? '').trim())
    if (fault !== undefined) return fault
  }
  return undefined
}

function faultOfAddress(attribute: string, address: string): string | undefined {
  const shown = address.slice(0, 60)
  // As written, Liquid fills in the rest: what it makes is looked at as well.
  if (address.includes(BLANK) && !/^(javascript|vbscript|data):/i.test(address)) return undefined
  if (attribute !== 'href')
    return /^https:\/\/\S+$/i.test(address) && !address.includes('%%slot')
      ? undefined
      : `a picture’s address starts with https:// and is the same for every reader, not “${shown}”`
  if (/^%%slot:[A-Za-z]+Url(:\d+)?%%(#[\w-]+)?$/.test(address)) return undefined
  return /^(https?:\/\/|mailto:|tel:|#)\S+$/i.test(address) && !address.includes('%%slot')
    ? undefined
    : `a link leads to https://…, mailto:… or a slot by itself, not to “${shown}”`
}
