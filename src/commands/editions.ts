import { parseArgs } from 'node:util'
import { type Command, numberArgument, type Out, tableOf } from '#commands/command.ts'
import { type Accounts, listUncertain, readAccounts } from '#deliveries/accounts.ts'
import { resumeEdition, sendUncertainAgain, stopEdition } from '#deliveries/send-edition.ts'
import { type Edition, getEdition, listEditions } from '#editions/store.ts'
import { Refusal } from '#errors.ts'

export const editions: Command = {
  usage: 'editions',
  about: 'Lists the newest editions with their state.',
  async run({ out, enter }) {
    await using house = await enter('read')
    const rows = await listEditions(house.app.context.db, 50)
    if (rows.length === 0) out.line('No editions yet: "daybreak digest compose" makes one.')
    for (const line of tableOf(
      rows.map(({ id, kind, newsletterSlug, editionDate, state, subject }) => ({
        edition: id,
        kind,
        newsletter: newsletterSlug,
        date: editionDate,
        state,
        subject,
      })),
    )) {
      out.line(line)
    }
  },
}

export const edition: Command = {
  usage: 'edition <edition> [stop --reason TEXT | resume | send-again] [--json]',
  about:
    'Shows what became of every mail of an edition; stops it, lets a held one go on, or sends uncertain mails again.',
  async run({ args, out, enter }) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { reason: { type: 'string' }, json: { type: 'boolean', default: false } },
    })
    const id = numberArgument(positionals[0], 'edition')
    const verb = positionals[1]
    await using house = await enter(verb === undefined ? 'read' : 'stop')
    const { context } = house.app
    switch (verb) {
      case undefined:
        break
      case 'stop': {
        const reason = values.reason ?? `stopped by ${house.operator.name}`
        const left = await stopEdition(context, { editionId: id, reason })
        await house.note('stop', `edition ${id}`, { reason, left })
        out.line(`stopped: ${left} readers are left out`)
        break
      }
      case 'resume':
        await resumeEdition(context, id)
        await house.note('resume', `edition ${id}`)
        break
      case 'send-again': {
        const count = await sendUncertainAgain(context, id)
        await house.note('send again', `edition ${id}`, { count })
        out.line(`${count} mails that may have arrived go again, byte for byte the same`)
        break
      }
      default:
        throw new Refusal(`edition takes stop, resume or send-again, not "${verb}"`)
    }
    const found = await getEdition(context.db, id)
    const accounts = await readAccounts(context.db, id)
    if (values.json) {
      out.line(
        JSON.stringify({
          edition: id,
          state: found.state,
          reason: found.stateReason,
          test: found.test,
          ...accounts,
        }),
      )
      return
    }
    printAccounts(out, { edition: found, accounts })
    for (const row of await listUncertain(context.db, id)) {
      out.line(`  may have arrived: reader ${row.subscriberId}, ${row.reply}`)
    }
  },
}

/** Reasons as people say them; the others are said as they are. */
const REASONS: Record<string, string> = {
  left: 'unsubscribed',
  suppressed: 'on the do-not-mail list',
  snoozed: 'on a break',
  expired: 'too late to be news',
}

/** The accounts as a table for people; it adds up, and says so. */
export function printAccounts(
  out: Out,
  {
    edition: { id, subject, state, stateReason, test },
    accounts,
  }: { edition: Edition; accounts: Accounts },
): void {
  out.line(`edition ${id}: ${subject}`)
  out.line(`  state: ${state}${stateReason === null ? '' : ` (${stateReason})`}`)
  const rows = [
    { what: 'planned', readers: accounts.planned },
    {
      what: test ? 'accepted by the built-in inbox (no reader was mailed)' : 'sent',
      readers: accounts.accepted,
    },
    { what: 'being sent', readers: accounts.claimed },
    { what: 'waiting', readers: accounts.waiting },
    { what: 'trying again', readers: accounts.tryingAgain },
    { what: 'refused by the mail system', readers: accounts.rejected },
    { what: 'may have arrived', readers: accounts.uncertain },
    ...Object.entries(accounts.excludedBy).map(([reason, readers]) => ({
      what: `left out: ${REASONS[reason] ?? reason}`,
      readers,
    })),
  ]
  for (const line of tableOf(rows.filter((row) => row.readers > 0 || row.what === 'planned')))
    out.line(`  ${line}`)
  for (const reason of accounts.waitingBecause) out.line(`  waiting because: ${reason}`)
}
