import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import type { Command } from '#commands/command.ts'
import { Refusal, reasonOf } from '#errors.ts'
import {
  type Exportable,
  exportables,
  exportLines,
  type ExportWish,
} from '#subscribers/export/export-lines.ts'
import { suppressionReasons } from '#subscribers/suppression/suppression-store.ts'

export const exportCommand: Command = {
  usage:
    'export readers|suppressions|consent [--state STATE] [--segment NAME|FILTER] [--format csv|json] [--out FILE]',
  about:
    'Writes the readers with their choices, the do-not-mail list, or the consent ledger; "daybreak import" reads the first two again.',
  async run({ args, out, enter }) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        state: { type: 'string' },
        segment: { type: 'string' },
        format: { type: 'string', default: 'csv' },
        out: { type: 'string' },
      },
    })
    const wish = readWish(values, positionals)
    await using house = await enter('add readers')
    const lines = exportLines(house.app.context, wish)
    const count =
      values.out === undefined
        ? await writeLines(lines, process.stdout)
        : await writeFile(lines, values.out)
    const rows = wish.format === 'csv' ? count - 1 : count
    await house.note(`export ${wish.what}`, wish.segment ?? wish.state ?? 'all', { rows })
    if (values.out !== undefined)
      out.line(`${rows} ${rows === 1 ? 'line' : 'lines'} in ${values.out}`)
  },
}

type Values = { state?: string | undefined; segment?: string | undefined; format: string }

function readWish(
  { state = null, segment = null, format }: { [Name in keyof Values]: Values[Name] | null },
  positionals: readonly string[],
): ExportWish {
  const [asked, ...more] = positionals
  const what: Exportable | undefined = exportables.find((each) => each === asked)
  if (what === undefined || more.length > 0)
    throw new Refusal(`export takes one of ${exportables.join(', ')}`)
  if (format !== 'csv' && format !== 'json')
    throw new Refusal('--format takes csv or json', { field: 'format' })
  if (what === 'suppressions' && segment !== null)
    throw new Refusal('the do-not-mail list keeps no addresses: it has no segments', {
      field: 'segment',
    })
  if (
    what === 'suppressions' &&
    state !== null &&
    !suppressionReasons.some((each) => each === state)
  )
    throw new Refusal(`--state takes one of ${suppressionReasons.join(', ')}`, { field: 'state' })
  return { what, state, segment, format }
}

/** Never over a file that is there: an export is personal data, readable by its owner only. */
async function writeFile(lines: AsyncIterable<string>, path: string): Promise<number> {
  try {
    await (await open(path, 'wx', 0o600)).close()
  } catch (cause) {
    throw new Refusal(`${path} cannot be written (${reasonOf(cause)}): name a new file`, {
      field: 'out',
      cause,
    })
  }
  const file = createWriteStream(path, { flags: 'a' })
  const count = await writeLines(lines, file)
  await finished(file.end())
  return count
}

async function writeLines(lines: AsyncIterable<string>, to: Writable): Promise<number> {
  let count = 0
  for await (const line of lines) {
    if (!to.write(line)) await once(to, 'drain')
    count += 1
  }
  return count
}
