import type { Context, LeavingNote } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { withoutAddresses } from '#log.ts'
import type { Returned } from '#mail/returned/returned.ts'
import { cleanReply } from '#mail/smtp-reply.ts'
import type { Token } from '#subscribers/tokens.ts'
import { noteTrouble } from '../trouble/note-trouble.ts'
import { actOnBounce, countDoubts, type Done } from './act.ts'
import { actOnComplaint } from './act-on-wish.ts'
import type { Channel, Effect } from './effect.ts'
import { addReturn, type NewReturn, NO_VERDICT, NOBODY, settleReturn } from './returned-store.ts'

export type Taking = Pick<Context, 'db' | 'clock' | 'secrets' | 'leavings' | 'log'>

/** What a machine sent back; what a person wrote is a reply. */
export type MachineReturn = Exclude<Returned, { kind: 'reply' }>

/**
 * Takes what came back to one of our addresses, once: what is known by its key changes nothing. A bounce of a mail that
 * is being sent at this moment waits for its row; the sweep comes back to it.
 */
export async function takeReturn(
  context: Taking,
  input: {
    channel: Channel
    key: string
    returned: MachineReturn
    token: Token
    relayId?: string | null
  },
): Promise<Effect> {
  const { channel, key, returned, token, relayId = null } = input
  const now = context.clock.now()
  const done = await inTransaction(context.db, async (db) => {
    const row = { ...wordsOf(returned), channel, key, relayId, at: now, payload: { token } }
    const id = await addReturn(db, row)
    if (id === undefined) return undefined
    const acted = await act(db, { returned, token, now })
    await settleReturn(db, { id, ...acted, now })
    await countDoubts(db, acted.doubts ?? [])
    return acted
  })
  if (done === undefined) return 'known already'
  await finish(context, [done])
  return done.effect
}

async function act(
  db: Db,
  { returned, token, now }: { returned: MachineReturn; token: Token; now: Date },
): Promise<Done> {
  switch (returned.kind) {
    case 'bounce':
      return actOnBounce(db, { token, bounce: { ...returned, text: cleaned(returned.text) }, now })
    case 'complaint':
      return actOnComplaint(db, { token, feedback: returned.feedback, now })
    case 'auto-reply':
      return { effect: 'nothing', about: NOBODY }
  }
}

/** After the commit: the file of those who left, and the watch over destinations. */
export async function finish(
  context: Pick<Context, 'db' | 'clock' | 'leavings' | 'log'>,
  dones: Done[],
): Promise<void> {
  const notes = dones.flatMap((done): LeavingNote[] => done.notes ?? [])
  if (notes.length > 0) await context.leavings.note(notes)
  // A batch of bounces from one mail system is one trouble.
  const troubles = new Map(
    dones.flatMap(({ trouble }) =>
      trouble === undefined
        ? []
        : [[`${trouble.editionId} ${trouble.destination} ${trouble.reason}`, trouble] as const],
    ),
  )
  for (const trouble of troubles.values()) await noteTrouble(context, trouble)
}

type Words = Pick<NewReturn, 'kind' | 'verdict' | 'reason' | 'status' | 'code' | 'reply'>

export function wordsOf(returned: MachineReturn): Words {
  switch (returned.kind) {
    case 'bounce': {
      const { kind, verdict, reason, status, code, text } = returned
      return { kind, verdict, reason, status, code, reply: cleaned(text) }
    }
    case 'complaint':
      return {
        ...NO_VERDICT,
        kind: 'complaint',
        verdict: 'complaint',
        reason: cleaned(returned.feedback).slice(0, 60),
      }
    case 'auto-reply':
      return { ...NO_VERDICT, kind: 'auto-reply', verdict: 'ignore' }
  }
}

function cleaned(text: string): string {
  return withoutAddresses(cleanReply(text))
}
