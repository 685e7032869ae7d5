import { type Entered, numberArgument, type Out } from '#commands/command.ts'
import { readAccounts } from '#deliveries/accounts.ts'
import { stopEdition } from '#deliveries/send-edition.ts'
import { Refusal } from '#errors.ts'

export type StopWish = {
  reason?: string | undefined
  /** How many mails at most may be left out, or "all". */
  yes?: string | undefined
  /** Puts a question to the person; undefined when nobody can answer. */
  ask: ((question: string) => Promise<string>) | undefined
}

/** A stop is for good: it counts first what would be left out, and wants a yes to it. */
export async function stopByHand(
  { house, out, editionId }: { house: Entered; out: Out; editionId: number },
  wish: StopWish,
): Promise<void> {
  const { context } = house.app
  const { waiting, tryingAgain, claimed } = await readAccounts(context.db, editionId)
  const open = waiting + tryingAgain + claimed
  // While it is being sent the number only falls: a yes to more is a yes to less.
  if (open > (await answerOf(wish, open))) {
    throw new Refusal(
      `nothing was stopped: ${open} mails would be left out for good, say so with --yes ${open} or --yes all; "daybreak edition ${editionId} pause" lets nothing leave for now`,
      { field: 'yes', status: 409 },
    )
  }
  const reason = wish.reason ?? `stopped by ${house.operator.name}`
  const left = await stopEdition(context, {
    editionId,
    reason,
    by: { operator: house.operator, via: 'cli' },
  })
  await house.note('stop', `edition ${editionId}`, { reason, left })
  out.line(`stopped: ${left} mails do not leave`)
}

async function answerOf({ yes, ask }: StopWish, open: number): Promise<number> {
  if (yes === 'all') return Number.POSITIVE_INFINITY
  if (yes !== undefined) return numberArgument(yes, 'yes')
  if (ask === undefined || open === 0) return 0
  const answer = (await ask(`Type ${open} to leave these mails out for good: `)).trim()
  return /^\d{1,15}$/.test(answer) ? Number(answer) : 0
}
