import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import { hashAddress } from '#secrets.ts'
import { maskAddress } from '#subscribers/address.ts'
import { listStaff, setStaff } from './staff-store.ts'

/** Who gets each edition before everybody else. Without `whole` an address is only hinted at. */
export async function describeStaff(
  { db }: Pick<Context, 'db'>,
  { whole }: { whole: boolean },
): Promise<{ reader: number; address: string | null; state: string }[]> {
  const rows = await listStaff(db)
  return rows.map(({ subscriberId, email, state }) => ({
    reader: subscriberId,
    address: email === null || whole ? email : maskAddress(email),
    state,
  }))
}

/**
 * Puts a reader on the staff list, or takes one off. @throws Refusal for an address that no reader has, and where the list
 * says so already
 */
export async function changeStaff(
  { db, secrets }: Pick<Context, 'db' | 'secrets'>,
  { address, on }: { address: string; on: boolean },
): Promise<void> {
  const changed = await setStaff(db, { addressHash: hashAddress(secrets, address), on })
  if (changed === undefined)
    throw new Refusal(
      on
        ? 'no reader has this address: sign it up first'
        : 'this address is not on the staff list: no reader has it',
      { field: 'address', status: 404 },
    )
  if (changed) return
  throw new Refusal(
    on ? 'this reader is on the staff list already' : 'this address is not on the staff list',
    { field: 'address', status: 409 },
  )
}
