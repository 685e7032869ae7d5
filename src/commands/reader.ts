import { parseArgs } from 'node:util'
import { type Call, type Command, numberArgument, tableOf } from '#commands/command.ts'
import { Refusal } from '#errors.ts'
import { may } from '#operators/operator.ts'
import type { Explained } from '#reports/reader/explain-edition.ts'
import { timeOf } from '#reports/reader/mail-words.ts'
import { readReader, type ReaderReport } from '#reports/reader/reader-report.ts'

export const reader: Command = {
  usage: 'reader ADDRESS [--edition NUMBER] [--json]',
  about:
    '"I did not get it": what is known of one reader and what became of the last mails, or why one edition came or did not.',
  async run({ args, out, enter }: Call) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { edition: { type: 'string' }, json: { type: 'boolean', default: false } },
    })
    const [address, ...more] = positionals
    if (address === undefined || more.length > 0)
      throw new Refusal('name one mail address', { field: 'address' })
    const editionId =
      values.edition === undefined ? null : numberArgument(values.edition, 'edition')
    await using house = await enter('read')
    const whole = may(house.operator.role, 'add readers')
    const report = await readReader(house.app.context, { address, editionId, whole })
    // Whoever looks a person up is seen to have done so.
    const subject =
      report.reader === null ? 'an address of no reader' : `subscriber ${report.reader}`
    await house.note('look up reader', subject)
    if (values.json) return out.line(JSON.stringify(report))
    for (const line of linesOf(report)) out.line(line)
  },
}

function linesOf(report: ReaderReport): string[] {
  const { reader: id, address, words, why } = report
  const head = [`${id === null ? 'no reader' : `reader ${id}`} · ${address}`, `  ${words}`]
  if (id === null) return head
  if (why !== null) return [...head, '', ...whyLines(why)]
  return [
    ...head,
    ...settingLines(report),
    ...section(
      'Chosen',
      report.choices.map((choice) => choice.words),
    ),
    ...section(
      'Agreed and withdrawn, newest first',
      report.consent.map((event) => event.words),
    ),
    ...section('Mails, newest first', mailLines(report)),
  ]
}

function whyLines({ edition, subject, words, quote }: Explained): string[] {
  return [
    `edition ${edition}, "${subject}"`,
    `  ${words}`,
    ...(quote === null
      ? []
      : [
          '  to quote to the support of your relay:',
          `    at ${timeOf(quote.at)}, Message-ID ${quote.messageId}`,
          `    its own number ${quote.relayId ?? '(it gave none)'}, its reply ${quote.reply === null ? 'is not kept: the number stands for it' : `"${quote.reply}"`}`,
        ]),
  ]
}

function settingLines({ timeZone, language, ownHour, nextMailAt }: ReaderReport): string[] {
  const hour = ownHour === null ? 'the newsletters’ own hour' : `own hour ${ownHour}`
  return [
    `  zone ${timeZone ?? ''}, language ${language ?? ''}, ${hour}`,
    nextMailAt === null
      ? '  no digest is due'
      : `  the next digest is due ${timeOf(nextMailAt)}, if there is one by then`,
  ]
}

function mailLines({ mails }: ReaderReport): string[] {
  return tableOf(
    mails.map(({ edition, kind, subject, words }) => ({
      edition: edition === null ? '' : String(edition),
      kind,
      subject: subject.length > 40 ? `${subject.slice(0, 39)}…` : subject,
      'what became of it': words,
    })),
  )
}

function section(title: string, lines: string[]): string[] {
  return ['', title, ...(lines.length === 0 ? ['nothing'] : lines).map((line) => `  ${line}`)]
}
