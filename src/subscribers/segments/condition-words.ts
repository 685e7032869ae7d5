import { Refusal } from '#errors.ts'
import type { Condition } from './filter.ts'
import type { Sign } from './filter-pieces.ts'

/** `attribute:plan="gold"`: the name of the condition, its value, and what may stand behind it. */
export type Words = { name: string; value: string; sign?: Sign; operand?: string }

type Form = 'slug' | 'own' | 'moment' | 'days' | 'attribute'

const FORMS: Record<Condition['kind'], Form> = {
  topic: 'slug',
  newsletter: 'slug',
  zone: 'own',
  language: 'own',
  domain: 'own',
  state: 'own',
  'signed-up': 'moment',
  confirmed: 'moment',
  attribute: 'attribute',
  acted: 'days',
  clicked: 'days',
}

/** What may stand behind the value. */
const SIGNS: Record<Form, Sign[]> = {
  slug: ['='],
  own: [],
  moment: ['='],
  days: [],
  attribute: ['=', '~', '>'],
}

export const conditionNames = Object.keys(FORMS)

/** What the words say, as the fields of a condition that nobody has judged yet. */
export function fieldsOf({ name: kind, value, sign, operand }: Words): Record<string, unknown> {
  const form = formOf(kind)
  if (sign !== undefined && form !== undefined && !SIGNS[form].includes(sign))
    throw new Refusal(`"${kind}" takes no "${sign}"`, { field: 'filter' })
  const given = (field: string) => (operand === undefined ? {} : { [field]: operand })
  switch (form) {
    case 'slug':
      return { kind, slug: value, ...given('cadence') }
    case 'own':
      return { kind, [kind]: value }
    case 'moment':
      return { kind, when: value, ...given('day') }
    case 'days':
      return { kind, days: numberOf(value) }
    case 'attribute':
      return { kind, name: value, test: testOf(sign, operand ?? '') }
    case undefined:
      return { kind }
  }
}

function formOf(name: string): Form | undefined {
  return new Map<string, Form>(Object.entries(FORMS)).get(name)
}

function testOf(sign: Sign | undefined, operand: string): Record<string, unknown> {
  switch (sign) {
    case '=':
      return { is: 'equal', value: operand }
    case '~':
      return { is: 'with', value: operand }
    case '>':
      return { is: 'above', value: numberOf(operand) }
    case undefined:
      return { is: 'known' }
  }
}

/** The text itself where it is no number: the schema says what it should be. */
function numberOf(text: string): unknown {
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : text
}

export function writeCondition(condition: Condition): string {
  const { value, sign = '', operand = '' } = wordsOf(condition)
  const end = sign === '' ? '' : `${sign}${quote(operand)}`
  return `${condition.kind}:${quote(value)}${end}`
}

function wordsOf(condition: Condition): Omit<Words, 'name'> {
  if ('slug' in condition) return { value: condition.slug, ...behind(condition.cadence) }
  if ('when' in condition) return { value: condition.when, ...behind(condition.day) }
  if ('days' in condition) return { value: String(condition.days) }
  if ('test' in condition) return { value: condition.name, ...signOf(condition.test) }
  if ('zone' in condition) return { value: condition.zone }
  if ('language' in condition) return { value: condition.language }
  return { value: 'domain' in condition ? condition.domain : condition.state }
}

function behind(operand: string | undefined): Partial<Words> {
  return operand === undefined ? {} : { sign: '=', operand }
}

function signOf(test: Extract<Condition, { kind: 'attribute' }>['test']): Partial<Words> {
  switch (test.is) {
    case 'known':
      return {}
    case 'equal':
      return { sign: '=', operand: test.value }
    case 'with':
      return { sign: '~', operand: test.value }
    case 'above':
      return { sign: '>', operand: String(test.value) }
  }
}

function quote(text: string): string {
  return /^[^\s()"=~>\\]+$/.test(text) ? text : `"${text.replace(/["\\]/g, String.raw`\$&`)}"`
}
