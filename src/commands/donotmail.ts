import { parseArgs } from 'node:util'
import { type Call, type Command, type Entered, tableOf } from '#commands/command.ts'
import {
  blockAddress,
  checkAddress,
  type Lifted,
  liftAddress,
} from '#deliveries/returns/do-not-mail.ts'
import {
  listSuppressed,
  type SuppressionReason,
  suppressionReasons,
} from '#deliveries/returns/do-not-mail-store.ts'
import { Refusal } from '#errors.ts'
import { maskAddress } from '#subscribers/address.ts'

const SHOWN = 100
/** In the words of people. */
const WHY: Record<SuppressionReason, string> = {
  bounced: 'its mail came back',
  complained: 'its reader reported a mail as spam',
  asked: 'its owner said "this was not me"',
  erased: 'its reader had all data erased',
  blocked: 'somebody of the team put it there',
}

export const donotmail: Command = {
  usage:
    'donotmail list [--reason bounced|complained|asked|erased|blocked]\n  daybreak donotmail check|add ADDRESS\n  daybreak donotmail lift ADDRESS [--yes]',
  about:
    'The do-not-mail list: shows it, says why an address is on it, puts one on it or takes one off.',
  async run(call) {
    const { values, positionals } = parseArgs({
      args: call.args,
      allowPositionals: true,
      options: { reason: { type: 'string' }, yes: { type: 'boolean', default: false } },
    })
    const [verb, ...rest] = positionals
    switch (verb) {
      case 'list':
        return list(call, values.reason)
      case 'check':
        return check(call, onlyOne(rest))
      case 'add':
        return add(call, onlyOne(rest))
      case 'lift':
        return lift(call, { address: onlyOne(rest), sure: values.yes })
      case undefined:
      default:
        throw new Refusal('donotmail takes list, check, add or lift')
    }
  },
}

async function list({ out, enter }: Call, asked: string | undefined): Promise<void> {
  const reason = suppressionReasons.find((word) => word === asked) ?? null
  if (asked !== undefined && reason === null)
    throw new Refusal(
      `there is no reason "${asked}": use one of ${suppressionReasons.join(', ')}`,
      { field: 'reason' },
    )
  await using house = await enter('read')
  const rows = await listSuppressed(house.app.context.db, { reason, limit: SHOWN })
  if (rows.length === 0) out.line('Nobody is on the do-not-mail list.')
  const table = rows.map((row) => ({
    since: row.at.toISOString().slice(0, 10),
    why: WHY[row.reason],
    address: row.email === null ? '(not kept)' : maskAddress(row.email),
    reader: row.subscriberId === null ? '' : String(row.subscriberId),
  }))
  for (const line of tableOf(table)) out.line(line)
  if (rows.length === SHOWN) out.line(`… the newest ${SHOWN}`)
}

async function check({ out, enter }: Call, address: string): Promise<void> {
  await using house = await enter('read')
  const { suppression, subscriber } = await checkAddress(house.app.context, address)
  const state = subscriber?.state === 'left' ? 'unsubscribed' : subscriber?.state
  const who = subscriber === undefined ? 'no reader' : `reader ${subscriber.id}, ${state}`
  out.line(
    suppression === undefined
      ? `not on the do-not-mail list (${who})`
      : `on the do-not-mail list since ${suppression.at.toISOString().slice(0, 10)}: ${WHY[suppression.reason]} (${who})`,
  )
}

async function add({ out, enter }: Call, address: string): Promise<void> {
  await using house = await enter('add readers')
  const { added, subscriberId } = await blockAddress(house.app.context, address)
  if (added) await note(house, 'add to do-not-mail list', { subscriberId })
  out.line(
    added
      ? 'it is on the do-not-mail list: nothing is sent to it from now on'
      : 'it was on the do-not-mail list already',
  )
}

async function lift(
  { out, enter }: Call,
  { address, sure }: { address: string; sure: boolean },
): Promise<void> {
  await using house = await enter('change settings')
  const lifted = await liftAddress(house.app.context, {
    address,
    sure,
    actor: house.operator.name,
  })
  await note(house, 'lift from do-not-mail list', lifted)
  out.line(`it is off the do-not-mail list, where it was because ${WHY[lifted.reason]}`)
  out.line(`  ${whatNow(lifted)}`)
}

function whatNow({ subscriberId, state }: Lifted): string {
  if (subscriberId === null) return 'no reader has this address: it can sign up again'
  if (state === 'active')
    return `reader ${subscriberId} gets the newsletters that were chosen before`
  if (state === 'pending') return `reader ${subscriberId} never confirmed, and can sign up again`
  if (state === 'left') return `reader ${subscriberId} gets nothing until signing up again`
  return `what reader ${subscriberId} has chosen holds as it was`
}

/** Without the address: the audit log is kept for ever. */
async function note(
  house: Entered,
  verb: string,
  { subscriberId, ...detail }: { subscriberId: number | null } & Partial<Lifted>,
): Promise<void> {
  const subject = subscriberId === null ? 'an address of no reader' : `subscriber ${subscriberId}`
  await house.note(verb, subject, detail)
}

function onlyOne(rest: string[]): string {
  const [only, ...more] = rest
  if (only === undefined || more.length > 0)
    throw new Refusal('name one mail address', { field: 'address' })
  return only
}
