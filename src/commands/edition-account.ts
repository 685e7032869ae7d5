import { type Out, tableOf } from '#commands/command.ts'
import type { Accounts } from '#deliveries/accounts.ts'
import { durationInWords } from '#duration.ts'
import type { Progress } from '#deliveries/progress.ts'
import type { Edition } from '#editions/store.ts'

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
  { edition, accounts }: { edition: Edition; accounts: Accounts },
): void {
  for (const line of accountLines({ edition, accounts })) out.line(line)
  for (const reason of accounts.waitingBecause) out.line(`  waiting because: ${reason}`)
}

export function accountLines({
  edition: { id, subject, state, stateReason, test },
  accounts,
}: {
  edition: Pick<Edition, 'id' | 'subject' | 'state' | 'stateReason' | 'test'>
  accounts: Accounts
}): string[] {
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
  const table = tableOf(rows.filter((row) => row.readers !== 0 || row.what === 'planned'))
  return [
    `edition ${id}: ${subject}`,
    `  state: ${state}${stateReason === null ? '' : ` (${stateReason})`}`,
    ...table.map((line) => `  ${line}`),
  ]
}

/** How fast, until when, and what holds it up; nothing for an edition that is not being sent. */
export function progressLines(progress: Progress, now: Date): string[] {
  const { state, planning, mailsPerSecond, finishAt, bottleneck } = progress
  if (state !== 'sending') return []
  return [
    ...(planning ? ['  readers are still being planned'] : []),
    ...(mailsPerSecond > 0 ? [`  ${Math.round(mailsPerSecond)} mails a second`] : []),
    ...(finishAt === null ? [] : [`  done in about ${untilInWords(finishAt, now)}`]),
    ...(bottleneck === null ? [] : [`  limited by: ${bottleneck}`]),
  ]
}

/** "12 min (at 06:42 UTC)" */
export function untilInWords(at: Date, now: Date): string {
  const clock = at.toISOString().slice(11, 16)
  return `${durationInWords(at.getTime() - now.getTime())} (at ${clock} UTC)`
}
