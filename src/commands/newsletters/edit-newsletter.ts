import { type Call, numberArgument, tableOf } from '#commands/command.ts'
import { durationInWords } from '#duration.ts'
import { listComing } from '#editions/clock/coming.ts'
import {
  addNewsletter,
  changeNewsletter,
  getNewsletterSettings,
} from '#editions/newsletters/change-newsletter.ts'
import { describeNewsletter } from '#editions/newsletters/describe-newsletter.ts'
import { pauseNewsletter, resumeNewsletter } from '#editions/newsletters/pause-newsletter.ts'
import { readSettings } from '#editions/publication.ts'
import { Refusal } from '#errors.ts'
import { ownTemplate } from './own-template.ts'
import { staff } from './staff-list.ts'
import { tellNewsletter } from './tell-newsletter.ts'

type Values = {
  name?: string | undefined
  description?: string | undefined
  kind?: string | undefined
  from?: string | undefined
  until?: string | undefined
  reason?: string | undefined
  write?: string | undefined
  read?: string | undefined
  check?: boolean | undefined
  house?: boolean | undefined
  revision?: string | undefined
  json: boolean
}
type Verb = (call: Call, asked: { rest: string[]; values: Values }) => Promise<void>

export const editingVerbs: Partial<Record<string, Verb>> = {
  show,
  add,
  set,
  due,
  template,
  pause,
  resume,
  staff,
}

function slugOf([slug]: string[]): string {
  if (slug !== undefined) return slug
  throw new Refusal('say which newsletter: "daybreak newsletters" lists them', {
    field: 'newsletter',
  })
}

async function show({ out, enter }: Call, { rest, values }: Parameters<Verb>[1]): Promise<void> {
  await using house = await enter('read')
  const { context } = house.app
  const newsletter = await describeNewsletter(context, slugOf(rest))
  if (values.json) return out.line(JSON.stringify(newsletter))
  out.line(
    `${newsletter.name} (${newsletter.slug}, ${newsletter.kind}), change ${newsletter.revision}`,
  )
  const { settings, clicks, welcome } = newsletter
  const rows = Object.entries({ ...settings, clicks, welcome }).map(([setting, value]) => ({
    setting,
    value: inWords(setting, value),
  }))
  for (const line of tableOf(rows)) out.line(`  ${line}`)
  if (newsletter.ownForms.length > 0)
    out.line(`  forms of its own: ${newsletter.ownForms.join(', ')}`)
  for (const { fromDay, untilDay, reason } of newsletter.pauses)
    out.line(`  paused from ${fromDay} until ${untilDay}: ${reason}`)
}

const TIMES = ['lead', 'freshness', 'holdBack', 'spread', 'notAfter', 'cooldown', 'countdown']

function inWords(setting: string, value: unknown): string {
  if (value === null) return setting === 'days' ? 'every day' : 'none'
  if (Array.isArray(value) && value.length === 0) return 'none'
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (typeof value === 'number')
    return TIMES.includes(setting) ? durationInWords(value) : String(value)
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.join(', ')
  return JSON.stringify(value)
}

async function add({ out, enter }: Call, { rest, values }: Parameters<Verb>[1]): Promise<void> {
  const slug = slugOf(rest)
  const { name = slug, description = '', kind = 'digest' } = values
  await using house = await enter('change settings')
  const made = await addNewsletter(house.app.context, { slug, name, description, kind })
  await house.note('add newsletter', slug, { kind })
  const next = `  set its hour and let it come by itself: daybreak newsletters set ${slug} hours=07:00 automatic=on`
  const words = [
    `"${made.name}" is there: readers see it on the sign-up page`,
    ...(made.kind === 'digest' ? [next] : []),
  ]
  await tellNewsletter({ house, out, json: values.json }, { slug, words })
}

async function set({ out, enter }: Call, { rest, values }: Parameters<Verb>[1]): Promise<void> {
  const [, ...pairs] = rest
  const slug = slugOf(rest)
  const changes = Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1)
        throw new Refusal(`"${pair.slice(0, 40)}" is no NAME=VALUE: write hours=07:00`, {
          field: 'setting',
        })
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
  const revision =
    values.revision === undefined ? undefined : numberArgument(values.revision, 'revision')
  await using house = await enter('change settings')
  const { settings, name } = await changeNewsletter(house.app.context, { slug, changes, revision })
  await house.note('change newsletter', slug, { changes: Object.keys(changes) })
  const words = Object.entries(settings)
    .filter(([setting]) => setting in changes)
    .map(([setting, value]) => `"${name}": ${setting} is ${inWords(setting, value)}`)
  await tellNewsletter({ house, out, json: values.json }, { slug, words })
}

async function due({ out, enter }: Call, { rest, values }: Parameters<Verb>[1]): Promise<void> {
  await using house = await enter('read')
  const { context } = house.app
  const times = await listComing(context, { slug: slugOf(rest), past: 20, comingDays: 7 })
  if (values.json) {
    out.line(JSON.stringify(times))
    return
  }
  if (times.length === 0)
    out.line('The clock makes nothing of it: set automatic=on, or compose it by hand.')
  const { settings } = await getNewsletterSettings(context, slugOf(rest))
  const timeZone = settings.zone ?? (await readSettings(context)).timeZone
  // The Swedish way of writing a time is the one of ISO 8601.
  const local = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
  })
  const rows = times.map(({ localDate, slot, dueAt, state, reason, counts, editionId }) => ({
    day: localDate,
    edition: editionId ?? '',
    '#': slot,
    [`due (${timeZone})`]: local.format(dueAt),
    state,
    why: [reason, countsInWords(counts)].filter(Boolean).join('; '),
  }))
  for (const line of tableOf(rows)) out.line(line)
}

function countsInWords(counts: {
  seen?: number
  chosen?: number
  leftOut?: Record<string, number>
}): string {
  if (counts.seen === undefined) return ''
  const out = Object.entries(counts.leftOut ?? {}).map(([reason, count]) => `${count} ${reason}`)
  return `${counts.seen} seen, ${counts.chosen ?? 0} told${out.length === 0 ? '' : ` (${out.join(', ')})`}`
}

async function template(call: Call, { rest, values }: Parameters<Verb>[1]): Promise<void> {
  return ownTemplate(call, { slug: slugOf(rest), values })
}

async function pause({ out, enter }: Call, { rest, values }: Parameters<Verb>[1]): Promise<void> {
  const slug = slugOf(rest)
  const { from, until = from, reason } = values
  await using house = await enter('stop')
  const { id: operatorId } = house.operator
  const paused = await pauseNewsletter(house.app.context, { slug, from, until, reason, operatorId })
  await house.note('pause newsletter', slug, paused)
  const { fromDay, untilDay, reason: why } = paused
  const words = [`"${slug}" rests from ${fromDay} until ${untilDay}: ${why}`]
  await tellNewsletter({ house, out, json: values.json }, { slug, words })
}

async function resume({ out, enter }: Call, { rest, values }: Parameters<Verb>[1]): Promise<void> {
  const slug = slugOf(rest)
  await using house = await enter('send')
  const lifted = await resumeNewsletter(house.app.context, slug)
  await house.note('resume newsletter', slug, { lifted })
  const words = [
    lifted === 0 ? `"${slug}" was not paused` : `"${slug}" comes again from its next hour on`,
  ]
  await tellNewsletter({ house, out, json: values.json }, { slug, words })
}
