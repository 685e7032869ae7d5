import { open } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type Command, type Out, tableOf } from '#commands/command.ts'
import { hasCode, Refusal } from '#errors.ts'
import { lintMail } from '#mail/lint-message.ts'
import type { MailKind } from '#mail/message.ts'
import type { Severity, Violation } from '#mail/lint/subject.ts'

const KINDS = ['digest', 'alert', 'correction', 'note', 'service'] as const satisfies MailKind[]
// Gmail takes 25 MB; a file beyond twice that is no mail.
const MOST_BYTES = 50 * 1024 * 1024

type Linted = { file: string; violations: Violation[]; unchecked: string[] }

export const lint: Command = {
  usage: 'lint FILE.eml… | - [--kind digest|alert|service] [--spam | --no-spam] [--json]',
  about:
    'Checks any mail before readers do: structure, links, look, accessibility, mail programs, spam score. Ends with 1 when there is a fault.',
  async run({ args, out }) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      allowNegative: true,
      options: {
        kind: { type: 'string' },
        spam: { type: 'boolean', default: true },
        json: { type: 'boolean', default: false },
      },
    })
    if (positionals.length === 0)
      throw new Refusal('lint takes files, or - for what comes in: "daybreak lint mail.eml"', {
        field: 'file',
      })
    const kind = parseKind(values.kind)
    const mails: Linted[] = []
    for (const file of positionals) {
      const raw = await readMail(file)
      const expected = kind === undefined ? {} : { kind }
      mails.push({ file, ...(await lintMail(raw, expected, { spam: values.spam })) })
    }
    if (values.json) out.line(JSON.stringify(mails.map(withCounts)))
    else for (const mail of mails) print(out, mail)
    if (mails.some(({ violations }) => countOf(violations, 'fault') > 0)) process.exitCode = 1
  },
}

function parseKind(text: string | undefined): (typeof KINDS)[number] | undefined {
  if (text === undefined) return undefined
  const kind = KINDS.find((one) => one === text)
  if (kind === undefined)
    throw new Refusal(`--kind is one of ${KINDS.join(', ')}, not "${text}"`, { field: 'kind' })
  return kind
}

/** @throws Refusal when there is nothing to read, or too much */
async function readMail(file: string): Promise<Buffer> {
  if (file === '-') return readAll(process.stdin)
  try {
    await using handle = await open(file)
    return await readAll(handle.createReadStream())
  } catch (error) {
    if (!hasCode(error, 'ENOENT') && !hasCode(error, 'EISDIR') && !hasCode(error, 'EACCES'))
      throw error
    throw new Refusal(`${file} cannot be read: give the path of a mail in a file`, {
      field: 'file',
    })
  }
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of stream) {
    size += part.length
    if (size > MOST_BYTES)
      throw new Refusal('the file is larger than 50 MB: no mail system takes such a mail', {
        field: 'file',
      })
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function withCounts({ violations, ...mail }: Linted) {
  const [faults, notes] = [countOf(violations, 'fault'), countOf(violations, 'note')]
  return { ...mail, faults, notes, violations }
}

function countOf(violations: Violation[], severity: Severity): number {
  return violations.filter((violation) => violation.severity === severity).length
}

function print(out: Out, mail: Linted): void {
  const { file, faults, notes, violations, unchecked } = withCounts(mail)
  out.line(
    `${file === '-' ? 'Standard input' : file}: ${counted(faults, 'fault')}, ${counted(notes, 'note')}`,
  )
  for (const [severity, title] of [
    ['fault', 'Faults, to be mended'],
    ['note', 'Notes, worth a look'],
  ] as const) {
    const own = violations.filter((violation) => violation.severity === severity)
    if (own.length === 0) continue
    out.line(`\n${title}`)
    for (const line of tableOf(
      own.map(({ rule, what, where }) => ({ rule, what: seen(what), where: seen(where) })),
    ))
      out.line(`  ${line}`)
    const fixes = new Map(own.map(({ rule, fix }) => [rule, fix]))
    out.line('\n  How to mend')
    for (const line of tableOf([...fixes].map(([rule, fix]) => ({ rule, fix }))))
      out.line(`  ${line}`)
  }
  if (unchecked.length > 0) out.line('\nNot checked')
  for (const words of unchecked) out.line(`  ${words}`)
  out.line()
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

/** A stranger's mail must not move the cursor of the terminal. */
function seen(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '·').slice(0, 140)
}
