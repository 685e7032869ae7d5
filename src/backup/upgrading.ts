import { relative } from 'node:path'
import type { ClientBase } from 'pg'
import type { Config } from '#config.ts'
import type { Upgrading } from '#db/upgrade.ts'
import { reasonOf, Refusal } from '#errors.ts'
import type { Log } from '#log.ts'
import { VERSION } from '#version.ts'
import { backupDirOf, findWayBack } from './kept-backups.ts'
import { keepWayBack } from './make-backup.ts'
import { findProgram } from './snapshot-store.ts'

/** A start that changes the schema keeps the records first; where it fails, the old version comes back by two commands. */
export function keepBeforeUpgrade({
  config,
  dataDir,
  log,
}: {
  config: Config
  dataDir: string
  log: Log
}): Upgrading {
  return {
    async before(client, from) {
      try {
        const { file, rows } = await keepWayBack(client, {
          config,
          dataDir,
          name: `before-schema-${from + 1}`,
          program: await findProgram(client),
          now: new Date(),
        })
        log.warn({ file, rows }, 'the records were kept before this version changes their schema')
      } catch (cause) {
        throw new Refusal(
          `this version changes the schema of the database, and what is there could not be kept before: ${reasonOf(cause)}. Nothing was changed. Make room, or let DAYBREAK_BACKUP_DIR name a folder that has it`,
          { field: 'DAYBREAK_BACKUP_DIR', status: 78, cause },
        )
      }
    },
    wayBack: async (client) => wayBack(client, { config, dataDir }),
  }
}

async function wayBack(
  client: ClientBase,
  { config, dataDir }: { config: Config; dataDir: string },
): Promise<string> {
  const dir = backupDirOf(config, dataDir)
  const file = await findWayBack(dir)
  if (file === undefined) {
    return `No backup from before an upgrade is in ${dir}: take the last one that you have ("daybreak restore FILE --replace").`
  }
  const program = await findProgram(client)
  const old =
    program === null || program === VERSION
      ? 'git checkout VERSION && npm ci      # the version that you ran before'
      : `git checkout v${program} && npm ci`
  const shown = relative(process.cwd(), file)
  return [
    'To bring back the old version and the records as they were before the upgrade:',
    `  ${old}`,
    `  npm run daybreak -- restore ${shown.startsWith('..') ? file : shown} --replace`,
  ].join('\n')
}
