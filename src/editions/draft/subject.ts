import { renderRule } from '#mail/line-rule.ts'
import { plainText } from '#mail/outside-text.ts'
import { dayIn } from '../dates.ts'
import type { Settings } from '../publication.ts'
import type { EditionRules } from './rules-store.ts'

const SUBJECT = 90
const PREVIEW = 120

/** What a rule may name, as the newsletter's settings say it. */
export const subjectVariables = [
  'lead',
  'second',
  'third',
  'newsletter',
  'publication',
  'date',
  'stories',
] as const

type Named = {
  headlines: readonly string[]
  rules: Pick<EditionRules, 'name' | 'subjectRule' | 'preheaderRule' | 'timeZone'>
  set: Pick<Settings, 'name' | 'timeZone'>
  day: Date
}

/** Today's lead, or what the newsletter's rule makes of it; cut at a word where a phone would cut it anyway. */
export function subjectOf(named: Named): string {
  const { subjectRule } = named.rules
  const [lead = named.rules.name] = named.headlines
  const text = subjectRule === null ? lead : byRule(subjectRule, named)
  return cutAtWord(plainText(text) || plainText(lead), SUBJECT)
}

/** Stories two and three: the preview text continues the subject. */
export function preheaderOf(named: Named): string {
  const { preheaderRule } = named.rules
  if (preheaderRule !== null) return cutAtWord(plainText(byRule(preheaderRule, named)), PREVIEW)
  const next = named.headlines.slice(1, 3).map(plainText)
  return cutAtWord(next.length === 0 ? `From ${named.set.name}` : next.join(' · '), PREVIEW)
}

/** A rule is looked at when it is set: what goes wrong here is a programming error. */
function byRule(rule: string, { headlines, rules, set, day }: Named): string {
  const [lead = '', second = '', third = ''] = headlines
  const values: Record<(typeof subjectVariables)[number], string | number> = {
    lead,
    second,
    third,
    newsletter: rules.name,
    publication: set.name,
    date: dayIn(rules.timeZone ?? set.timeZone, day),
    stories: headlines.length,
  }
  return renderRule(rule, values)
}

function cutAtWord(text: string, most: number): string {
  if (text.length <= most) return text
  const cut = text.slice(0, most - 1)
  const space = cut.lastIndexOf(' ')
  return `${cut.slice(0, space > most / 2 ? space : cut.length).trimEnd()}…`
}
