import { type DmarcRecord, POLICIES } from './dmarc-record.ts'
import { formatTagList, parseTagList } from './tag-list.ts'

/** What may stand in each tag. */
export const RULES: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ['v', (value) => value === 'DMARC1'],
  ['p', (value) => POLICIES.includes(value)],
  ['sp', (value) => POLICIES.includes(value)],
  ['np', (value) => POLICIES.includes(value)],
  ['adkim', (value) => ['r', 's'].includes(value)],
  ['aspf', (value) => ['r', 's'].includes(value)],
  ['t', (value) => ['y', 'n'].includes(value)],
  ['psd', (value) => ['n', 'u'].includes(value)],
  ['fo', (value) => /^[01ds](?::[01ds])*$/.test(value)],
  ['rua', (value) => listOf(value).every((uri) => MAILTO.test(uri))],
  ['ruf', (value) => listOf(value).every((uri) => MAILTO.test(uri))],
])
export const MAILTO = /^mailto:[^@\s,!]+@([a-z0-9.-]+\.[a-z0-9-]+)(?:![0-9]+[kmgt]?)?$/i

/** What protects most, with reports to where one of the records wants them. */
export function strictestOf({ domain, records }: { domain: string; records: DmarcRecord[] }) {
  const strictFirst = records.toSorted((one, other) => strictness(other) - strictness(one))
  const reports = strictFirst.find(({ tags }) => tags.has('rua'))?.tags.get('rua')
  return recordAt(
    domain,
    new Map([
      ...(reports === undefined ? [] : ([['rua', reports]] as const)),
      ...(strictFirst[0]?.tags ?? []),
    ]),
  )
}

/** A test is one step milder. */
function strictness({ tags }: DmarcRecord): number {
  return POLICIES.indexOf(tags.get('p') ?? '') - (tags.get('t') === 'y' ? 1 : 0)
}

/** What is good of the record, in the order receivers want it. */
export function recordAt(domain: string, tags: ReadonlyMap<string, string>) {
  const kept = [...tags].filter(
    ([name, value]) => !['v', 'p'].includes(name) && RULES.get(name)?.(value) === true,
  )
  const asked = tags.get('p') ?? ''
  return {
    name: `_dmarc.${domain}`,
    type: 'TXT' as const,
    value: formatTagList(
      new Map([
        ['v', 'DMARC1'],
        ['p', POLICIES.includes(asked) ? asked : 'none'],
        ...kept,
        ...(kept.some(([name]) => name === 'rua')
          ? []
          : ([['rua', `mailto:postmaster@${domain}`]] as const)),
      ]),
    ),
  }
}

/** As they were meant, where letters are of the wrong size. */
export function lowerTags(text: string): Map<string, string> {
  return new Map(
    [...parseTagList(text).tags].map(([name, value]) => [
      name.toLowerCase(),
      ['rua', 'ruf'].includes(name.toLowerCase()) ? value : value.toLowerCase(),
    ]),
  )
}

/** The addresses of rua or ruf. */
export function listOf(value: string): string[] {
  return value.split(',').map((part) => part.trim())
}
