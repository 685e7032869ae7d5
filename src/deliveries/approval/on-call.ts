import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import { clearOnCall, putOnCall } from './on-call-store.ts'

type Called = { operatorId: number; deputy: boolean }

/** @throws Refusal for a team member whom no mail of the desk would reach */
export async function addOnCall({ db }: Pick<Context, 'db'>, person: Called): Promise<void> {
  if (await putOnCall(db, person)) return
  throw new Refusal(
    'this team member has no address yet: give one, or set it with "daybreak operators address NAME ADDRESS"',
    { field: 'address' },
  )
}

/** The whole list, in the order in which people are called. */
export async function setOnCall(
  { db }: Pick<Context, 'db'>,
  people: readonly Called[],
): Promise<void> {
  await inTransaction(db, async (transaction) => {
    await clearOnCall(transaction)
    for (const person of people) await addOnCall({ db: transaction }, person)
  })
}
