import type { Command } from '#commands/command.ts'
import { tableOf } from '#commands/command.ts'
import { listArticles } from '#articles/store.ts'

export const articles: Command = {
  usage: 'articles',
  about: 'Lists the newest articles, and the running story each belongs to.',
  async run({ out, enter }) {
    await using house = await enter('read')
    const rows = await listArticles(house.app.context.db, 50)
    if (rows.length === 0) out.line('No articles yet: "daybreak ingest FILE" takes some.')
    for (const line of tableOf(rows)) out.line(line)
  },
}
