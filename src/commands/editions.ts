import { parseArgs } from 'node:util'
import {
  type Call,
  type Command,
  type Entered,
  numberArgument,
  type Out,
  SILENT,
} from '#commands/command.ts'
import { printAccounts, progressLines } from '#commands/edition-account.ts'
import { resendByHand, type ResendWish, terminalQuestion } from '#commands/edition-resend.ts'
import { stopByHand } from '#commands/edition-stop.ts'
import { isSaying, type Said, type SayingVerb, sayingVerbs } from '#commands/edition-say.ts'
import { watchEdition } from '#commands/edition-watch.ts'
import { listUncertain } from '#deliveries/accounts.ts'
import { alertTimesInWords } from '#deliveries/alerts/alert-times.ts'
import { readAlertTimes } from '#deliveries/alerts/alert-times-store.ts'
import { readProgress } from '#deliveries/progress.ts'
import { keepsMessageIds } from '#deliveries/resend.ts'
import { pauseEdition, resumeEdition } from '#deliveries/send-edition.ts'
import { getEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import type { Duty } from '#operators/operator.ts'
import { untilToldToStop } from '#stop-signal.ts'

export const edition: Command = {
  usage:
    'edition <edition> [approval | draft | check [--pass CHECK --reason TEXT] | preview [--reader ADDRESS|NUMBER | --variant NAME] [--text] [--dark] [--no-images] | test [--to ADDRESS] [--reader ADDRESS|NUMBER | --variant NAME] | edit --change JSON [--draft N] | approve [--hash HASH] | send-back --note TEXT | override --reason TEXT | call [NAME] | release [--over-limit REASON] | cancel | pause | resume | stop [--reason TEXT] [--yes COUNT|all] | resend deferred-out|uncertain|rejected [--for 2h] [--reply TEXT] [--yes COUNT]] [--watch] [--json]',
  about:
    'Shows what became of every mail of an edition and how fast it goes; pauses, stops or resumes it, or sends mails of a state again.',
  async run({ args, out, enter, config }) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        reason: { type: 'string' },
        change: { type: 'string' },
        draft: { type: 'string' },
        hash: { type: 'string' },
        note: { type: 'string' },
        'over-limit': { type: 'string' },
        for: { type: 'string' },
        reply: { type: 'string' },
        yes: { type: 'string' },
        pass: { type: 'string' },
        to: { type: 'string' },
        reader: { type: 'string' },
        variant: { type: 'string' },
        text: { type: 'boolean', default: false },
        dark: { type: 'boolean', default: false },
        'no-images': { type: 'boolean', default: false },
        watch: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    })
    const editionId = numberArgument(positionals[0], 'edition')
    const [, word = '', ...names] = positionals
    if (isSaying(word)) {
      await say({ out, enter }, { editionId, word, names, values })
      return
    }
    const verb = parseVerb(positionals[1])
    refuseMore(positionals.slice(verb === 'resend' ? 3 : 2))
    await using house = await enter(DUTIES[verb])
    const step = { house, out, editionId }
    if (verb === 'resend') {
      const keeps = keepsMessageIds(config)
      await again(step, { ...values, what: positionals[2], keepsMessageIds: keeps })
      return
    }
    await act(step, { ...values, verb })
    if (!values.watch) {
      await show(step, values.json)
      return
    }
    using told = untilToldToStop(config)
    const width = process.stdout.isTTY ? process.stdout.columns : null
    const watch = { editionId, out, width, json: values.json, everyMs: 1000, signal: told.signal }
    await watchEdition(house.app.context, watch)
  },
}

async function say(
  { out, enter }: Pick<Call, 'out' | 'enter'>,
  {
    editionId,
    word,
    names,
    values,
  }: { editionId: number; word: SayingVerb; names: string[]; values: Said & { json: boolean } },
): Promise<void> {
  const [name] = word === 'call' ? names.splice(0, 1) : []
  refuseMore(names)
  await using house = await enter(sayingVerbs[word].duty)
  const said = { ...values, name, note: values.change ?? values.note }
  await sayingVerbs[word].run({ house, out, editionId, json: values.json }, said)
}

type Verb = 'show' | 'pause' | 'resume' | 'stop' | 'resend'
type Step = { house: Entered; out: Out; editionId: number }

const DUTIES: Record<Verb, Duty> = {
  show: 'read',
  pause: 'stop',
  stop: 'stop',
  resume: 'send',
  resend: 'send',
}

function parseVerb(text: string | undefined): Verb {
  if (text === undefined) return 'show'
  const verb = (['pause', 'resume', 'stop', 'resend'] as const).find((one) => one === text)
  if (verb === undefined)
    throw new Refusal(
      `edition takes approval, draft, check, preview, test, edit, approve, send-back, override, call, release, cancel, pause, resume, stop or resend, not "${text}"`,
    )
  return verb
}

function refuseMore([more]: string[]): void {
  if (more !== undefined)
    throw new Refusal(`"${more}" is one word too many: a reason is given with --reason "${more}"`)
}

type Wish = { json: boolean; reason?: string | undefined; yes?: string | undefined }

async function act(
  step: Step,
  { verb, json, ...wish }: Wish & { verb: Exclude<Verb, 'resend'> },
): Promise<void> {
  const said = json ? { ...step, out: SILENT } : step
  switch (verb) {
    case 'show':
      return undefined
    case 'pause':
      return pause(said)
    case 'stop':
      return stopByHand(said, { ...wish, ask: questionOf(json) })
    case 'resume':
      return resume(step)
  }
}

async function again(
  step: Step,
  { json, ...wish }: Wish & Pick<ResendWish, 'what' | 'for' | 'reply' | 'keepsMessageIds'>,
): Promise<void> {
  const { editionId } = step
  const said = json ? { ...step, out: SILENT } : step
  const resent = await resendByHand(said, { ...wish, editionId, ask: questionOf(json) })
  if (json) step.out.line(JSON.stringify({ edition: editionId, what: wish.what, resent }))
}

/** A program that asks for JSON is asked nothing: it says yes in its command line. */
function questionOf(json: boolean): ResendWish['ask'] {
  return json ? undefined : terminalQuestion()
}

async function pause({ house, out, editionId }: Step): Promise<void> {
  await pauseEdition(house.app.context, { editionId, by: house.operator.name })
  await house.note('pause', `edition ${editionId}`)
  out.line(`paused: nothing of it leaves until "daybreak edition ${editionId} resume"`)
}

async function resume({ house, editionId }: Step): Promise<void> {
  await resumeEdition(house.app.context, editionId)
  await house.note('resume', `edition ${editionId}`)
}

async function show({ house, out, editionId }: Step, json: boolean): Promise<void> {
  const { db, clock } = house.app.context
  const found = await getEdition(db, editionId)
  const now = clock.now()
  const progress = await readProgress(db, { editionId, now })
  const { accounts, state, stateReason, ...pace } = progress
  const alert = await readAlertTimes(db, editionId)
  if (json) {
    out.line(
      JSON.stringify({
        ...pace,
        state,
        reason: stateReason,
        test: found.test,
        ...accounts,
        ...(alert && { alert }),
      }),
    )
    return
  }
  printAccounts(out, { edition: found, accounts })
  for (const line of progressLines(progress, now)) out.line(line)
  if (alert !== null) out.line(`  from the article: ${alertTimesInWords(alert)}`)
  if (accounts.uncertain === 0) return
  for (const row of await listUncertain(db, editionId)) {
    out.line(`  may have arrived: reader ${row.subscriberId}, ${row.reply}`)
  }
}
