import type { App } from '#app.ts'
import { type Command, enterAs } from '#commands/command.ts'

/** The lines that a command answers. */
export type Typed = { command: string; answer: string[] }

export type Type = (name: string, command: Command, args: string[]) => Promise<Typed>

/** The first one named is an admin, who may do everything. */
export const OPERATOR = 'demo-editor'

/** Commands as a person of the team types them, in a house that stays open behind them. */
export function openDesk(app: App): Type {
  const open: App = { ...app, async [Symbol.asyncDispose]() {} }
  return async (name, command, args) => {
    const answer: string[] = []
    await command.run({
      args,
      config: app.context.config,
      out: { line: (text = '') => void answer.push(...text.split('\n')) },
      enter: async (duty) => enterAs(open, { name: OPERATOR, duty }),
    })
    return { command: ['daybreak', name, ...args.map(quoted)].join(' '), answer }
  }
}

function quoted(argument: string): string {
  return /[\s“”’]/.test(argument) ? `"${argument}"` : argument
}
