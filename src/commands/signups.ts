import { parseArgs } from 'node:util'
import { type Call, type Command, tableOf } from '#commands/command.ts'
import { Refusal } from '#errors.ts'
import { demandProof, findGate, type Gate, listCounts } from '#subscribers/gate/gate-store.ts'

const HOURS = 24
const SHOWN = 60

export const signups: Command = {
  usage: 'signups [--hours N]\n  daybreak signups prove on|off',
  about:
    'Shows what was asked at the sign-up forms in the last hours and what was stopped; prove asks every browser for a second of work at once.',
  async run(call) {
    const { values, positionals } = parseArgs({
      args: call.args,
      allowPositionals: true,
      options: { hours: { type: 'string', default: String(HOURS) } },
    })
    const [verb, choice, ...more] = positionals
    if (verb === undefined) return show(call, values.hours)
    if (verb !== 'prove' || (choice !== 'on' && choice !== 'off') || more.length > 0)
      throw new Refusal('signups takes nothing, or prove and on or off: signups prove on')
    return demand(call, choice === 'on')
  },
}

async function show({ out, enter }: Call, text: string): Promise<void> {
  const hours = Number(text)
  if (!/^\d{1,3}$/.test(text) || hours < 1 || hours > 336)
    throw new Refusal('--hours takes a whole number from 1 to 336, which is two weeks', {
      field: 'hours',
    })
  await using house = await enter('read')
  const { db, clock } = house.app.context
  const now = clock.now()
  const since = new Date(now.getTime() - hours * 3_600_000)
  const counts = await listCounts(db, { since, limit: SHOWN })
  out.line(stateOf(await findGate(db), now))
  out.line()
  const outcomes = counts.filter(({ bucket }) => bucket === '')
  const buckets = counts.filter(({ bucket }) => bucket !== '')
  if (outcomes.length === 0) {
    out.line(`Nobody asked at a form in the last ${hours === 1 ? 'hour' : `${hours} hours`}.`)
    return
  }
  for (const line of tableOf(
    outcomes.map(({ outcome, count }) => ({ 'sign-ups': outcome, count })),
  ))
    out.line(line)
  if (buckets.length === 0) return
  out.line()
  for (const line of tableOf(
    buckets.map(({ outcome, bucket, count }) => ({ from: bucket, what: outcome, count })),
  ))
    out.line(line)
}

function stateOf({ trippedAt, until, demandedAt }: Gate, now: Date): string {
  if (demandedAt !== null)
    return `Everybody is asked for a proof since ${demandedAt.toISOString()}: "daybreak signups prove off" ends it.`
  if (until !== null && until > now)
    return `Everybody is asked for a proof: unusually many sign-ups since ${trippedAt?.toISOString() ?? ''}; it ends ten calm minutes after the last of them.`
  return 'Nobody is asked for a proof: sign-ups are as usual.'
}

async function demand({ out, enter }: Call, on: boolean): Promise<void> {
  await using house = await enter('change settings')
  const { db, clock } = house.app.context
  await demandProof(db, { on, now: clock.now() })
  await house.note('ask for proof', 'sign-ups', { on })
  if (on) {
    out.line(
      'every sign-up form asks for a proof now; readers without JavaScript are asked to come back later',
    )
    return
  }
  const { until } = await findGate(db)
  out.line(
    until !== null && until > clock.now()
      ? 'sign-up forms ask for a proof until ten calm minutes have gone by: there are unusually many sign-ups'
      : 'no sign-up form asks for a proof, unless there are unusually many sign-ups',
  )
}
