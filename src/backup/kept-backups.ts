import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '#config.ts'
import { hasCode } from '#errors.ts'

/** Where backups go that nobody gave a name. */
export function backupDirOf({ backupDir }: Pick<Config, 'backupDir'>, dataDir: string): string {
  return backupDir ?? join(dataDir, 'backups')
}

/** "20261124-033000": sorts as time does, in UTC. */
export function stampOf(now: Date): string {
  return now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
}

const BEFORE = 3
const NAME = /^(daily|before-schema-\d+|before-restore)-(\d{8})-(\d{6})\.daybreak$/

/**
 * Of those that Daybreak made by itself: every one of the newest days, then one a week; three of those before an upgrade
 * or a restore. Backups with other names are somebody's own. @returns the names of what was removed
 */
export async function pruneBackups(dir: string, keep: Config['backupKeep']): Promise<string[]> {
  const names = await readdir(dir).catch((error: unknown): string[] => {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  })
  const old = listOld(names, keep)
  for (const name of old) await rm(join(dir, name), { force: true })
  return old
}

/** The names that are kept no longer. */
export function listOld(names: readonly string[], { days, weeks }: Config['backupKeep']): string[] {
  const made = names
    .flatMap((name) => {
      const [, what = '', day = ''] = NAME.exec(name) ?? []
      return what === ''
        ? []
        : [{ name, daily: what === 'daily', day, kind: what.replace(/\d+/, '') }]
    })
    .toSorted((a, b) => b.name.slice(-24).localeCompare(a.name.slice(-24)))
  const daily = made.filter((backup) => backup.daily)
  const ofDays = daily.slice(0, days)
  const ofWeeks = new Map(daily.slice(days).map((backup) => [weekOf(backup.day), backup] as const))
  const stay = new Set([
    ...ofDays,
    ...[...ofWeeks.values()].slice(0, weeks),
    ...['before-schema-', 'before-restore'].flatMap((kind) =>
      made.filter((backup) => backup.kind === kind).slice(0, BEFORE),
    ),
  ])
  return made.filter((backup) => !stay.has(backup)).map(({ name }) => name)
}

const DAY_MS = 86_400_000
/** A Monday. */
const MONDAY = Date.UTC(1970, 0, 5)

function weekOf(day: string): number {
  const at = Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6)))
  return Math.floor((at - MONDAY) / (7 * DAY_MS))
}

/** The newest that was made before an upgrade or a restore; undefined where there is none. */
export async function findWayBack(dir: string): Promise<string | undefined> {
  const names = await readdir(dir).catch((): string[] => [])
  const found = names.filter((name) => NAME.test(name) && name.startsWith('before-schema-'))
  const newest = found.toSorted((a, b) => b.slice(-24).localeCompare(a.slice(-24)))[0]
  return newest === undefined ? undefined : join(dir, newest)
}
