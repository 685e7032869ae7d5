import { parseArgs } from 'node:util'
import { type Call, type Command, tableOf } from '#commands/command.ts'
import { clearLimit, endWarmUp, setLimit, setWarmUp } from '#deliveries/limits.ts'
import { paceInWords } from '#deliveries/pace.ts'
import { listPaces, type NamedPace } from '#deliveries/pace-store.ts'
import { listBreakers } from '#deliveries/trouble/breaker-store.ts'
import { breakerInWords } from '#deliveries/trouble/fix.ts'
import { mailsOfDay } from '#deliveries/warm-up.ts'
import { readCurves } from '#deliveries/warm-up-store.ts'
import { Refusal } from '#errors.ts'

export const limits: Command = {
  usage:
    'limits [set DESTINATION [--rate 20] [--connections 5] | clear DESTINATION | warm-up DOMAIN [--from DATE] [--first 200] [--factor 1.5] [--until 100000] | warm-up DOMAIN off]',
  about:
    'Shows what relays and mail providers get at most, who asked for patience and who refuses us; limits a provider, or lets a new sending domain grow day by day.',
  async run(call) {
    const [verb, ...rest] = call.args
    switch (verb) {
      case undefined:
        return list(call)
      case 'set':
        return set(call, rest)
      case 'clear':
        return clear(call, rest)
      case 'warm-up':
        return warmUp(call, rest)
      default:
        throw new Refusal(`limits takes set, clear or warm-up, not "${verb}"`)
    }
  },
}

async function list({ out, enter }: Call): Promise<void> {
  await using house = await enter('read')
  const { db, clock } = house.app.context
  const now = clock.now()
  for (const breaker of await listBreakers(db)) {
    out.line(breakerInWords(breaker))
    out.line(`  it said: ${breaker.reply}`)
    out.line(`  when it is mended: daybreak limits clear ${breaker.destination}`)
  }
  const paces = await listPaces(db)
  if (paces.length === 0) out.line('No limits: relays and mail providers get what they take.')
  for (const line of tableOf(paces.map((pace) => rowOf(pace, now)))) out.line(line)
  const curves = Object.entries(await readCurves(db))
  if (curves.length > 0) out.line()
  for (const [domain, curve] of curves) {
    const day = Math.floor((now.getTime() - Date.parse(curve.from)) / 86_400_000)
    const today = mailsOfDay(curve, day)
    out.line(
      today === null
        ? `${domain} is warm: nothing is held back`
        : `${domain} is being warmed up since ${curve.from}: ${figure(today)} mails today, until ${figure(curve.until)} a day`,
    )
  }
}

function rowOf(pace: NamedPace, now: Date): Record<string, string | number> {
  const within = (start: Date | null, ms: number) =>
    start !== null && now.getTime() - start.getTime() < ms
  return {
    to: pace.of === 'relay' ? `relay ${pace.title}` : pace.title,
    mails: paceInWords(pace, now),
    'at most': pace.ceiling === null ? 'any' : `${pace.ceiling} a second`,
    connections: pace.connections ?? 'any',
    'this hour': within(pace.hourStart, 3_600_000) ? pace.hourCount : 0,
    'this day': within(pace.dayStart, 86_400_000) ? pace.dayCount : 0,
    'paused until':
      pace.blockedUntil !== null && pace.blockedUntil > now
        ? `${pace.blockedUntil.toISOString().slice(11, 19)} UTC`
        : '',
    'asked for patience':
      pace.slowedAt === null
        ? ''
        : `${pace.slowedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC: ${pace.reply ?? ''}`,
  }
}

async function set({ out, enter }: Call, rest: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: { rate: { type: 'string' }, connections: { type: 'string' } },
  })
  const destination = onlyOne(positionals, 'destination')
  const rate = values.rate === undefined ? undefined : plainNumber(values.rate)
  const connections = values.connections === undefined ? undefined : plainNumber(values.connections)
  await using house = await enter('change settings')
  await setLimit(house.app.context, { destination, rate, connections })
  await house.note('set limit', destination, { rate, connections })
  const terms = [
    rate === undefined ? [] : `${figure(rate)} mails a second`,
    connections === undefined ? [] : `${connections} connections`,
  ].flat()
  out.line(`${destination} now gets at most ${terms.join(' and ')}`)
}

/** As people write it: "1e3" is a number to a machine only. */
function plainNumber(text: string): number {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN
}

async function clear({ out, enter }: Call, rest: string[]): Promise<void> {
  const destination = onlyOne(rest, 'destination')
  await using house = await enter('change settings')
  const { pace, refused } = await clearLimit(house.app.context, destination)
  await house.note('clear limit', destination)
  if (refused) out.line(`${destination} gets mail again, from the next second on`)
  if (pace !== undefined) out.line(`${destination} has no limit any more`)
  else if (!refused) out.line(`${destination} had no limit`)
}

async function warmUp({ out, enter }: Call, rest: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      first: { type: 'string' },
      factor: { type: 'string' },
      until: { type: 'string' },
    },
  })
  const [given, off, ...more] = positionals
  const domain = onlyOne(given === undefined ? [] : [given], 'domain').toLowerCase()
  if (more.length > 0 || (off !== undefined && off !== 'off'))
    throw new Refusal('limits warm-up takes a domain and its options, or a domain and off')
  await using house = await enter('change settings')
  if (off === 'off') {
    await endWarmUp(house.app.context, domain)
    await house.note('end warm-up', domain)
    out.line(`${domain} is not warmed up any more: every edition goes to all its readers`)
    return
  }
  const curve = await setWarmUp(house.app.context, { domain, ...figuresOf(values) })
  await house.note('warm up', domain, curve)
  out.line(
    `from ${domain}, ${figure(curve.first)} mails may leave on ${curve.from}, ${curve.factor} times as many each day, until ${figure(curve.until)} a day`,
  )
  out.line(
    '  readers who confirmed most recently come first; the others are left out as "warming up"',
  )
}

function figuresOf({
  from,
  ...texts
}: Partial<Record<'from' | 'first' | 'factor' | 'until', string>>): {
  from?: string
  first?: number
  factor?: number
  until?: number
} {
  const numbers = Object.entries(texts).map(([name, text]) => [name, Number(text)] as const)
  return { ...(from === undefined ? {} : { from }), ...Object.fromEntries(numbers) }
}

function onlyOne(positionals: string[], field: string): string {
  const [only, ...more] = positionals
  if (only === undefined || more.length > 0)
    throw new Refusal(`name one ${field}: "daybreak limits" lists what is limited`, { field })
  return only
}

function figure(value: number): string {
  return value.toLocaleString('en-GB')
}
