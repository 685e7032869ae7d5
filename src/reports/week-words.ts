import { durationInWords } from '#duration.ts'
import { warningsOf } from './sender-health.ts'
import type { Week } from './week.ts'

/** A heading and its lines, as a command prints them and a mail shows them. */
export type Passage = { title: string; lines: string[] }

/** The week in plain words. What needs a person comes first; what did not happen is left out. */
export function weekInWords(week: Week): Passage[] {
  const passages: Passage[] = [
    { title: 'To look at', lines: troubleLines(week) },
    { title: 'Readers', lines: readerLines(week) },
    { title: 'Mails', lines: mailLines(week) },
    { title: 'Alerts', lines: alertLines(week) },
    { title: 'Most read', lines: storyLines(week) },
    { title: 'Warming up', lines: warmUpLines(week) },
  ]
  return passages.filter(({ lines }) => lines.length > 0)
}

/** "16 to 22 November 2026": the days of the week, Monday to Sunday. */
export function daysOf({
  from,
  until,
  timeZone,
}: Pick<Week, 'from' | 'until' | 'timeZone'>): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  })
  // A thin space is a box in some mail programs' subject lines.
  return format.formatRange(from, new Date(until.getTime() - 1)).replace(/[\u2009\u202f]/g, ' ')
}

function troubleLines({ health, breakers, editions, suppressed }: Week): string[] {
  const held = editions.filter(({ state }) => state === 'held')
  const complained = suppressed.find(({ reason }) => reason === 'complained')?.addresses ?? 0
  return [
    ...breakers.map(
      ({ destination, reason }) => `${destination} gets no mail from us at the moment: ${reason}`,
    ),
    ...held.map(
      ({ id, subject, stateReason }) =>
        `“${subject}” (edition ${id}) is held: ${stateReason ?? 'nobody said why'}`,
    ),
    ...warningsOf(health),
    ...(complained === 0
      ? []
      : [`${people(complained)} pressed "this is spam" and will not be mailed again`]),
  ]
}

function readerLines({ activeReaders, joined, left }: Week): string[] {
  const came = sum(joined.map(({ readers }) => readers))
  const went = sum(left.map(({ readers }) => readers))
  const change = came - went
  return [
    `${number(activeReaders)} readers today: ${number(came)} came and ${number(went)} left in the week (${change < 0 ? '−' : '+'}${number(Math.abs(change))})`,
    ...joined.map(({ form, readers }) => `${number(readers)} came by: ${form}`),
    ...left.map(({ editionId, subject, readers }) =>
      editionId === null
        ? `${number(readers)} left from a page, not from a mail`
        : `${number(readers)} left from “${subject ?? ''}” (edition ${editionId})`,
    ),
  ]
}

function mailLines({ health: { editions, total }, suppressed }: Week): string[] {
  if (editions === 0) return ['Nothing was sent.']
  const doubt = total.uncertain === 0 ? '' : `, ${number(total.uncertain)} may have arrived`
  const added = sum(suppressed.map(({ addresses }) => addresses))
  return [
    `${number(total.accepted)} mails of ${editions} editions were sent, ${number(total.rejected)} were refused by the mail system${doubt}`,
    ...(total.bounced === 0
      ? []
      : [`${number(total.bounced)} came back: ${reasons(total.bouncedBy)}`]),
    ...(total.rejected === 0 || Object.keys(total.rejectedBy).length === 0
      ? []
      : [`Refused because: ${reasons(total.rejectedBy)}`]),
    ...(total.triedAgain === 0
      ? []
      : [`${number(total.triedAgain)} were put off by the other side and tried again`]),
    ...(added === 0 ? [] : [`${number(added)} addresses were put on the do-not-mail list`]),
    'Gmail tells nobody who pressed "this is spam": see its Postmaster Tools for that share',
  ]
}

function alertLines({ alerts, timeZone }: Week): string[] {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
  })
  return alerts.map(
    ({ subject, releasedAt, firstMs, lastMs }) =>
      `“${subject}”, ${format.format(releasedAt)}: the first mail left after ${briefly(firstMs)}, the last after ${briefly(lastMs)}`,
  )
}

function storyLines({ stories }: Week): string[] {
  return (stories ?? []).map(
    ({ headline, readers }) => `${number(readers)} readers opened “${headline}”`,
  )
}

function warmUpLines({ warmUp }: Week): string[] {
  return warmUp.map(
    ({ domain, today, until }) =>
      `${domain} may send ${number(today)} mails today, until ${number(until)} a day (${Math.min(99, Math.floor((today / until) * 100))} %)`,
  )
}

function reasons(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([reason, count]) => `${reason} ${number(count)}`)
    .join(', ')
}

function briefly(ms: number): string {
  return ms < 10_000 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : durationInWords(ms)
}

function people(count: number): string {
  return count === 1 ? 'One reader' : `${number(count)} readers`
}

function number(value: number): string {
  return value.toLocaleString('en-GB')
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
