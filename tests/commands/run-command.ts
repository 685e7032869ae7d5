import type { App } from '#app.ts'
import { type Command, enterAs } from '#commands/command.ts'
import type { House } from '../house.ts'

/** The lines that a command answers in the house, for this member of the team. */
export async function runCommand(
  { context }: Pick<House, 'context'>,
  command: Command,
  { args, as = 'ines' }: { args: string[]; as?: string },
): Promise<string[]> {
  const lines: string[] = []
  const app = {
    context,
    dataDir: '/nonexistent',
    async [Symbol.asyncDispose]() {},
  } as unknown as App
  await command.run({
    args,
    config: context.config,
    out: { line: (text = '') => void lines.push(text) },
    enter: async (duty) => enterAs(app, { name: as, duty }),
  })
  return lines
}
