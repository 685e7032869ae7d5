import { parseArgs } from 'node:util'
import { type Call, type Command, numberArgument, tableOf } from '#commands/command.ts'
import {
  type ListedReply,
  type ListedReturn,
  listReplies,
  listReturns,
} from '#deliveries/returns/list-returns-store.ts'
import { Refusal } from '#errors.ts'
import { withoutAddresses } from '#log.ts'
import { plainText } from '#mail/outside-text.ts'

const SHOWN = 50
const MOST = 1000
const VERDICTS = ['hard', 'soft', 'ours', 'complaint', 'ignore']

export const returns: Command = {
  usage:
    'returns [--edition N] [--verdict hard|soft|ours|complaint|ignore] [--limit N] [--json]\n  daybreak returns --replies [--edition N] [--limit N] [--json]',
  about:
    'Lists what came back and what it changed: bounces, refusals, complaints, unsubscribes by mail; with --replies what readers wrote.',
  async run(call) {
    const { values } = parseArgs({
      args: call.args,
      options: {
        edition: { type: 'string' },
        verdict: { type: 'string' },
        limit: { type: 'string' },
        replies: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    })
    const { verdict = null, replies, json } = values
    const editionId =
      values.edition === undefined ? null : numberArgument(values.edition, 'edition')
    const wanted = values.limit === undefined ? SHOWN : numberArgument(values.limit, 'limit')
    const limit = Math.min(wanted, MOST)
    if (verdict !== null && !VERDICTS.includes(verdict))
      throw new Refusal(`there is no verdict "${verdict}": use one of ${VERDICTS.join(', ')}`, {
        field: 'verdict',
      })
    if (replies) await showReplies(call, { editionId, limit, json })
    else await showReturns(call, { editionId, verdict, limit, json })
  },
}

async function showReturns(
  { out, enter }: Call,
  {
    json,
    ...asked
  }: { editionId: number | null; verdict: string | null; limit: number; json: boolean },
): Promise<void> {
  await using house = await enter('read')
  const rows = await listReturns(house.app.context.db, asked)
  if (json) return out.line(JSON.stringify(rows))
  if (rows.length === 0) return out.line('Nothing came back.')
  for (const line of tableOf(rows.map(lineOf))) out.line(line)
}

function lineOf(row: ListedReturn): Record<string, string | number | null> {
  return {
    when: momentOf(row.at),
    by: row.channel === 'reply' ? 'the mail system' : row.channel,
    what: row.channel === 'reply' ? 'refused' : row.kind,
    verdict: row.verdict ?? '',
    reason: row.kind === 'complaint' ? '' : (row.reason ?? ''),
    edition: editionOf(row.editionId),
    reader: row.subscriberId === null ? '' : String(row.subscriberId),
    'mail system': row.destination ?? '',
    'what it did': row.effect ?? 'waiting',
    'in its words': (row.reply ?? '').slice(0, 100),
  }
}

async function showReplies(
  { out, enter }: Call,
  { json, ...asked }: { editionId: number | null; limit: number; json: boolean },
): Promise<void> {
  await using house = await enter('read')
  const rows = await listReplies(house.app.context.db, asked)
  if (json) return out.line(JSON.stringify(rows.map(masked)))
  if (rows.length === 0) return out.line('Nobody wrote.')
  for (const row of rows) {
    const { from, subject, text } = masked(row)
    out.line(`${momentOf(row.at)}  ${from}  to edition ${editionOf(row.editionId) || '(none)'}`)
    out.line(`  ${subject === '' ? '(no subject)' : subject}  [${row.effect ?? ''}]`)
    // A terminal obeys control characters, and anybody can write to us.
    for (const line of text.split('\n')) out.line(`  | ${plainText(line)}`)
    out.line()
  }
}

/** Who wrote is not for every screen: the mailbox that it was forwarded to has the address. */
function masked(row: ListedReply): ListedReply {
  return {
    ...row,
    from: plainText(withoutAddresses(row.from)),
    subject: plainText(row.subject),
  }
}

function editionOf(id: number | null): string {
  if (id === null) return ''
  return id === 0 ? 'service mail' : String(id)
}

function momentOf(at: Date): string {
  return at.toISOString().slice(0, 16).replace('T', ' ')
}
