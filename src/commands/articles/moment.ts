import { readSettings } from '#editions/publication.ts'
import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'

/**
 * A time as a person writes it: `2026-11-23T18:00Z`, or `2026-11-23 18:00` by the clocks of the publication.
 * @throws Refusal that shows how it is written
 */
export async function readMoment(
  context: Pick<Context, 'db'>,
  { text, field }: { text: string; field: string },
): Promise<Date> {
  const [, day, time, zone] =
    /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(Z|[+-]\d{2}:\d{2})?$/.exec(text.trim()) ?? []
  const wall = new Date(`${day}T${time}Z`)
  // JavaScript takes 30 February for 2 March.
  const real =
    day !== undefined && !Number.isNaN(wall.getTime()) && wall.toISOString().startsWith(day)
  if (!real)
    throw new Refusal(
      `${field} is not "${text.slice(0, 40)}": write a time as 2026-11-23T18:00Z, or 2026-11-23 18:00 by the publication's clocks`,
      { field },
    )
  if (zone !== undefined) return new Date(`${day}T${time}${zone}`)
  const { timeZone } = await readSettings(context)
  return atWallClock(wall, timeZone)
}

/** `wall` read as if it were UTC. Where the clocks go back, the earlier of the two moments. */
export function atWallClock(wall: Date, timeZone: string): Date {
  const day = 86_400_000
  const offsets = [-day, day].map((far) => offsetAt(new Date(wall.getTime() + far), timeZone))
  const moments = offsets.map((offset) => new Date(wall.getTime() - offset))
  const right = moments.filter(
    (moment) => moment.getTime() + offsetAt(moment, timeZone) === wall.getTime(),
  )
  return right.toSorted((a, b) => a.getTime() - b.getTime())[0] ?? moments[0] ?? wall
}

function offsetAt(moment: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(moment)
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? '0')
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  )
  return wall - Math.floor(moment.getTime() / 1000) * 1000
}
