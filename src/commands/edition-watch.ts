import { setTimeout as sleep } from 'node:timers/promises'
import type { Out } from '#commands/command.ts'
import { accountLines, progressLines } from '#commands/edition-account.ts'
import type { Context } from '#context.ts'
import { type Progress, readProgress } from '#deliveries/progress.ts'
import { type Edition, getEdition } from '#editions/store.ts'

export type Watch = {
  editionId: number
  out: Out
  /** Of the terminal, which is redrawn in place; without one, a line of text for each change. */
  width: number | null
  /** Every look is an object of JSON on a line of its own. */
  json: boolean
  everyMs: number
  signal: AbortSignal
}

/** Shows an edition again and again, until it is not being sent any more. */
export async function watchEdition(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  watch: Watch,
): Promise<void> {
  const edition = await getEdition(db, watch.editionId)
  const draw = drawingOf(watch, edition)
  do {
    const now = clock.now()
    const progress = await readProgress(db, { editionId: watch.editionId, now })
    draw(progress, now)
    if (progress.state !== 'sending') return
  } while (await waited(watch.everyMs, watch.signal))
}

type Draw = (progress: Progress, now: Date) => void

function drawingOf({ out, width, json }: Watch, edition: Edition): Draw {
  if (json) return (progress) => out.line(JSON.stringify(progress))
  return width === null ? onChange(out) : inPlace(out, { width, edition })
}

function onChange(out: Out): Draw {
  let shown = ''
  return (progress) => {
    const line = plainLine(progress)
    if (line !== shown) out.line(line)
    shown = line
  }
}

function inPlace(out: Out, { width, edition }: { width: number; edition: Edition }): Draw {
  let height = 0
  return (progress, now) => {
    const { accounts, state, stateReason } = progress
    const lines = [
      ...accountLines({ edition: { ...edition, state, stateReason }, accounts }),
      ...progressLines(progress, now),
      // A line that the terminal wraps would be two, and the next drawing would begin too low.
    ].map((line) => line.slice(0, width - 1))
    // Up over what stands there, and clear to the end of the screen.
    const over = height > 0 ? `\u001B[${height}A\u001B[J` : ''
    out.line(over + lines.join('\n'))
    height = lines.length
  }
}

function plainLine({ state, stateReason, accounts, mailsPerSecond, bottleneck }: Progress): string {
  const { planned, accepted, rejected, uncertain, excluded } = accounts
  const done = accepted + rejected + uncertain + excluded
  const parts = [
    `${state}${stateReason === null ? '' : ` (${stateReason})`}: ${done} of ${planned}`,
    `${accepted} sent`,
    ...(rejected > 0 ? [`${rejected} refused`] : []),
    ...(uncertain > 0 ? [`${uncertain} may have arrived`] : []),
    ...(excluded > 0 ? [`${excluded} left out`] : []),
    ...(mailsPerSecond > 0 ? [`${Math.round(mailsPerSecond)} mails a second`] : []),
    ...(bottleneck === null ? [] : [bottleneck]),
  ]
  return parts.join(', ')
}

async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal })
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}
