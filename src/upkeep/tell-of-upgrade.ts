import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '#config.ts'
import { reasonOf, Refusal } from '#errors.ts'
import type { Log } from '#log.ts'
import { SchemaRefusal } from '#db/migrate.ts'
import { letterOf } from './notice-words.ts'
import { earsOf, type Fetch, tell } from './tell.ts'

const HOUR_MS = 3_600_000

type Place = { config: Config; dataDir: string; log: Log; fetch: Fetch; now: Date }

/**
 * A start that the schema of the database forbids is told too. The database cannot be asked who listens, so those that
 * the environment names are told: at most once an hour, by a file in the data directory.
 */
export async function tellOfUpgrade(failure: unknown, place: Place): Promise<void> {
  if (!(failure instanceof Refusal) || !(failure.cause instanceof SchemaRefusal)) return
  const { now } = place
  const told = await stat(pathOf(place)).catch(() => undefined)
  if (told !== undefined && now.getTime() - told.mtimeMs < HOUR_MS) return
  const [words = '', ...wayBack] = failure.message.split('\n')
  const fix =
    wayBack.length === 0 ? 'daybreak start' : wayBack.map((line) => line.trim()).join('\n  ')
  if (await say(place, { words, fix, beganAt: now, over: false }))
    await writeFile(pathOf(place), words).catch(() => undefined)
}

/** A start that works again is told once. */
export async function tellOfStart(place: Place): Promise<void> {
  const path = pathOf(place)
  const words = await readFile(path, 'utf8').catch(() => undefined)
  if (words === undefined) return
  const beganAt = (await stat(path)).mtime
  if (await say(place, { words, fix: '', beganAt, over: true })) await rm(path, { force: true })
}

function pathOf({ dataDir }: Place): string {
  return join(dataDir, 'upgrade-failed')
}

async function say(
  { config, log, fetch, now }: Place,
  notice: { words: string; fix: string; beganAt: Date; over: boolean },
): Promise<boolean> {
  const [from = ''] = config.notices.mail
  const ears = earsOf(config, { from, desk: null })
  const house = config.publicUrl.hostname
  const letter = letterOf([{ cause: 'upgrade', ...notice }], { house, now })
  try {
    return await tell(letter, { config, ears, log, fetch })
  } catch (error) {
    log.error({ reason: reasonOf(error) }, 'a notice could not be told')
    return false
  }
}
