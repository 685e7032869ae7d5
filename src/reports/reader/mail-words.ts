/** A mail to a reader: of an edition, or outside of one. */
export type MailRow = {
  /** Null for a mail outside of an edition. */
  edition: number | null
  kind: string
  newsletter: string | null
  subject: string
  state: 'planned' | 'claimed' | 'accepted' | 'rejected' | 'uncertain' | 'excluded'
  releaseAt: Date
  notAfter: Date
  retryAt: Date | null
  outcomeAt: Date | null
  relayId: string | null
  reply: string | null
  reason: string | null
  test: boolean
  complainedAt: Date | null
  bouncedAt: Date | null
  /** Of the edition: why it waits or stopped. */
  editionState: string | null
  editionReason: string | null
  /** What came back, in a few words and in the other side's. */
  returnReason: string | null
  returnReply: string | null
  snoozedUntil: Date | null
}

/** What became of a mail, in words. Nobody can say "delivered": the relay took it, and what came back is told. */
export function mailInWords(row: MailRow, now: Date): string {
  switch (row.state) {
    case 'planned':
      return waiting(row, now)
    case 'claimed':
      return 'is being sent at this moment'
    case 'accepted':
      return [sent(row), ...comeBack(row)].join('; ')
    case 'rejected':
      return `refused by the mail system at ${timeOf(row.outcomeAt)}${quoted(row.reply)}`
    case 'uncertain':
      return `may have arrived: the connection broke off at ${timeOf(row.outcomeAt)}, before the relay said whether it took it${quoted(row.reply)}`
    case 'excluded':
      return `left out at ${timeOf(row.outcomeAt)}: ${leftOut(row)}`
  }
}

function waiting(
  { releaseAt, retryAt, reply, editionState, editionReason }: MailRow,
  now: Date,
): string {
  if (editionState === 'held' || editionState === 'stopped')
    return `waits: the edition is ${editionState}${editionReason === null ? '' : ` (${editionReason})`}`
  if (retryAt !== null) return `is tried again at ${timeOf(retryAt)}${quoted(reply)}`
  if (releaseAt > now) return `waits until its hour, ${timeOf(releaseAt)}`
  return `waits for its turn, due since ${timeOf(releaseAt)}`
}

function sent({ test, outcomeAt, reply, relayId }: MailRow): string {
  const at = timeOf(outcomeAt)
  if (test) return `went to the built-in inbox at ${at}, and to nobody else: no relay is set`
  // The ledger keeps the relay's words only where it gave the mail no number of its own.
  return `sent ${at}, taken by the relay${relayId === null ? quoted(reply) : ` as ${relayId}`}`
}

function comeBack(row: MailRow): string[] {
  const { bouncedAt, complainedAt, returnReason, returnReply } = row
  return [
    ...(bouncedAt === null
      ? []
      : [
          `came back at ${timeOf(bouncedAt)}: ${returnReason ?? 'no reason given'}${quoted(returnReply)}`,
        ]),
    ...(complainedAt === null ? [] : [`reported as spam by its reader at ${timeOf(complainedAt)}`]),
  ]
}

const WHY: Record<string, string> = {
  left: 'unsubscribed by then',
  suppressed: 'the address is on the do-not-mail list, or was no active reader’s',
  moved: 'the reader’s address was another one by then',
  snoozed: 'paused',
  'over cap': 'as many mails as one reader may get were sent before',
  'already told': 'an earlier mail told all its stories',
  expired: 'its send-by time was over',
  stopped: 'the edition was stopped',
  'warming up': 'the sending domain is new, and this day’s number of mails was reached',
}

function leftOut({ reason, notAfter, snoozedUntil, outcomeAt }: MailRow): string {
  const why = WHY[reason ?? ''] ?? reason ?? 'no reason is written down'
  if (reason === 'expired') return `${why}, ${timeOf(notAfter)}`
  if (
    reason === 'snoozed' &&
    snoozedUntil !== null &&
    outcomeAt !== null &&
    snoozedUntil > outcomeAt
  )
    return `${why} until ${timeOf(snoozedUntil)}`
  return why
}

function quoted(reply: string | null): string {
  return reply === null || reply === '' ? '' : `: "${reply}"`
}

/** To the second, as a relay's log has it. */
export function timeOf(time: Date | null): string {
  return time === null
    ? 'an unknown time'
    : `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
