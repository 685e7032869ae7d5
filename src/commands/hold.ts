import { parseArgs } from 'node:util'
import { type Call, type Command, tableOf } from '#commands/command.ts'
import { describeHold, holdEverything, releaseHold } from '#deliveries/restore-mark.ts'
import { Refusal } from '#errors.ts'

export const hold: Command = {
  usage: 'hold [now --reason TEXT | release]',
  about:
    'Shows whether everything is held, as after a restore from a backup, and which editions are in doubt. now stops all mail at once, release lets it go on.',
  async run(call) {
    const { values, positionals } = parseArgs({
      args: call.args,
      allowPositionals: true,
      options: { reason: { type: 'string' } },
    })
    switch (positionals[0]) {
      case undefined:
        return show(call)
      case 'now':
        return holdNow(call, values.reason)
      case 'release':
        return release(call)
      default:
        throw new Refusal(`there is no "hold ${positionals[0]}": use now or release`, {
          field: 'hold',
        })
    }
  },
}

async function show({ out, enter }: Call): Promise<void> {
  await using house = await enter('read')
  const held = await describeHold(house.app.context.db)
  if (held === undefined) {
    out.line('nothing is held')
    return
  }
  out.line(`everything is held since ${held.since.toISOString()}: ${held.reason}`)
  if (held.doubts.length === 0) out.line('no edition is in doubt')
  else out.line('these editions may have gone further than the database knows:')
  for (const line of tableOf(held.doubts)) out.line(`  ${line}`)
  out.line('stop those that went out already ("daybreak edition N stop"), then run:')
  out.line('  daybreak hold release')
}

async function holdNow({ out, enter }: Call, reason: string | undefined): Promise<void> {
  if (reason === undefined || reason.trim() === '')
    throw new Refusal('say why, for those who find it: --reason "wrong sender"', {
      field: 'reason',
    })
  await using house = await enter('stop')
  const words = `${reason.trim()} (${house.operator.name})`
  await holdEverything(house.app.context, { reason: words })
  await house.note('hold', 'everything', { reason })
  out.line('everything is held: no mail begins from now on until "daybreak hold release"')
}

async function release({ out, enter }: Call): Promise<void> {
  await using house = await enter('send')
  const { context, dataDir } = house.app
  const held = await describeHold(context.db)
  await releaseHold(context, { dataDir, operator: house.operator.name })
  await house.note('release hold', 'everything', {
    reason: held?.reason,
    doubts: held?.doubts.map((doubt) => doubt.edition),
  })
  out.line('released: mails go out again')
  for (const line of tableOf(held?.doubts ?? [])) out.line(`  ${line}`)
}
