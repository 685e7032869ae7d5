import { parseArgs } from 'node:util'
import { type Call, type Command, tableOf } from '#commands/command.ts'
import { listNewsletters, switchClicks, switchWelcome } from '#editions/newsletter.ts'
import { readSettings } from '#editions/publication.ts'
import { scheduleInWords } from '#editions/schedule-words.ts'
import { Refusal } from '#errors.ts'
import { editingVerbs } from './newsletters/edit-newsletter.ts'
import { tellNewsletter } from './newsletters/tell-newsletter.ts'

export const newsletters: Command = {
  usage:
    'newsletters [--embed [SLUG…] [--topics] [--language TAG] | clicks SLUG on|off | welcome SLUG on|off | show SLUG | add SLUG --name TEXT [--description TEXT] [--kind digest|alerts] | set SLUG NAME=VALUE… [--revision N] | due SLUG | template SLUG [--write DIR | --read DIR [--check] | --house] | pause SLUG --from DAY --until DAY --reason TEXT | resume SLUG | staff | staff add|remove ADDRESS] [--json]',
  about:
    'Lists the newsletters; --embed prints the sign-up form to paste into your site; clicks counts how many readers open a story, in editions drafted from then on; welcome sends the latest edition to who has just confirmed; template gives a newsletter forms of its own.',
  async run(call) {
    const { values, positionals } = parseArgs({
      args: call.args,
      allowPositionals: true,
      options: {
        embed: { type: 'boolean', default: false },
        topics: { type: 'boolean', default: false },
        language: { type: 'string' },
        name: { type: 'string' },
        description: { type: 'string' },
        kind: { type: 'string' },
        from: { type: 'string' },
        until: { type: 'string' },
        reason: { type: 'string' },
        write: { type: 'string' },
        read: { type: 'string' },
        check: { type: 'boolean' },
        house: { type: 'boolean' },
        revision: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    if (values.embed) return embed(call, { ...values, slugs: positionals })
    const [verb, ...rest] = positionals
    const editing = editingVerbs[verb ?? '']
    if (editing !== undefined) return editing(call, { rest, values })
    if (verb === 'clicks') return countClicks(call, readSwitch(verb, rest), values)
    if (verb === 'welcome') return welcomeLatest(call, readSwitch(verb, rest), values)
    if (verb !== undefined)
      throw new Refusal(
        `newsletters takes clicks, welcome, show, add, set, due, template, pause, resume, staff, --embed or nothing, not "${verb}"`,
      )
    return list(call, values)
  },
}

async function list({ out, enter }: Call, { json }: { json: boolean }): Promise<void> {
  await using house = await enter('read')
  const { context } = house.app
  const rows = await listNewsletters(context.db)
  if (json) return out.line(JSON.stringify(rows))
  const { timeZone: houseZone } = await readSettings(context)
  for (const line of tableOf(
    rows.map((row) => ({
      newsletter: row.slug,
      name: row.name,
      comes: scheduleInWords(row, { language: 'en', houseZone }),
      clicks: row.clicks ? 'counted' : 'not counted',
    })),
  )) {
    out.line(line)
  }
}

async function embed(
  { out, enter }: Call,
  { json, ...wish }: { slugs: string[]; topics: boolean; language?: string; json: boolean },
): Promise<void> {
  await using house = await enter('read')
  const { embedOf } = await import('#http/html/embed-of.ts')
  const { line, form } = await embedOf(house.app.context, wish)
  if (json) return out.line(JSON.stringify({ line, form }))
  out.line('<!-- One line: the form stands where the line does. -->')
  out.line(line)
  out.line()
  out.line(
    '<!-- Or plain HTML, which takes on the look of your page and works without scripts. -->',
  )
  out.line(form)
}

type Switch = { slug: string; on: boolean }

function readSwitch(verb: string, [slug, choice, ...more]: string[]): Switch {
  if (slug === undefined || (choice !== 'on' && choice !== 'off') || more.length > 0) {
    throw new Refusal(`newsletters ${verb} takes a newsletter and on or off: ${verb} daily on`, {
      field: verb,
    })
  }
  return { slug, on: choice === 'on' }
}

async function countClicks(
  { out, enter }: Call,
  { slug, on }: Switch,
  { json }: { json: boolean },
): Promise<void> {
  await using house = await enter('change settings')
  const { name } = await switchClicks(house.app.context, { slug, on })
  await house.note('count clicks', slug, { on })
  const words = on
    ? `"${name}" counts how many readers open a story, from the next draft on; say so in your privacy policy`
    : `"${name}" does not count clicks, from the next draft on`
  await tellNewsletter({ house, out, json }, { slug, words: [words] })
}

async function welcomeLatest(
  { out, enter }: Call,
  { slug, on }: Switch,
  { json }: { json: boolean },
): Promise<void> {
  await using house = await enter('change settings')
  const { name } = await switchWelcome(house.app.context, { slug, on })
  await house.note('welcome with the latest', slug, { on })
  const words = on
    ? `whoever confirms "${name}" gets its latest edition at once`
    : `whoever confirms "${name}" waits for the next edition`
  await tellNewsletter({ house, out, json }, { slug, words: [words] })
}
