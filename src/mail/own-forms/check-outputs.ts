import type { Complaint } from './check-tags.ts'
import { inSight, OUTPUT, outsideQuotes, TAG, withoutComments, withoutLiquid } from './markup.ts'

// Escaping makes words from outside safe in text and in quotes. It does not make them an address, a colour or a style,
// so there a form prints only what is one.

const ADDRESSES = ['href', 'src', 'background', 'background-url', 'action']
const WORDS = ['alt', 'title', 'aria-label']

/** Values of the house, and numbers. */
const MEASURE =
  /^(look(\.\w+)+|language|dir|start|gap|\w+(\.\w+)*\.(width|height|link)|forloop\.\w+)$/
/** Checked when the view is made: an address of a page, of a picture, or of a mailbox. */
const ADDRESS = /^(\w+(\.\w+)*\.)?(url|logo|privacyUrl|correctionsUrl|correctionsMailto)$/

/** Where a form prints into a tag: what it may print there. */
export function complaintsOfOutputs(form: string): Complaint[] {
  const markup = withoutComments(withoutLiquid(form))
  const nameless = Array.from(markup.matchAll(new RegExp(`</?${OUTPUT}`, 'g')), ({ index }) => ({
    at: index,
    message: 'the name of a tag is written out: Liquid does not make it',
  }))
  return [
    ...nameless,
    ...Array.from(markup.matchAll(TAG)).flatMap(({ 0: tag, index }) =>
      complaintsOfTag({ form, tag, at: index }),
    ),
    ...complaintsOfStyles(form, markup),
  ]
}

type Place = { form: string; tag: string; at: number }

function complaintsOfTag({ form, tag, at }: Place): Complaint[] {
  const loose = outsideQuotes(tag).indexOf(OUTPUT)
  if (loose !== -1)
    return [{ at: at + loose, message: 'inside a tag a value stands between quotes' }]
  return Array.from(tag.matchAll(/([\w:-]+)\s*=\s*("[^"]*"|'[^']*')/g)).flatMap(
    ({ 0: whole, 1: name = '', 2: value = '', index }) => {
      const from = at + index + whole.length - value.length + 1
      const attribute = name.toLowerCase()
      return outputsIn(form, { from, length: value.length - 2 }).flatMap((output) => {
        const message = faultOfOutput(attribute, output)
        return message === undefined ? [] : [{ at: output.at, message }]
      })
    },
  )
}

type Output = { at: number; path: string; filters: string; before: string }

/** What is printed in a piece of the form, and what stands before it there. */
function outputsIn(form: string, { from, length }: { from: number; length: number }): Output[] {
  const piece = form.slice(from, from + length)
  const blank = withoutLiquid(form).slice(from, from + length)
  return Array.from(piece.matchAll(/\{\{-?\s*([\s\S]*?)\s*-?\}\}/g), ({ 1: inner = '', index }) => {
    const [path = '', ...filters] = inner.split('|').map((part) => part.trim())
    return { at: from + index, path, filters: filters.join('|'), before: blank.slice(0, index) }
  })
}

function faultOfOutput(attribute: string, output: Output): string | undefined {
  const { path, filters } = output
  if (ADDRESSES.includes(attribute)) return faultOfAddress(output)
  if (WORDS.includes(attribute) || (MEASURE.test(path) && filters === '')) return undefined
  return `“${path}” does not go into ${attribute}: only look, dir, start, gap, language, and the width and height of a picture do`
}

function faultOfAddress({ path, filters, before }: Output): string | undefined {
  const branch = inSight(before)
  if (branch === '' && ADDRESS.test(path) && filters === '') return undefined
  if (branch === '%%slot:storyUrl:' && path.endsWith('.link')) return undefined
  if (/^https:\/\/[^/]+\//.test(branch) && filters.endsWith('url_encode')) return undefined
  return `“${path}” is no address by itself: print a url as the whole of it, or words behind https://…/ with the filter url_encode`
}

function complaintsOfStyles(form: string, markup: string): Complaint[] {
  return Array.from(markup.matchAll(/<(mj-style|style)\b[^>]*>([\s\S]*?)<\/\1\s*>/gi)).flatMap(
    ({ 0: whole, 1: name = '', 2: inner = '', index }) => {
      const from = index + whole.indexOf('>') + 1
      const slot = inner.indexOf('%%slot')
      const faults: Complaint[] = outputsIn(form, { from, length: inner.length }).flatMap(
        (output) =>
          MEASURE.test(output.path) && output.filters === ''
            ? []
            : [
                {
                  at: output.at,
                  message: `“${output.path}” does not go into styles: only look, dir, start and gap do`,
                },
              ],
      )
      return slot === -1
        ? faults
        : [...faults, { at: from + slot, message: `no slot stands in <${name}>` }]
    },
  )
}
