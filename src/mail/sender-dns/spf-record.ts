import { isIPv4, isIPv6 } from 'node:net'

export type SpfTerm = {
  /** As it was written. */
  text: string
  qualifier: '+' | '-' | '~' | '?'
  name: string
  /** The domain or the address behind the colon or equals sign; empty where there is none. */
  value: string
}

export type SpfRecord = {
  terms: SpfTerm[]
  redirect: string | null
  /** Words that no receiver understands. */
  odd: string[]
}

const MECHANISM =
  /^([+~?-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?::([^/\s]+|[\da-f:.]+))?((?:\/\d{1,3}){0,1}(?:\/\/\d{1,3})?)$/i
const MODIFIER = /^([a-z][a-z0-9_.-]*)=(.*)$/i
const NAME = /^(?:[a-z0-9_%{}-]+\.)*[a-z0-9_%{}.-]+$/i

export function isSpf(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text)
}

/** RFC 7208 4.6.1 and 5. */
export function parseSpf(text: string): SpfRecord {
  const record: SpfRecord = { terms: [], redirect: null, odd: [] }
  for (const word of text.slice('v=spf1'.length).split(/ +/).filter(Boolean)) {
    const term = termOf(word)
    const modifier = MODIFIER.exec(word)
    if (term !== undefined) record.terms.push(term)
    else if (modifier !== null && takeModifier(record, modifier)) continue
    else record.odd.push(word)
  }
  return record
}

/** Where the record leads for everybody else; behind `all` it is never read (RFC 7208 6.1). */
export function redirectOf({ terms, redirect }: SpfRecord): string | null {
  return terms.some(({ name }) => name === 'all') ? null : redirect
}

function takeModifier(record: SpfRecord, [, name = '', value = '']: RegExpExecArray): boolean {
  if (name.toLowerCase() !== 'redirect')
    return !/^(?:all|include|a|mx|ptr|ip4|ip6|exists)$/i.test(name)
  if (record.redirect !== null || !NAME.test(value)) return false
  record.redirect = value
  return true
}

function termOf(word: string): SpfTerm | undefined {
  const [, sign = '', mechanism = '', value = '', mask = ''] = MECHANISM.exec(word) ?? []
  const name = mechanism.toLowerCase()
  const bits = Number(mask.replaceAll('/', '') || 0)
  if (complete.get(name)?.({ value, mask, bits }) !== true) return undefined
  const qualifier = sign === '-' || sign === '~' || sign === '?' ? sign : '+'
  return { text: word, qualifier, name, value }
}

type Written = { value: string; mask: string; bits: number }

const network = (most: number, known: (value: string) => boolean) => (written: Written) =>
  known(written.value) && /^(?:\/\d+)?$/.test(written.mask) && written.bits <= most
const named = ({ value, mask }: Written) => NAME.test(value) && mask === ''
const nameable = ({ value }: Written) => value === '' || NAME.test(value)

const complete = new Map<string, (written: Written) => boolean>([
  ['all', ({ value, mask }) => value === '' && mask === ''],
  ['ip4', network(32, isIPv4)],
  ['ip6', network(128, isIPv6)],
  ['include', named],
  ['exists', named],
  ['a', nameable],
  ['mx', nameable],
  ['ptr', nameable],
])
