import { tableOf } from '#commands/command.ts'
import type { Imported } from '#subscribers/import/import-readers.ts'
import type { Preview, PreviewFile } from '#subscribers/import/preview.ts'

const number = new Intl.NumberFormat('en')
const SHOWN = 12

const ENCODINGS: Record<PreviewFile['encoding'], string> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16',
  'windows-1252': 'Windows-1252 (Latin-1)',
}
const DELIMITERS: Partial<Record<string, string>> = { '\t': 'tabs', '|': 'bars' }

/** What would happen, before anything does. */
export function previewLines(preview: Preview, noTables: readonly string[]): string[] {
  const passedOver = [...preview.passedOver, ...noTables]
  return [
    ...preview.files.flatMap(fileLines),
    ...listLine('not a list of people, passed over', passedOver),
    '',
    ...tableOf(preview.sample.map(({ line, address, as }) => ({ line, address, as: partOf(as) }))),
    '',
    ...countLines(preview),
  ]
}

function fileLines({ name, format, encoding, delimiter, header, columns }: PreviewFile): string[] {
  const parted = DELIMITERS[delimiter] ?? `"${delimiter}"`
  const kept = columns.filter(({ as }) => as === 'attribute').map(({ column }) => column)
  const dropped = columns.filter(({ as }) => as === 'nothing').map(({ column }) => column)
  const roles = columns.filter(({ as }) => as !== 'attribute' && as !== 'nothing')
  return [
    `${name}: ${format}, ${ENCODINGS[encoding]}, cells parted by ${parted}${header ? '' : ', no header'}`,
    `  ${roles.map(({ column, as }) => `${as}: ${column}`).join(', ')}`,
    ...listLine('  kept as attributes', kept),
    ...listLine('  not kept', dropped),
  ]
}

function listLine(what: string, names: string[]): string[] {
  if (names.length === 0) return []
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''
  return [`${what}: ${names.slice(0, SHOWN).join(', ')}${more}`]
}

function partOf(part: string): string {
  if (part === 'reader') return 'reader, consent stated'
  return part === 'pending' ? 'no consent stated' : `do-not-mail list, ${part}`
}

function countLines(preview: Preview): string[] {
  const lines: [number, string][] = [
    [preview.newReaders, 'become readers'],
    [
      preview.activated,
      'asked here before, and become readers with the consent that the list states',
    ],
    [preview.toBeAsked, 'are asked by mail to confirm: the list states no consent (see --consent)'],
    [preview.alreadyHere, 'are readers here already: their own choices stay as they are'],
    [preview.staysUnsubscribed, 'unsubscribed before, and stay unsubscribed'],
    [preview.onDoNotMailList, 'are on the do-not-mail list, and stay on it'],
    [preview.toDoNotMailList, 'go to the do-not-mail list, before anybody becomes a reader'],
    [preview.stopsActive, 'of these get mail from here today, and get none from now on'],
    [preview.twice, 'further lines of somebody who is in the list already'],
    [preview.unknownZones, "have a time zone that nobody knows, and get the newsroom's"],
    ...preview.refused
      .slice(0, SHOWN)
      .map(({ reason, count }): [number, string] => [count, `refused: ${reason}`]),
  ]
  const width = number.format(preview.rows).length
  return [
    `${number.format(preview.rows)} ${preview.rows === 1 ? 'line' : 'lines'}`,
    ...lines
      .filter(([count]) => count > 0)
      .map(([count, what]) => `  ${number.format(count).padStart(width)}  ${what}`),
    ...(preview.needsNewsletter ? ['  no newsletter is named: add --newsletter SLUG'] : []),
    ...(preview.goesOnAt === null
      ? []
      : ['This import was interrupted, and goes on where it was.']),
  ]
}

export function resultLines(imported: Imported): string[] {
  if (imported.kind === 'looked') return ['', 'Nothing was changed: this was a dry run.']
  const { importId, counts } = imported
  if (imported.kind === 'already')
    return [
      `This file was imported on ${imported.at.toISOString().slice(0, 10)} (import ${importId}): nothing was changed.`,
    ]
  const said = [
    `${number.format(counts.added + counts.activated)} new readers`,
    `${number.format(counts.listed)} put on the do-not-mail list`,
    `${number.format(counts.asked)} to be asked`,
  ]
  return ['', `Import ${importId} is done: ${said.join(', ')}.`]
}
