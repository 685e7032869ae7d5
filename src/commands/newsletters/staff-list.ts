import { type Call, type Entered, tableOf } from '#commands/command.ts'
import { changeStaff, describeStaff } from '#editions/newsletters/staff.ts'
import { Refusal } from '#errors.ts'
import { may } from '#operators/operator.ts'

/** newsletters staff [add|remove ADDRESS]: who gets each edition first. */
export async function staff(
  call: Call,
  { rest: [verb, address], values }: { rest: string[]; values: { json: boolean } },
): Promise<void> {
  if (verb === undefined) return list(call, values)
  if ((verb !== 'add' && verb !== 'remove') || address === undefined)
    throw new Refusal('newsletters staff takes add or remove, and a reader’s address, or nothing', {
      field: 'staff',
    })
  const { out, enter } = call
  await using house = await enter('change settings')
  await changeStaff(house.app.context, { address, on: verb === 'add' })
  await house.note(`${verb} staff reader`, 'staff list')
  if (values.json) return out.line(JSON.stringify(await staffOf(house)))
  out.line(
    verb === 'add'
      ? 'this reader gets each edition first'
      : 'this reader gets editions with everybody',
  )
}

async function list({ out, enter }: Call, { json }: { json: boolean }): Promise<void> {
  await using house = await enter('read')
  const rows = await staffOf(house)
  if (json) return out.line(JSON.stringify(rows))
  if (rows.length === 0)
    out.line(
      'The staff list is empty: "daybreak newsletters staff add ADDRESS" puts a reader on it.',
    )
  for (const line of tableOf(rows)) out.line(line)
}

async function staffOf({ app, operator }: Entered) {
  return describeStaff(app.context, { whole: may(operator.role, 'add readers') })
}
