import { parseArgs } from 'node:util'
import { type Command, tableOf } from '#commands/command.ts'
import { listEditions } from '#editions/list-editions.ts'

export const editions: Command = {
  usage: 'editions [--newsletter SLUG] [--state STATE] [--limit N] [--json]',
  about: 'Lists the newest editions with their state: all, of one newsletter, or in one state.',
  async run({ args, out, enter }) {
    const { values } = parseArgs({
      args,
      options: {
        newsletter: { type: 'string' },
        state: { type: 'string' },
        limit: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    await using house = await enter('read')
    const rows = await listEditions(house.app.context, values)
    if (values.json) return out.line(JSON.stringify(rows))
    if (rows.length === 0)
      out.line(
        values.newsletter === undefined && values.state === undefined
          ? 'No editions yet: "daybreak digest compose" makes one.'
          : 'No edition is like that.',
      )
    const table = rows.map(({ id, kind, newsletter, editionDate, state, subject }) => ({
      edition: id,
      kind,
      newsletter,
      date: editionDate,
      state,
      subject,
    }))
    for (const line of tableOf(table)) out.line(line)
  },
}
