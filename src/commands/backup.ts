import { hostname } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { listBackups } from '#backup/backup-store.ts'
import { backupDirOf, stampOf } from '#backup/kept-backups.ts'
import { makeBackup } from '#backup/make-backup.ts'
import { passphrasePath } from '#backup/passphrase.ts'
import { type Call, type Command, SILENT, tableOf } from '#commands/command.ts'
import { progressLines, sizeInWords } from '#commands/backup-words.ts'
import { Refusal } from '#errors.ts'

export const backup: Command = {
  usage: 'backup [FILE] [--json] | backup list [--json]',
  about:
    'Writes all records, keys and settings of one moment into one file, sealed with a passphrase, and reads it back. "daybreak restore" brings it back.',
  async run(call) {
    const { values, positionals } = parseArgs({
      args: call.args,
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false } },
    })
    const [what, ...more] = positionals
    if (more.length > 0) throw new Refusal('name one file, or none', { field: 'file' })
    return what === 'list' ? list(call, values) : make(call, { ...values, file: what })
  },
}

async function make(
  { config, out, enter }: Call,
  { file: named, json }: { file: string | undefined; json: boolean },
): Promise<void> {
  await using house = await enter('change settings')
  const { context, dataDir, url } = house.app
  const file =
    named === undefined
      ? join(backupDirOf(config, dataDir), `backup-${stampOf(context.clock.now())}.daybreak`)
      : resolve(named)
  const begun = performance.now()
  const made = await makeBackup(context, {
    dataDir,
    url,
    kind: 'by hand',
    file,
    progress: progressLines(json ? SILENT : out),
  })
  await house.note('backup', file, { rows: made.rows, bytes: made.bytes })
  const seconds = Math.round((performance.now() - begun) / 100) / 10
  if (json) return out.line(JSON.stringify({ ...made, seconds }))
  out.line(
    `${relative(process.cwd(), file)}: ${sizeInWords(made.bytes)}, ${made.rows.toLocaleString('en-GB')} rows, read back and found whole (${seconds} s)`,
  )
  if (config.backupPassphrase === null) {
    out.line(
      `  only the passphrase in ${relative(process.cwd(), passphrasePath(dataDir))} opens it: keep a copy of that away from this machine`,
    )
  }
}

async function list({ out, enter }: Call, { json }: { json: boolean }): Promise<void> {
  await using house = await enter('read')
  const rows = await listBackups(house.app.context.db, 50)
  if (json) return out.line(JSON.stringify({ backups: rows }))
  if (rows.length === 0) return out.line('no backup was made yet: "daybreak backup" makes one')
  const table = rows.map(({ startedAt, kind, host, file, bytes, rows: count, trouble }) => ({
    begun: startedAt.toISOString().slice(0, 16).replace('T', ' '),
    kind,
    size: bytes === null ? (trouble === null ? 'not finished' : 'failed') : sizeInWords(bytes),
    rows: count === null ? '' : count.toLocaleString('en-GB'),
    file: host === hostname() ? file : `${file} on ${host}`,
    why: trouble ?? '',
  }))
  for (const line of tableOf(table)) out.line(line)
}
