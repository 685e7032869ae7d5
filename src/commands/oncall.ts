import { parseArgs } from 'node:util'
import { type Call, type Command, tableOf } from '#commands/command.ts'
import { addOnCall } from '#deliveries/approval/on-call.ts'
import { dropOnCall, listOnCall, type OnCall } from '#deliveries/approval/on-call-store.ts'
import { Refusal } from '#errors.ts'
import { getOperator, requireDuty, setAddress } from '#operators/operator.ts'

export const oncall: Command = {
  usage: 'oncall [list | add NAME --address ADDRESS [--deputy] | remove NAME] [--json]',
  about:
    'Lists who is called when an edition or an alert waits for a yes; deputies are called when nobody has answered by its hour.',
  async run(call) {
    const { values, positionals } = parseArgs({
      args: call.args,
      allowPositionals: true,
      options: {
        address: { type: 'string' },
        deputy: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    })
    const [verb, name] = positionals
    if (verb === undefined || verb === 'list') return list(call, values)
    if ((verb !== 'add' && verb !== 'remove') || name === undefined)
      throw new Refusal('oncall takes: add NAME --address ADDRESS, or remove NAME', {
        field: 'name',
      })
    return verb === 'add' ? add(call, { ...values, name }) : remove(call, { ...values, name })
  },
}

async function list({ out, enter }: Call, { json }: { json: boolean }): Promise<void> {
  await using house = await enter('read')
  const people = await listOnCall(house.app.context.db)
  if (json) return out.line(JSON.stringify(shownOf(people)))
  if (people.length === 0)
    out.line('Nobody is on call: "daybreak oncall add NAME --address ADDRESS" adds a team member.')
  const rows = people.map(({ name, address, deputy }) => ({
    name,
    address: address ?? '',
    as: deputy ? 'deputy' : 'on call',
  }))
  for (const line of tableOf(rows)) out.line(line)
}

async function add(
  { out, enter }: Call,
  {
    name,
    address,
    deputy,
    json,
  }: { name: string; address?: string; deputy: boolean; json: boolean },
): Promise<void> {
  await using house = await enter('manage operators')
  const { context } = house.app
  const operator = await getOperator(context, name)
  // Whoever is called must be able to answer.
  requireDuty(operator, 'approve')
  if (address !== undefined) await setAddress(context, { operator, address })
  await addOnCall(context, { operatorId: operator.id, deputy })
  await house.note('put on call', name, { deputy })
  if (json) return out.line(JSON.stringify(shownOf(await listOnCall(context.db))))
  out.line(`${name} is ${deputy ? 'called as a deputy' : 'on call'}`)
}

async function remove(
  { out, enter }: Call,
  { name, json }: { name: string; json: boolean },
): Promise<void> {
  await using house = await enter('manage operators')
  const { db } = house.app.context
  if (!(await dropOnCall(db, name)))
    throw new Refusal(`"${name.slice(0, 60)}" is not on call`, { field: 'name' })
  await house.note('take off call', name)
  if (json) return out.line(JSON.stringify(shownOf(await listOnCall(db))))
  out.line(`${name} is not called any more`)
}

function shownOf(people: OnCall[]): object[] {
  return people.map(({ name, address, deputy }) => ({ name, address, deputy }))
}
