import { basename, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { openDataDir, openServer } from '#app.ts'
import { connect, keepWayBack } from '#backup/make-backup.ts'
import { findPassphrase } from '#backup/passphrase.ts'
import { checkBackup, describeBackup } from '#backup/read-backup.ts'
import { restoreBackup, type Restored } from '#backup/restore-backup.ts'
import { countOthers, hasRecords, lockRestore } from '#backup/restore-store.ts'
import { findProgram } from '#backup/snapshot-store.ts'
import { progressLines } from '#commands/backup-words.ts'
import { type Call, type Command, type Out, SILENT } from '#commands/command.ts'
import type { Config } from '#config.ts'
import { schemaVersion } from '#db/migrate.ts'
import { LOSSES } from '#deliveries/losses.ts'
import { Refusal } from '#errors.ts'
import { createLog } from '#log.ts'
import { fingerprintKeys, loadSecrets } from '#secrets.ts'

type Values = {
  replace: boolean
  'without-backup': boolean
  check: boolean
  json: boolean
  'passphrase-file'?: string | undefined
}

export const restore: Command = {
  usage: 'restore FILE [--check | --replace [--without-backup]] [--passphrase-file FILE] [--json]',
  about:
    'Brings back what "daybreak backup" wrote, here, on another machine or in another PostgreSQL; then everything is held until somebody has looked. --check only reads it. --replace is needed where records are already; they are kept in a backup first.',
  async run({ args, config, out }: Call) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        replace: { type: 'boolean', default: false },
        'without-backup': { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
        'passphrase-file': { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    const [file, ...more] = positionals
    if (file === undefined || more.length > 0)
      throw new Refusal('name the file of the backup', { field: 'file' })
    const dataDir = await openDataDir(config)
    await describeBackup(file)
    const named = values['passphrase-file']
    const passphrase = await findPassphrase(config, { dataDir, file: named })
    if (passphrase === undefined) {
      throw new Refusal(
        'a backup opens only with its passphrase: set DAYBREAK_BACKUP_PASSPHRASE to it, or name a file that holds it with --passphrase-file; it is in secrets/backup-passphrase of the machine that made the backup',
        { field: 'passphrase-file' },
      )
    }
    const order = { file, passphrase, dataDir, config, out, values }
    return values.check ? check(order) : bringBack(order)
  },
}

type Order = {
  file: string
  passphrase: string
  dataDir: string
  config: Config
  out: Out
  values: Values
}

async function check({ file, passphrase, out, values }: Order): Promise<void> {
  const about = await describeBackup(file)
  const { rows, end } = await checkBackup(file, { passphrase })
  if (values.json) return out.line(JSON.stringify({ ...about, rows, tables: end.rows }))
  out.line(
    `${basename(file)} is whole: ${rows.toLocaleString('en-GB')} rows, ${(end.rows['subscriber'] ?? 0).toLocaleString('en-GB')} readers, made ${about.madeAt} by Daybreak ${about.program}`,
  )
}

async function bringBack(order: Order): Promise<void> {
  const { file, passphrase, dataDir, config, out, values } = order
  const quiet = config.logLevel === 'info' ? 'error' : config.logLevel
  const log = createLog({ level: quiet, name: 'restore' })
  await using server = await openServer(config, log)
  const url = config.databaseUrl ?? server?.url ?? ''
  await using client = await connect(url)
  if (!(await lockRestore(client.pg)))
    throw new Refusal('another restore works on this database', { status: 409 })
  const others = await countOthers(client.pg)
  if (others > 0) {
    throw new Refusal(
      `Daybreak runs on this database (${others === 1 ? 'one connection' : `${others} connections`}): stop it on every machine first; nothing was changed`,
      { status: 409 },
    )
  }
  const kept = await keepPresent(client.pg, order)
  const restored = await restoreBackup(client.pg, {
    file,
    passphrase,
    dataDir,
    held: LOSSES.restored,
    keys: await statedKeys(config, dataDir),
    now: new Date(),
    progress: progressLines(values.json ? SILENT : out),
  })
  tell(out, { restored, kept, json: values.json })
}

/** What is there now. @returns its backup; undefined where nothing was */
async function keepPresent(
  client: Awaited<ReturnType<typeof connect>>['pg'],
  { dataDir, config, values }: Order,
): Promise<string | undefined> {
  if ((await schemaVersion(client)) === 0 || !(await hasRecords(client))) return undefined
  if (!values.replace) {
    throw new Refusal(
      'there are records in this database already, and a restore takes their place: say so with --replace (they are kept in a backup first); nothing was changed',
      { field: 'replace', status: 409 },
    )
  }
  if (values['without-backup']) return undefined
  const now = new Date()
  const program = await findProgram(client)
  const { file } = await keepWayBack(client, {
    config,
    dataDir,
    name: 'before-restore',
    program,
    now,
  })
  return file
}

/** Where the environment names the keys, those of the backup must be the same. */
async function statedKeys(config: Config, dataDir: string): Promise<string | null> {
  if (config.tokenKey === null && config.suppressionKey === null) return null
  return fingerprintKeys(await loadSecrets(config, dataDir))
}

function tell(
  out: Out,
  { restored, kept, json }: { restored: Restored; kept: string | undefined; json: boolean },
): void {
  if (json) return out.line(JSON.stringify({ ...restored, kept: kept ?? null, held: true }))
  const { rows, madeAt, program, files } = restored
  out.line(
    `restored: ${rows.toLocaleString('en-GB')} rows, as they were at ${madeAt} (Daybreak ${program})`,
  )
  if (files.length > 0) out.line(`  with ${files.join(', ')}`)
  if (kept !== undefined) out.line(`  what was there before is in ${relative(process.cwd(), kept)}`)
  out.line('everything is held: no mail leaves until you have looked. Next:')
  out.line('  npm start')
  out.line(
    '  npm run daybreak -- hold             which editions are in doubt; stop those that went out',
  )
  out.line('  npm run daybreak -- hold release')
}
