import { createInterface } from 'node:readline/promises'
import { type Entered, numberArgument, type Out, tableOf } from '#commands/command.ts'
import {
  countResend,
  readResend,
  resend,
  type Resendable,
  type Resent,
} from '#deliveries/resend.ts'
import { listRefusals } from '#deliveries/resend-store.ts'
import { Refusal } from '#errors.ts'

export type ResendWish = {
  editionId: number
  what: string | undefined
  for?: string | undefined
  reply?: string | undefined
  yes?: string | undefined
  /** Puts a question to the person; undefined when nobody can answer. */
  ask: ((question: string) => Promise<string>) | undefined
  /** Whether every relay leaves the Message-ID as it is. */
  keepsMessageIds: boolean
}

/** Counts first, says what it means, and sends again only what a person said yes to. @returns how many */
export async function resendByHand(
  { house, out }: { house: Entered; out: Out },
  wish: ResendWish,
): Promise<number> {
  const { context } = house.app
  const input = readResend(context, wish)
  const { what } = input
  if (what === 'rejected' && wish.reply === undefined) {
    for (const line of tableOf(await listRefusals(context.db, wish.editionId))) out.line(line)
  }
  const counted = await countResend(context, input)
  const { count } = counted
  if (count === 0) {
    out.line(`no mail of edition ${wish.editionId} is in that state and in time: nothing to send`)
    return 0
  }
  for (const line of meaningOf(what, { ...counted, keepsMessageIds: wish.keepsMessageIds }))
    out.line(line)
  if ((await answerOf(wish, count)) !== count) {
    throw new Refusal(`nothing was sent: say yes to the count with --yes ${count}`, {
      field: 'yes',
      status: 409,
    })
  }
  await resend(context, { ...input, count })
  await house.note('resend', `edition ${wish.editionId}`, {
    what,
    count,
    ...(wish.reply === undefined ? {} : { reply: wish.reply }),
    ...(wish.for === undefined ? {} : { for: wish.for }),
  })
  out.line(`${count} mails go again; watch: daybreak edition ${wish.editionId} --watch`)
  return count
}

/** What a person says yes to. */
function meaningOf(
  what: Resendable,
  { count, neverTried, replies, keepsMessageIds }: Resent & { keepsMessageIds: boolean },
): string[] {
  const left = 'Who unsubscribed since gets nothing.'
  switch (what) {
    case 'deferred-out':
      return [
        `${count} mails came too late: ${count - neverTried} were tried until then, ${neverTried} were never tried. ${left}`,
      ]
    case 'rejected':
      return [
        `${count} mails were refused with these words. ${left}`,
        ...tableOf(replies).map((line) => `  ${line}`),
        'Go on only if every one of these refusals was your fault and is mended.',
      ]
    case 'uncertain':
      return [
        `${count} mails may have arrived: some of these readers would get a second copy. ${left}`,
        keepsMessageIds
          ? 'The copy is the same byte for byte, with the same Message-ID: many mail programs show it once.'
          : 'A relay of yours gives every mail a new Message-ID: a mail program cannot see that it is a copy, and shows both.',
      ]
  }
}

async function answerOf({ yes, ask }: ResendWish, count: number): Promise<number | undefined> {
  if (yes !== undefined) return numberArgument(yes, 'yes')
  if (ask === undefined) return undefined
  const answer = (await ask(`Type ${count} to send them again: `)).trim()
  return /^\d+$/.test(answer) ? Number(answer) : undefined
}

/** Asks on the terminal; undefined where there is none. */
export function terminalQuestion(): ResendWish['ask'] {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined
  return async (question) => {
    using terminal = createInterface({ input: process.stdin, output: process.stdout })
    return await terminal.question(question)
  }
}
