import { parseArgs } from 'node:util'
import { type Call, type Command, tableOf } from '#commands/command.ts'
import { describeHold, holdEverything, releaseHold } from '#deliveries/restore-mark.ts'
import { Refusal } from '#errors.ts'
import type { Replayed } from '#subscribers/replay-leavings.ts'

export const hold: Command = {
  usage: 'hold [now --reason TEXT | release [--without-leavings]] [--json]',
  about:
    'Shows whether everything is held, as after a restore from a backup, and which editions are in doubt. now stops all mail at once, release lets it go on.',
  async run(call) {
    const { values, positionals } = parseArgs({
      args: call.args,
      allowPositionals: true,
      options: {
        reason: { type: 'string' },
        'without-leavings': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    })
    switch (positionals[0]) {
      case undefined:
        return show(call, values)
      case 'now':
        return holdNow(call, values)
      case 'release':
        return release(call, values)
      default:
        throw new Refusal(`there is no "hold ${positionals[0]}": use now or release`, {
          field: 'hold',
        })
    }
  },
}

type Values = { reason?: string | undefined; 'without-leavings': boolean; json: boolean }

async function show({ out, enter }: Call, { json }: Values): Promise<void> {
  await using house = await enter('read')
  const held = await describeHold(house.app.context.db)
  if (json) return out.line(JSON.stringify({ held: held !== undefined, ...held }))
  if (held === undefined) {
    out.line('nothing is held')
    return
  }
  out.line(`everything is held since ${held.since.toISOString()}: ${held.reason}`)
  if (held.doubts.length > 0)
    out.line(
      held.lost
        ? 'these editions may have gone further than the database knows:'
        : 'these editions wait, and go on where they stopped:',
    )
  for (const line of tableOf(held.doubts)) out.line(`  ${line}`)
  out.line(
    held.lost && held.doubts.length > 0
      ? 'stop those that went out already ("daybreak edition N stop"), then run:'
      : 'no edition is in doubt; to let mails go out again:',
  )
  out.line('  daybreak hold release')
}

async function holdNow({ out, enter }: Call, { reason, json }: Values): Promise<void> {
  if (reason === undefined || reason.trim() === '')
    throw new Refusal('say why, for those who find it: --reason "wrong sender"', {
      field: 'reason',
    })
  await using house = await enter('stop')
  const words = `${reason.trim()} (${house.operator.name})`
  const { context } = house.app
  const before = await holdEverything(context, { reason: words })
  if (before !== null) throw new Refusal(`everything is held already: ${before}`, { status: 409 })
  await house.note('hold', 'everything', { reason })
  if (json) return out.line(JSON.stringify({ held: true, ...(await describeHold(context.db)) }))
  out.line('everything is held: no mail begins from now on until "daybreak hold release"')
}

async function release(
  { out, enter }: Call,
  { json, 'without-leavings': withoutLeavings }: Values,
): Promise<void> {
  await using house = await enter('send')
  const { context, dataDir } = house.app
  const held = await describeHold(context.db)
  const operator = house.operator.name
  const replayed = await releaseHold(context, { dataDir, operator, withoutLeavings })
  await house.note('release hold', 'everything', {
    reason: held?.reason,
    doubts: held?.lost === true ? held.doubts.map((doubt) => doubt.edition) : [],
    ...(withoutLeavings ? { withoutLeavings } : {}),
  })
  if (json) return out.line(JSON.stringify({ held: false, replayed: replayed ?? null }))
  for (const line of replayed === undefined ? [] : wordsOf(replayed)) out.line(line)
  out.line('released: mails go out again')
  for (const line of tableOf(held?.doubts ?? [])) out.line(`  ${line}`)
}

/** What the database was told of those who left since the backup. */
function wordsOf({ left, returned, suppressed, damaged }: Replayed): string[] {
  const counts = [
    [left, 'unsubscribed'],
    [returned, 'came back'],
    [suppressed, 'put on the do-not-mail list'],
  ] as const
  const told = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  return [
    ...(told.length > 0 ? [`told to the database from leavings.log: ${told.join(', ')}`] : []),
    ...(damaged > 0
      ? [`${damaged} damaged lines of leavings.log were skipped: look at it by hand`]
      : []),
  ]
}
