import { parseArgs } from 'node:util'
import type { Command } from '#commands/command.ts'
import { Refusal } from '#errors.ts'
import { hashAddress } from '#secrets.ts'
import { normaliseAddress } from '#subscribers/address.ts'
import { eraseSubscriber } from '#subscribers/erasure/erase.ts'
import { countReach, type Reach } from '#subscribers/erasure/reach-store.ts'
import { findByAddress } from '#subscribers/store.ts'

export const erase: Command = {
  usage: 'erase ADDRESS [--yes]',
  about:
    'Erases a person for good: says what it will touch, and does it with --yes. The address stays on the do-not-mail list as a code.',
  async run({ args, out, enter }) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { yes: { type: 'boolean', default: false } },
    })
    const [text, ...more] = positionals
    if (text === undefined || more.length > 0)
      throw new Refusal('name one mail address', { field: 'address' })
    const { email } = normaliseAddress(text)
    await using house = await enter('add readers')
    const { context } = house.app
    const subscriber = await findByAddress(context.db, hashAddress(context.secrets, email))
    if (subscriber === undefined)
      throw new Refusal(
        'no reader has this address: nothing is held under it but, perhaps, a code on the do-not-mail list',
        { field: 'address' },
      )
    const { id } = subscriber
    const reach = reachInWords(await countReach(context.db, id))
    if (!values.yes)
      throw new Refusal(
        `this erases reader ${id} for good: ${reach}. There is no undo. If so, add --yes`,
        { field: 'yes' },
      )
    const { id: operatorId, name } = house.operator
    const witness = { form: `operator ${name}`, operatorId }
    await eraseSubscriber(context, { subscriberId: id, witness })
    await house.note('erase reader', `subscriber ${id}`)
    out.line(`reader ${id} is erased: ${reach}`)
    out.line(
      '  the address is on the do-not-mail list as a code; its reader can sign up again, nobody else can bring it back',
    )
    if (context.relay.test)
      out.line(
        '  the built-in inbox keeps the mails it took as files: empty it on its page, /inbox',
      )
  },
}

function reachInWords({ choices, mails, waiting, letters }: Reach): string {
  return [
    counted(choices, 'choice', 'choices'),
    `the name on ${counted(mails, 'mail', 'mails')} that went out`,
    `${counted(waiting, 'mail', 'mails')} that wait`,
    counted(letters, 'letter', 'letters'),
  ].join(', ')
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}
