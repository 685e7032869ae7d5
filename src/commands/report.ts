import { parseArgs } from 'node:util'
import { type Call, type Command, numberArgument, tableOf } from '#commands/command.ts'
import { Refusal } from '#errors.ts'
import { type DestinationReport, readEditionReport } from '#reports/edition-report.ts'
import { percent } from '#reports/rates.ts'
import { readSenderHealth, warningsOf } from '#reports/sender-health.ts'
import { daysOf, weekInWords } from '#reports/week-words.ts'
import { readWarmUp, readWeek } from '#reports/week.ts'

export const report: Command = {
  usage: 'report EDITION | report health [--days 7] | report week   [--json]',
  about:
    'Shows what became of an edition by mail provider; how the sender stands with each of them; or the week as the desk gets it on Monday.',
  async run(call) {
    const { values, positionals } = parseArgs({
      args: call.args,
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false }, days: { type: 'string' } },
    })
    const [what, ...more] = positionals
    if (more.length > 0)
      throw new Refusal(`report takes one edition, health or week, not "${positionals.join(' ')}"`)
    if (values.days !== undefined && what !== 'health')
      throw new Refusal('--days belongs to "report health"', { field: 'days' })
    if (what === 'health') return health(call, { json: values.json, days: daysOption(values.days) })
    return what === 'week' ? week(call, values) : edition(call, { ...values, what })
  },
}

async function edition(
  { out, enter }: Call,
  { what, json }: { what: string | undefined; json: boolean },
): Promise<void> {
  if (what === undefined)
    throw new Refusal(
      'name an edition by its number, or health or week: "daybreak editions" lists them',
    )
  const id = numberArgument(what, 'edition')
  await using house = await enter('read')
  const read = await readEditionReport(house.app.context.db, id)
  if (json) return out.line(JSON.stringify(read))
  const { edition: of, total, destinations } = read
  out.line(`edition ${of.id}: ${of.subject} (${of.state})`)
  if (of.test) out.line('  into the built-in inbox: no reader was mailed')
  for (const line of figuresTable({ total, destinations })) out.line(`  ${line}`)
  for (const line of reasonLines('refused because', total.rejectedBy)) out.line(line)
  for (const line of reasonLines('came back because', total.bouncedBy)) out.line(line)
  for (const line of warningsOf(read)) out.line(`! ${line}`)
}

async function health(
  { out, enter }: Call,
  { json, days }: { json: boolean; days: number },
): Promise<void> {
  await using house = await enter('read')
  const { db, clock } = house.app.context
  const until = clock.now()
  const from = new Date(until.getTime() - days * 86_400_000)
  const read = await readSenderHealth(db, { from, until })
  if (json) return out.line(JSON.stringify({ ...read, warnings: warningsOf(read) }))
  if (read.editions === 0) {
    out.line(`nothing was sent to readers in the last ${days} days`)
    return
  }
  out.line(`${read.editions} editions of the last ${days} days, by mail provider:`)
  for (const line of figuresTable(read)) out.line(`  ${line}`)
  for (const { domain, today, until: end } of await readWarmUp(db, until))
    out.line(
      `${domain} is being warmed up: ${today.toLocaleString('en-GB')} mails today, until ${end.toLocaleString('en-GB')} a day`,
    )
  const warnings = warningsOf(read)
  for (const line of warnings) out.line(`! ${line}`)
  if (warnings.length === 0)
    out.line('complaints and returned mail are below every line that providers draw')
}

async function week({ out, enter }: Call, { json }: { json: boolean }): Promise<void> {
  await using house = await enter('read')
  const read = await readWeek(house.app.context)
  if (json) return out.line(JSON.stringify(read))
  out.line(`${read.publication}, ${daysOf(read)}`)
  for (const { title, lines } of weekInWords(read)) {
    out.line()
    out.line(title)
    for (const line of lines) out.line(`  ${line}`)
  }
}

function figuresTable({
  total,
  destinations,
}: {
  total: Omit<DestinationReport, 'destination'>
  destinations: DestinationReport[]
}): string[] {
  const all =
    destinations.length === 1
      ? destinations
      : [...destinations, { ...total, destination: 'all together' }]
  return tableOf(
    all.map((row) => ({
      provider: row.destination,
      sent: row.accepted,
      'tried again': row.triedAgain,
      refused: row.rejected,
      'came back': row.bounced,
      'came back %': percent(row.bounceRate),
      spam: row.complained,
      'spam %': percent(row.complaintRate),
      unsubscribed: row.left,
      'may have arrived': row.uncertain,
      'left out': row.excluded,
      waiting: row.waiting,
    })),
  )
}

function reasonLines(what: string, counts: Record<string, number>): string[] {
  const said = Object.entries(counts).map(
    ([reason, count]) => `${reason} ${count.toLocaleString('en-GB')}`,
  )
  return said.length === 0 ? [] : [`  ${what}: ${said.join(', ')}`]
}

function daysOption(text: string | undefined): number {
  const days = Number(text ?? '7')
  if (text === undefined || (/^\d{1,3}$/.test(text) && days >= 1 && days <= 365)) return days
  throw new Refusal('--days must be a whole number from 1 to 365', { field: 'days' })
}
