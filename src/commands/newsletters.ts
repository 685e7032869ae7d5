import { parseArgs } from 'node:util'
import { type Call, type Command, tableOf } from '#commands/command.ts'
import { listNewsletters, scheduleInWords, switchClicks } from '#editions/newsletter.ts'
import { Refusal } from '#errors.ts'

export const newsletters: Command = {
  usage: 'newsletters [--embed | clicks SLUG on|off]',
  about:
    'Lists the newsletters; --embed prints the sign-up form to paste into your site; clicks counts how many readers open a story, in editions drafted from then on.',
  async run(call) {
    const { values, positionals } = parseArgs({
      args: call.args,
      allowPositionals: true,
      options: { embed: { type: 'boolean', default: false } },
    })
    const [verb, ...rest] = positionals
    if (verb === 'clicks') return countClicks(call, rest)
    if (verb !== undefined) throw new Refusal(`newsletters takes clicks or nothing, not "${verb}"`)
    return values.embed ? embed(call) : list(call)
  },
}

async function list({ out, enter }: Call): Promise<void> {
  await using house = await enter('read')
  const rows = await listNewsletters(house.app.context.db)
  for (const line of tableOf(
    rows.map((row) => ({
      newsletter: row.slug,
      name: row.name,
      comes: scheduleInWords(row),
      clicks: row.clicks ? 'counted' : 'not counted',
    })),
  )) {
    out.line(line)
  }
}

async function embed({ config, out, enter }: Call): Promise<void> {
  await using house = await enter('read')
  const { embedSnippet } = await import('#http/html/embed.ts')
  const rows = await listNewsletters(house.app.context.db)
  out.line(embedSnippet({ publicUrl: config.publicUrl.href, newsletters: rows }))
}

async function countClicks({ out, enter }: Call, rest: string[]): Promise<void> {
  const [slug, choice, ...more] = rest
  if (slug === undefined || (choice !== 'on' && choice !== 'off') || more.length > 0) {
    throw new Refusal('newsletters clicks takes a newsletter and on or off: clicks daily on', {
      field: 'clicks',
    })
  }
  const on = choice === 'on'
  await using house = await enter('change settings')
  const { name } = await switchClicks(house.app.context, { slug, on })
  await house.note('count clicks', slug, { on })
  out.line(
    on
      ? `"${name}" counts how many readers open a story, from the next draft on; say so in your privacy policy`
      : `"${name}" does not count clicks, from the next draft on`,
  )
}
