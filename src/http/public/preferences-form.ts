import { z } from 'zod'
import { Refusal } from '#errors.ts'
import type { Wanted } from '#subscribers/choices/changes.ts'
import type { Overview } from '#subscribers/choices/choice.ts'
import { fewerChoices } from '#subscribers/choices/four.ts'
import type { Pause } from '#subscribers/choices/snooze.ts'
import type { Cadence } from '#subscribers/consent/consent-store.ts'

/** As a form gives it: a value by name, or several where the name came more than once. */
export type Body = Record<string, unknown>

const one = z.string().max(100)
const cadence = z.enum(['instant', 'daily', 'weekly', 'off'])
const onOff = z.enum(['on', 'off'])
const simple = z.enum(['morning', 'breaking', 'weekly', 'nothing', 'as-now'])

/**
 * What a form of the page asks for.
 * @throws Refusal that names the field
 */
export function readWanted(body: Body, overview: Overview): Wanted {
  if (body['form'] === 'detail') return readDetail(body)
  if (body['fewer'] !== undefined) return readFewer(body['fewer'], overview)
  const choice = read(simple, { body, field: 'choice' })
  return choice === 'as-now' ? {} : { simple: choice }
}

function readDetail(body: Body): Wanted {
  const newsletters = new Map<string, Cadence>()
  const topics = new Map<string, Cadence | null>()
  const updates = new Map<string, boolean>()
  for (const field of Object.keys(body)) {
    const [, kind, slug = ''] = /^(newsletter|topic|updates)-(.*)$/s.exec(field) ?? []
    if (kind === 'newsletter') newsletters.set(slug, read(cadence, { body, field }))
    if (kind === 'updates') updates.set(slug, read(onOff, { body, field }) === 'on')
    if (kind === 'topic') {
      topics.set(slug, body[field] === '' ? null : read(cadence, { body, field }))
    }
  }
  const given = (field: string) =>
    body[field] === undefined ? undefined : read(one, { body, field })
  const hour = given('hour')
  const timeZone = given('timeZone')
  const language = given('language')
  return {
    newsletters: Object.fromEntries(newsletters),
    topics: Object.fromEntries(topics),
    updates: Object.fromEntries(updates),
    ...(hour !== undefined && { hour: hour === '' ? null : hour }),
    ...(timeZone !== undefined && { timeZone }),
    ...(language !== undefined && { language }),
  }
}

/** A tap that came twice asks for what is so already. */
function readFewer(given: unknown, overview: Overview): Wanted {
  const { weekly, noAlerts } = fewerChoices(overview)
  if (given === 'weekly') return { newsletters: weekly ?? {} }
  if (given === 'no-alerts') return { newsletters: noAlerts ?? {} }
  throw new Refusal('choose one of the list', { field: 'choice' })
}

/** @throws Refusal that names the field */
export function readPause(body: Body): Pause {
  const kind = read(z.enum(['week', 'month', 'day', 'none']), { body, field: 'for' })
  return kind === 'day' ? { for: 'day', day: read(one, { body, field: 'until' }) } : { for: kind }
}

function read<Value>(
  schema: z.ZodType<Value>,
  { body, field }: { body: Body; field: string },
): Value {
  const parsed = schema.safeParse(body[field])
  if (parsed.success) return parsed.data
  throw new Refusal('choose one of the list', { field: field === 'for' ? 'until' : field })
}
