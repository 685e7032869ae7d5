import type { Condition, Filter } from '#subscribers/segments/filter.ts'

const SLUGS = ['sport', 'local-news', 'a1']
const CADENCES = ['instant', 'daily', 'weekly', 'off'] as const
const STATES = ['pending', 'active', 'left', 'bounced', 'complained'] as const
const DAYS = ['2026-01-31', '1999-12-01']
/** Names and values with everything that could break out of a text or a statement. */
const HOSTILE = [
  'plan',
  'gold member',
  '"quoted"',
  'back\\slash',
  "' or 1=1 --",
  "'; drop table subscriber; --",
  '$1',
  '%_*',
  ')(',
  'and',
  'not',
  'a=b~c>d',
  '\\"',
  '\n\t',
  'ünïcødé 🗞️',
  '${x}',
  '\u202e',
]

type Random = () => number

export function madeUpFilter(random: Random, depth = 4): Filter {
  const roll = depth === 0 ? 9 : Math.floor(random() * 10)
  if (roll < 2) return { kind: 'all', of: several(random, depth) }
  if (roll < 4) return { kind: 'any', of: several(random, depth) }
  if (roll < 5) return { kind: 'not', of: madeUpFilter(random, depth - 1) }
  return madeUpCondition(random)
}

function several(random: Random, depth: number): Filter[] {
  return Array.from({ length: 2 + Math.floor(random() * 3) }, () => madeUpFilter(random, depth - 1))
}

function madeUpCondition(random: Random): Condition {
  const one = <Value>(list: readonly Value[]): Value => {
    const value = list[Math.floor(random() * list.length)]
    if (value === undefined) throw new Error('an empty list')
    return value
  }
  const how = () => (random() < 0.5 ? {} : { cadence: one(CADENCES) })
  const conditions: (() => Condition)[] = [
    () => ({ kind: 'topic', slug: one(SLUGS), ...how() }),
    () => ({ kind: 'newsletter', slug: one(SLUGS), ...how() }),
    () => ({ kind: 'zone', zone: one(['Europe/Berlin', 'Europe/*', 'Etc/GMT+3']) }),
    () => ({ kind: 'language', language: one(['de', 'pt-BR']) }),
    () => ({ kind: 'signed-up', when: one(['before', 'after']), day: one(DAYS) }),
    () => ({ kind: 'confirmed', when: one(['before', 'after']), day: one(DAYS) }),
    () => ({ kind: 'confirmed', when: 'ever' }),
    () => ({ kind: 'state', state: one(STATES) }),
    () => ({ kind: 'domain', domain: one(['example.org', '*.example.org']) }),
    () => ({ kind: 'attribute', name: one(HOSTILE), test: { is: 'known' } }),
    () => ({ kind: 'attribute', name: one(HOSTILE), test: { is: 'equal', value: one(HOSTILE) } }),
    () => ({ kind: 'attribute', name: one(HOSTILE), test: { is: 'with', value: one(HOSTILE) } }),
    () => ({
      kind: 'attribute',
      name: one(HOSTILE),
      test: { is: 'above', value: one([0, -3, 1.5, 1e21, 1e-9]) },
    }),
    () => ({ kind: 'acted', days: one([1, 30, 3650]) }),
    () => ({ kind: 'clicked', days: one([1, 2]) }),
  ]
  return one(conditions)()
}
