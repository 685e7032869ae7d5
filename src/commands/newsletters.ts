import { type Command, tableOf } from '#commands/command.ts'
import { listNewsletters, scheduleInWords } from '#editions/newsletter.ts'

export const newsletters: Command = {
  usage: 'newsletters [--embed]',
  about: 'Lists the newsletters; --embed prints the sign-up form to paste into your site.',
  async run({ args, config, out, enter }) {
    await using house = await enter('read')
    const rows = await listNewsletters(house.app.context.db)
    if (args.includes('--embed')) {
      const { embedSnippet } = await import('#http/html/embed.ts')
      out.line(embedSnippet({ publicUrl: config.publicUrl.href, newsletters: rows }))
      return
    }
    for (const line of tableOf(
      rows.map((row) => ({ newsletter: row.slug, name: row.name, comes: scheduleInWords(row) })),
    )) {
      out.line(line)
    }
  },
}
