import { userInfo } from 'node:os'
import type { App } from '#app.ts'
import type { Config } from '#config.ts'
import { audit } from '#operators/audit.ts'
import { type Duty, openOperator, type Operator, requireDuty } from '#operators/operator.ts'
import { Refusal } from '#errors.ts'

/** Where a command's answer goes: standard output, a line at a time. */
export type Out = { line: (text?: string) => void }

/** Of a command that answers with one object, the words in between. */
export const SILENT: Out = { line: () => undefined }

export type Call = {
  args: string[]
  config: Config
  out: Out
  /** Opens the house for the command, and acts in it as the named operator, who must have the duty. */
  enter: (duty: Duty) => Promise<Entered>
}

export type Entered = AsyncDisposable & {
  app: App
  operator: Operator
  note: (verb: string, subject: string, detail?: Record<string, unknown>) => Promise<void>
}

/** A command line verb. `usage` is the line of the help, without the program's name. */
export type Command = { usage: string; about: string; run: (call: Call) => Promise<void> }

/** The app as the operator named by --as, DAYBREAK_OPERATOR or the system's user. */
export async function enterAs(
  app: App,
  { name, duty }: { name: string | null; duty: Duty },
): Promise<Entered> {
  const operator = await openOperator(app.context, name ?? userInfo().username)
  requireDuty(operator, duty)
  return {
    app,
    operator,
    note: async (verb, subject, detail = {}) =>
      audit(app.context, { operatorId: operator.id, actor: operator.name, verb, subject, detail }),
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  }
}

/** A whole number of the command line. @throws Refusal that names the argument */
export function numberArgument(text: string | undefined, name: string): number {
  if (text !== undefined && /^\d{1,15}$/.test(text)) return Number(text)
  const given = text === undefined ? 'is missing' : `is not "${text.slice(0, 40)}"`
  const list = LISTS[name]
  throw new Refusal(
    list === undefined
      ? `--${name} ${given}: give it a whole number`
      : `the ${name} number ${given}: "${list}" lists them`,
    { field: name },
  )
}

/** A reason of the command line, or null without one. @throws Refusal for one without a word in it */
export function reasonArgument(text: string | undefined, name: string): string | null {
  const reason = text?.trim() ?? null
  if (reason === '') throw new Refusal(`--${name} takes the reason, in words`, { field: name })
  return reason
}

/** What is named by its number, and the command that shows the numbers. */
const LISTS: Partial<Record<string, string>> = {
  edition: 'daybreak editions',
  article: 'daybreak articles',
  story: 'daybreak stories',
}

/** Says it in words, or as one object. */
export function tell(
  { out, json }: { out: Out; json: boolean },
  { words, answer }: { words: string[]; answer: object },
): void {
  if (json) out.line(JSON.stringify(answer))
  else for (const line of words) out.line(line)
}

/** A table for people: columns as wide as their widest cell, numbers to the right. */
export function tableOf(rows: Record<string, string | number | null>[]): string[] {
  const [first] = rows
  if (first === undefined) return []
  const heads = Object.keys(first)
  const cells = rows.map((row) => heads.map((head) => String(row[head] ?? '')))
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)),
  )
  const right = heads.map((head) => rows.every((row) => typeof row[head] === 'number'))
  const lineOf = (row: string[]) =>
    row
      .map((cell, column) =>
        right[column] === true
          ? cell.padStart(widths[column] ?? 0)
          : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()
  return [lineOf(heads), ...cells.map(lineOf)]
}
