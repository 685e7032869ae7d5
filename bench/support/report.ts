import { cpus, totalmem } from 'node:os'

export type Answer = {
  name: string
  figures: Record<string, unknown>
  reference: Record<string, unknown> | null
  ratio: number | null
  goal: number
  met: boolean
}

/** A table for people, or one object on the last line for programs. */
export function report(answer: Answer, { json }: { json: boolean }): void {
  if (json) {
    say(JSON.stringify({ ...answer, figures: { ...answer.figures, ...machine() } }))
    return
  }
  for (const [name, figure] of Object.entries(answer.figures))
    say(`${name.padEnd(28)} ${show(figure)}`)
  for (const [name, figure] of Object.entries(answer.reference ?? {}))
    say(`${`reference ${name}`.padEnd(28)} ${show(figure)}`)
  if (answer.ratio !== null) say(`${'ratio'.padEnd(28)} ${answer.ratio}`)
  say(`${'goal'.padEnd(28)} ${answer.goal}${answer.met ? ', met' : ', not met'}`)
}

/** Progress goes beside the answer, so that the last line of the output stays the answer. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}

export function skip(why: string): void {
  say(`skipped: ${why}`)
}

export function median(figures: readonly number[]): number {
  return percentile(figures, 0.5)
}

/** The smallest figure that this share of all does not exceed. */
export function percentile(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

export function round(figure: number, digits = 3): number {
  return Number(figure.toFixed(digits))
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function show(figure: unknown): string {
  return typeof figure === 'string' ? figure : JSON.stringify(figure)
}

function machine() {
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  }
}
