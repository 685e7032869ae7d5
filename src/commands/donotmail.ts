import { parseArgs } from 'node:util'
import { type Call, type Command, type Entered, tableOf } from '#commands/command.ts'
import { Refusal } from '#errors.ts'
import { maskAddress } from '#subscribers/address.ts'
import {
  blockAddress,
  checkAddress,
  type Lifted,
  liftAddress,
} from '#subscribers/suppression/do-not-mail.ts'
import { listDomains } from '#subscribers/suppression/domain-store.ts'
import {
  listSuppressed,
  type SuppressionReason,
  suppressionReasons,
} from '#subscribers/suppression/suppression-store.ts'
import {
  blockDomain,
  liftDomain,
  parseDomain,
  readersOf,
} from '#subscribers/suppression/whole-domain.ts'

const SHOWN = 100
/** In the words of people. */
const WHY: Record<SuppressionReason, string> = {
  left: 'its reader unsubscribed before coming here',
  bounced: 'its mail came back',
  complained: 'its reader reported a mail as spam',
  asked: 'its owner said "this was not me"',
  erased: 'its reader had all data erased',
  blocked: 'somebody of the team put it there',
}

export const donotmail: Command = {
  usage: `donotmail list [--reason ${suppressionReasons.join('|')}] [--domains]\n  daybreak donotmail check ADDRESS\n  daybreak donotmail add|lift ADDRESS|@DOMAIN [--yes]`,
  about:
    'The do-not-mail list: shows it, says why an address is on it, puts an address or a whole domain on it or takes it off.',
  async run(call) {
    const { values, positionals } = parseArgs({
      args: call.args,
      allowPositionals: true,
      options: {
        reason: { type: 'string' },
        domains: { type: 'boolean', default: false },
        yes: { type: 'boolean', default: false },
      },
    })
    const [verb, ...rest] = positionals
    switch (verb) {
      case 'list':
        return values.domains ? listWhole(call) : list(call, values.reason)
      case 'check':
        return check(call, onlyOne(rest))
      case 'add':
        return add(call, { text: onlyOne(rest), sure: values.yes })
      case 'lift':
        return lift(call, { text: onlyOne(rest), sure: values.yes })
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
    since: dayOf(row.at),
    why: WHY[row.reason],
    address: row.email === null ? '(not kept)' : maskAddress(row.email),
    reader: row.subscriberId === null ? '' : String(row.subscriberId),
  }))
  for (const line of tableOf(table)) out.line(line)
  if (rows.length === SHOWN) out.line(`… the newest ${SHOWN}`)
}

async function listWhole({ out, enter }: Call): Promise<void> {
  await using house = await enter('read')
  const rows = await listDomains(house.app.context.db, { limit: SHOWN })
  if (rows.length === 0) out.line('No whole domain is on the do-not-mail list.')
  const table = rows.map(({ at, domain, readers }) => ({
    since: dayOf(at),
    domain: `@${domain}`,
    readers,
  }))
  for (const line of tableOf(table)) out.line(line)
  if (rows.length === SHOWN) out.line(`… the newest ${SHOWN}`)
}

async function check({ out, enter }: Call, address: string): Promise<void> {
  await using house = await enter('read')
  const { suppression, domainSince, subscriber } = await checkAddress(house.app.context, address)
  const state = subscriber?.state === 'left' ? 'unsubscribed' : subscriber?.state
  const who = subscriber === undefined ? 'no reader' : `reader ${subscriber.id}, ${state}`
  if (suppression !== undefined)
    out.line(
      `on the do-not-mail list since ${dayOf(suppression.at)}: ${WHY[suppression.reason]} (${who})`,
    )
  if (domainSince !== undefined)
    out.line(`nobody at its domain is mailed since ${dayOf(domainSince)} (${who})`)
  if (suppression === undefined && domainSince === undefined)
    out.line(`not on the do-not-mail list (${who})`)
}

type Named = { text: string; sure: boolean }

async function add({ out, enter }: Call, { text, sure }: Named): Promise<void> {
  const domain = parseDomain(text)
  if (domain !== undefined) {
    await using house = await enter('change settings')
    const actor = house.operator
    const { added, readers } = await blockDomain(house.app.context, { domain, sure, actor })
    if (added) await house.note('add to do-not-mail list', `@${domain}`, { readers })
    out.line(
      added
        ? `nobody at @${domain} is mailed from now on (${readersOf(readers)})`
        : `@${domain} was on the do-not-mail list already`,
    )
    return
  }
  await using house = await enter('add readers')
  const about = { address: text, actor: house.operator }
  const { added, subscriberId } = await blockAddress(house.app.context, about)
  if (added) await note(house, 'add to do-not-mail list', { subscriberId })
  out.line(
    added
      ? 'it is on the do-not-mail list: nothing is sent to it from now on'
      : 'it was on the do-not-mail list already',
  )
}

async function lift({ out, enter }: Call, { text, sure }: Named): Promise<void> {
  const domain = parseDomain(text)
  await using house = await enter('change settings')
  const { context } = house.app
  const actor = house.operator
  if (domain !== undefined) {
    const { readers } = await liftDomain(context, { domain, sure, actor })
    await house.note('lift from do-not-mail list', `@${domain}`, { readers })
    out.line(`@${domain} is off the do-not-mail list: ${readersOf(readers)} may be mailed again`)
    return
  }
  const lifted = await liftAddress(context, { address: text, actor })
  await note(house, 'lift from do-not-mail list', lifted)
  out.line(`it is off the do-not-mail list, where it was because ${WHY[lifted.reason]}`)
  out.line(`  ${whatNow(lifted)}`)
}

function whatNow({ reason, subscriberId, state }: Lifted): string {
  if (subscriberId === null) return 'no reader has this address: it can sign up again'
  if (state === 'pending') return `reader ${subscriberId} never confirmed, and can sign up again`
  if (state !== 'active') return `reader ${subscriberId} gets nothing until signing up again`
  return reason === 'bounced'
    ? `reader ${subscriberId} gets the newsletters that were chosen before; if the mailbox is still gone, the next mail puts it back here`
    : `reader ${subscriberId} gets the newsletters that were chosen before`
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

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10)
}

function onlyOne(rest: string[]): string {
  const [only, ...more] = rest
  if (only === undefined || more.length > 0)
    throw new Refusal('name one mail address, or a domain such as @example.org', {
      field: 'address',
    })
  return only
}
