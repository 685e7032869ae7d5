import { fingerprintKey, type Secrets } from '#secrets.ts'
import { languageOf } from '#mail/words.ts'
import { parseTimeZone } from '../address.ts'
import { AddressReader, PublicIds } from './address-reader.ts'
import { flatten, valueOf } from './formats/attributes.ts'
import { foldName } from './formats/fold.ts'
import type { Role, Standing } from './formats/format.ts'
import { type Layout, MOST_ATTRIBUTES } from './formats/recognise.ts'
import { parseMoment } from './formats/stated-day.ts'
import { unguardFormula } from './formula-guard.ts'

/** A person of a list, as text for the database: empty where nothing is known. */
export type Person = {
  hash: string
  /** Of the new reader, if it becomes one. */
  publicId: string
  email: string
  domain: string
  /** "reader" with stated consent, "pending" without, else the reason never to mail. */
  part: string
  zone: string
  language: string
  since: string
  agreed: string
  attributes: string
  /** "daily=daily;breaking=off", of our own export; else the newsletters of the whole import. */
  newsletters: string
  topics: string
  hour: string
  snoozed: string
}

export type Row = Person | { column: string; problem: string }

export type Terms = {
  consent: { source: string; date: Date | null } | null
  now: Date
}

type Cells = { cell: (at: number) => string; of: (role: Role) => string }

/** Reads the rows of all tables of an import; addresses and zones that repeat are read once. */
export class RowReader {
  readonly #terms: Terms
  readonly #addresses: AddressReader
  readonly #key: string
  readonly #statedDay: string
  readonly #zones = new Map<string, string>()
  readonly #publicIds = new PublicIds()
  /** Rows whose time zone nobody knows. */
  unknownZones = 0

  constructor(secrets: Pick<Secrets, 'suppressionKey'>, terms: Terms) {
    this.#terms = terms
    this.#addresses = new AddressReader(secrets)
    this.#key = fingerprintKey(secrets.suppressionKey)
    this.#statedDay = terms.consent?.date?.toISOString() ?? ''
  }

  read(cells: readonly string[], { layout, file }: { layout: Layout; file: string }): Row {
    const { names, places, format } = layout
    const spare = layout.header ? cells.slice(names.length) : []
    if (spare.some((cell) => cell !== ''))
      return {
        column: '',
        problem: 'has more cells than the header: a cell with a delimiter in it needs quotes',
      }
    const cell = (at: number | undefined) =>
      at === undefined ? '' : unguardFormula(cells[at] ?? '').trim()
    const of = (role: Role) => {
      const at = places[role]
      if (at === undefined) return ''
      return at.length === 1 ? cell(at[0]) : (at.map(cell).find((text) => text !== '') ?? '')
    }
    const named = (name: string) => cell(indexOf(names, name))
    const standing = format.standing(named, file)
    if (standing.kind === 'refused') return { column: '', problem: standing.problem }
    if (places.hash !== undefined) return this.#hashed(of, standing)
    const column = names[places.address?.[0] ?? -1] ?? 'email'
    return this.#person({ layout, cell, of, column }, standing)
  }

  #person(
    { layout, cell, of, column }: Cells & { layout: Layout; column: string },
    standing: Standing,
  ): Row {
    const address = this.#addresses.read(of('address'))
    if (typeof address === 'string') return { column, problem: address }
    const attributes = this.#attributes(cell, { layout, json: of('attributes') })
    if (attributes === undefined)
      return { column: 'attributes', problem: 'the attributes are no JSON object' }
    const own = layout.format.name === 'daybreak'
    return {
      ...address,
      hash: this.#addresses.hashOf(address.email),
      publicId: this.#publicIds.next(),
      ...this.#standing(of, standing),
      zone: this.#zone(of('zone')),
      language: languageTag(of('language')),
      attributes,
      newsletters: of('newsletters'),
      topics: own ? of('topics') : slugsOf(of('topics')),
      hour: hourOf(of('hour')),
      snoozed: parseMoment(of('snoozed'), FAR)?.toISOString() ?? '',
    }
  }

  #hashed(of: (role: Role) => string, standing: Standing): Row {
    const hash = of('hash').toLowerCase()
    if (!/^[0-9a-f]{64}$/.test(hash))
      return { column: 'address_hash', problem: 'is not 64 hexadecimal digits' }
    if (of('key') !== this.#key)
      return {
        column: 'key',
        problem: 'was made with another do-not-mail key, which recognises nobody here',
      }
    return { ...EMPTY, hash, part: standing.kind === 'never' ? standing.reason : 'blocked' }
  }

  #standing(
    of: (role: Role) => string,
    standing: Standing,
  ): Pick<Person, 'part' | 'since' | 'agreed'> {
    if (standing.kind === 'never') return { part: standing.reason, since: '', agreed: '' }
    const since = this.#moment(of('since'))
    const agreed = this.#moment(of('agreed')) || this.#stated(since)
    const isReader = standing.kind === 'reader' && agreed !== ''
    return {
      part: isReader ? 'reader' : 'pending',
      since: since || agreed,
      agreed: isReader ? agreed : '',
    }
  }

  /** The day that counts where the operator says where these people agreed. */
  #stated(since: string): string {
    return this.#terms.consent === null ? '' : since || this.#statedDay
  }

  #moment(text: string): string {
    return parseMoment(text, this.#terms.now)?.toISOString() ?? ''
  }

  #attributes(
    cell: (at: number) => string,
    { layout, json }: { layout: Layout; json: string },
  ): string | undefined {
    const flat = json === '' ? [] : flatten(json)
    if (flat === undefined) return undefined
    const rest = layout.attributes.flatMap(({ at, name }): [string, string | number][] => {
      const text = cell(at)
      return text === '' ? [] : [[name, valueOf(text)]]
    })
    const all = [...flat, ...rest].slice(0, MOST_ATTRIBUTES)
    return all.length === 0 ? '' : JSON.stringify(Object.fromEntries(all))
  }

  #zone(text: string): string {
    if (text === '') return ''
    const known = this.#zones.get(text) ?? zoneOf(text)
    if (this.#zones.size < 1000) this.#zones.set(text, known)
    if (known === '') this.unknownZones += 1
    return known
  }
}

/** A snooze may end in the future. */
const FAR = new Date('2100-01-01T00:00:00Z')

const EMPTY: Person = {
  hash: '',
  publicId: '',
  email: '',
  domain: '',
  part: '',
  zone: '',
  language: '',
  since: '',
  agreed: '',
  attributes: '',
  newsletters: '',
  topics: '',
  hour: '',
  snoozed: '',
}

function indexOf(names: readonly string[], name: string): number | undefined {
  const at = names.indexOf(name)
  return at === -1 ? undefined : at
}

function zoneOf(text: string): string {
  try {
    return parseTimeZone(text)
  } catch {
    return ''
  }
}

function languageTag(text: string): string {
  const [, base = '', region] = /^([a-z]{2})(?:[-_]([a-z]{2}))?$/i.exec(text) ?? []
  if (languageOf(base) === undefined) return ''
  return region === undefined ? base.toLowerCase() : `${base.toLowerCase()}-${region.toUpperCase()}`
}

function hourOf(text: string): string {
  return /^([01]\d|2[0-3]):[0-5]\d(:00)?$/.test(text) ? text : ''
}

/** Short names from a cell of tags: "Local News, Sport" are local-news and sport. */
function slugsOf(text: string): string {
  return text
    .split(/[,;|]/)
    .map((tag) => foldName(tag.replace(/=.*$/, '')).replaceAll('_', '-'))
    .filter((slug) => slug !== '')
    .join(';')
}
