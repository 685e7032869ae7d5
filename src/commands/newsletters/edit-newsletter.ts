import { type Call, tableOf } from '#commands/command.ts'
import { durationInWords } from '#duration.ts'
import { listComing } from '#editions/clock/coming.ts'
import {
  addNewsletter,
  changeNewsletter,
  getNewsletterSettings,
} from '#editions/newsletters/change-newsletter.ts'
import { pauseNewsletter, resumeNewsletter } from '#editions/newsletters/pause-newsletter.ts'
import { listPauses, setStaff } from '#editions/newsletters/settings-store.ts'
import { Refusal } from '#errors.ts'
import { hashAddress } from '#secrets.ts'
import { ownTemplate } from './own-template.ts'

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
  const newsletter = await getNewsletterSettings(context, slugOf(rest))
  const pauses = await listPauses(context.db, newsletter.id)
  if (values.json) {
    out.line(JSON.stringify({ ...newsletter, pauses }))
    return
  }
  out.line(
    `${newsletter.name} (${newsletter.slug}, ${newsletter.kind}), change ${newsletter.revision}`,
  )
  const rows = Object.entries(newsletter.settings).map(([setting, value]) => ({
    setting,
    value: inWords(setting, value),
  }))
  for (const line of tableOf(rows)) out.line(`  ${line}`)
  if (newsletter.ownForms.length > 0)
    out.line(`  forms of its own: ${newsletter.ownForms.join(', ')}`)
  for (const { fromDay, untilDay, reason } of pauses)
    out.line(`  paused from ${fromDay} until ${untilDay}: ${reason}`)
}

const TIMES = ['lead', 'freshness', 'holdBack', 'spread', 'notAfter', 'cooldown', 'countdown']

function inWords(setting: string, value: unknown): string {
  if (value === null) return 'none'
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
  out.line(`"${made.name}" is there: readers see it on the sign-up page`)
  if (made.kind === 'digest')
    out.line(
      `  set its hour and let it come by itself: daybreak newsletters set ${slug} hours=07:00 automatic=on`,
    )
}

async function set({ out, enter }: Call, { rest }: Parameters<Verb>[1]): Promise<void> {
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
  await using house = await enter('change settings')
  const { settings, name } = await changeNewsletter(house.app.context, { slug, changes })
  await house.note('change newsletter', slug, { changes: Object.keys(changes) })
  for (const [setting, value] of Object.entries(settings))
    if (setting in changes) out.line(`"${name}": ${setting} is ${inWords(setting, value)}`)
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
  const rows = times.map(({ localDate, slot, dueAt, state, reason, counts, editionId }) => ({
    day: localDate,
    edition: editionId ?? '',
    '#': slot,
    due: dueAt.toISOString().slice(0, 16).replace('T', ' '),
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
  out.line(`"${slug}" rests from ${paused.fromDay} until ${paused.untilDay}: ${paused.reason}`)
}

async function resume({ out, enter }: Call, { rest }: Parameters<Verb>[1]): Promise<void> {
  const slug = slugOf(rest)
  await using house = await enter('send')
  const lifted = await resumeNewsletter(house.app.context, slug)
  await house.note('resume newsletter', slug, { lifted })
  out.line(
    lifted === 0 ? `"${slug}" was not paused` : `"${slug}" comes again from its next hour on`,
  )
}

async function staff(
  { out, enter }: Call,
  { rest: [verb, address] }: Parameters<Verb>[1],
): Promise<void> {
  if ((verb !== 'add' && verb !== 'remove') || address === undefined)
    throw new Refusal('newsletters staff takes add or remove, and a reader’s address', {
      field: 'staff',
    })
  await using house = await enter('change settings')
  const { db, secrets } = house.app.context
  const addressHash = hashAddress(secrets, address)
  if (!(await setStaff(db, { addressHash, on: verb === 'add' })))
    throw new Refusal(
      verb === 'add'
        ? 'no reader has this address: sign it up first'
        : 'this address is not on the staff list',
      { field: 'address' },
    )
  await house.note(`${verb} staff reader`, 'staff list')
  out.line(
    verb === 'add'
      ? 'this reader gets each edition first'
      : 'this reader gets editions with everybody',
  )
}
