import { parseArgs } from 'node:util'
import { COUNTED_HOURS } from '#clicks/click-store.ts'
import { type ClickReport, FEWEST_READERS, readClicks } from '#clicks/read-clicks.ts'
import { type Command, numberArgument, tableOf } from '#commands/command.ts'
import { getEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'

const FEW = `fewer than ${FEWEST_READERS}`

export const clicks: Command = {
  usage: 'clicks EDITION [--json]',
  about:
    'Shows how many readers opened each story of an edition, if its newsletter counts clicks; never who.',
  async run({ args, out, enter }) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false } },
    })
    const editionId = numberArgument(positionals[0], 'edition')
    await using house = await enter('read')
    const { db } = house.app.context
    const { subject, newsletterSlug } = await getEdition(db, editionId)
    const report = await readClicks(db, editionId)
    if (report === undefined) {
      throw new Refusal(
        `edition ${editionId} was drafted without counting: "daybreak newsletters clicks ${newsletterSlug} on" counts from the next draft on`,
      )
    }
    if (values.json) {
      out.line(JSON.stringify({ edition: editionId, ...report }))
      return
    }
    out.line(`edition ${editionId}: ${subject}`)
    for (const line of clickLines(report)) out.line(`  ${line}`)
  },
}

function clickLines({ stories, total, scans }: ClickReport): string[] {
  const rows = [...stories, { headline: 'any of them', ...total }]
  const inTens = stories.some(({ hidden }) => hidden) && !total.hidden
  return [
    ...tableOf(
      rows.map(({ headline, readers, opens }) => ({
        story: headline,
        readers: readers ?? FEW,
        opened: opens ?? '',
      })),
    ),
    ...(inTens
      ? ['The last line is in tens, rounded down: it must not tell what a small group did.']
      : []),
    `Counted for ${COUNTED_HOURS} hours after each mail. Left out: ${scans.toLocaleString('en-GB')} requests of scanners, previews and other programs.`,
  ]
}
