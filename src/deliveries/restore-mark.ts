import { randomBytes } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { hasCode, reasonOf, Refusal } from '#errors.ts'
import { type Replayed, replayLeavings } from '#subscribers/replay-leavings.ts'
import { LOSSES } from './losses.ts'
import {
  type DatabaseMark,
  type Doubt,
  ensureMark,
  findMark,
  hold,
  isNewDatabase,
  listDoubts,
  listSending,
  raiseMark,
  release,
} from './restore-mark-store.ts'

/** A mark outside that is lost is not noticed while the database was in use so lately: then it is no old backup. */
const FRESH_MS = 10 * 60_000
const RAISE_MS = 10_000

const outside = z.object({ databaseId: z.string().min(1), number: z.int().nonnegative() })
type Outside = z.infer<typeof outside>

type Needs = Pick<Context, 'db' | 'clock' | 'log'>

/**
 * A number that only grows, in the database and in a file outside of it, in the database first: a database whose number
 * is behind the file's was restored from a backup, and does not know what was sent since.
 */
export class RestoreMark {
  readonly #context: Needs
  readonly #dataDir: string
  #known: Outside
  /** Of the file; 0 while it does not exist. */
  #written: number
  /** Editions whose first mail the mark is ahead of. */
  #sending = new Set<number>()
  /** Since everything is held, the database was told who left. */
  #replayed = false

  private constructor(context: Needs, { dataDir, known, written }: Opened) {
    this.#context = context
    this.#dataDir = dataDir
    this.#known = known
    this.#written = written
  }

  /** Compares the two before anything is sent, and holds everything when they do not fit. */
  static async open(context: Needs, { dataDir }: { dataDir: string }): Promise<RestoreMark> {
    const { db, clock } = context
    const file = await readOutside(pathOf(dataDir))
    const before = await findMark(db)
    await ensureMark(db, { databaseId: newId(), now: clock.now() })
    const mark = await findMark(db)
    if (mark === undefined) throw new Error('the restore mark is gone')
    const reason = (await isNewDatabase(db))
      ? undefined
      : reasonToHold({ file, mark, known: before !== undefined, now: clock.now() })
    if (reason !== undefined) await holdFor(context, { reason, mark, file: numberOf(file) })
    const { databaseId, number } = mark
    const opened = new RestoreMark(context, { dataDir, known: { databaseId, number }, written: 0 })
    await opened.look()
    return opened
  }

  /** Why nothing may be planned or claimed; undefined when it may. Raises the number every ten seconds, and at each release. */
  async look(): Promise<string | undefined> {
    const { db, clock } = this.#context
    const mark = await findMark(db)
    const reason = this.#lost(mark)
    if (reason !== undefined)
      await holdFor(this.#context, { reason, mark, file: this.#known.number })
    const held = mark?.held ?? reason
    if (held !== undefined || mark === undefined) {
      await this.#replay()
      return held
    }
    this.#replayed = false
    this.#known = { databaseId: mark.databaseId, number: mark.number }
    const due = clock.now().getTime() - mark.at.getTime() >= RAISE_MS || this.#written === 0
    if (due || (await this.#isReleased())) await this.#raise()
    else if (this.#written < mark.number) await this.#write()
    return undefined
  }

  /** On this machine, whoever saw the loss: each has a file of its own. A release asks once more. */
  async #replay(): Promise<void> {
    if (this.#replayed) return
    try {
      await replayLeavings(this.#context, { dataDir: this.#dataDir })
      this.#replayed = true
    } catch (error) {
      this.#context.log.error({ reason: reasonOf(error) }, 'leavings.log cannot be replayed yet')
    }
  }

  /** A backup from before the release must be behind the mark, however soon it is restored. */
  async #isReleased(): Promise<boolean> {
    const sending = new Set(await listSending(this.#context.db))
    const released = [...sending].some((id) => !this.#sending.has(id))
    this.#sending = sending
    return released
  }

  async #raise(): Promise<void> {
    const { db, clock } = this.#context
    const { databaseId, number } = this.#known
    const raised = await raiseMark(db, { databaseId, atLeast: number, now: clock.now() })
    if (raised === undefined) return
    this.#known = { databaseId, number: raised }
    await this.#write()
  }

  /** A database that was restored while this process ran. */
  #lost(mark: DatabaseMark | undefined): string | undefined {
    if (mark === undefined) return LOSSES.exchanged
    // After a release on another machine the mark has another name, and a hold says so until then.
    if (mark.held !== null) return undefined
    return mark.databaseId !== this.#known.databaseId || mark.number < this.#known.number
      ? LOSSES.restoredNow
      : undefined
  }

  /** A file that cannot be written is tried again: it must not keep the sweep from settling rows. */
  async #write(): Promise<void> {
    try {
      await writeOutside(pathOf(this.#dataDir), this.#known)
      this.#written = this.#known.number
    } catch (error) {
      this.#context.log.error(
        { reason: reasonOf(error) },
        'restore-mark.json cannot be written: a restore would not be noticed',
      )
    }
  }
}

export type Hold = {
  reason: string
  since: Date
  /** Whether the database may not know what was sent; where a person held, it does. */
  lost: boolean
  /** Editions that are not at their end. */
  doubts: Doubt[]
}

/** Why everything is held, and which editions that concerns; undefined when nothing is. */
export async function describeHold(db: Db): Promise<Hold | undefined> {
  const mark = await findMark(db)
  if (mark === undefined || mark.held === null) return undefined
  const { held } = mark
  const lost = Object.values(LOSSES).some((loss) => held.includes(loss))
  return { reason: held, since: mark.heldAt ?? mark.at, lost, doubts: await listDoubts(db) }
}

/** @throws Refusal while everything is held */
export async function refuseHeld(db: Db): Promise<void> {
  const mark = await findMark(db)
  if (mark === undefined || mark.held === null) return
  throw new Refusal(
    `everything is held: ${mark.held}. Look at "daybreak hold", and let it go on with "daybreak hold release"`,
    { status: 409 },
  )
}

/**
 * One switch stops everything: nothing is planned or claimed, and what has not begun is given back. Of two who press it
 * the first one's reason stays. @returns why everything was held before; null when nothing was
 */
export async function holdEverything(
  { db, clock, log }: Needs,
  { reason }: { reason: string },
): Promise<string | null> {
  const now = clock.now()
  await ensureMark(db, { databaseId: newId(), now })
  const before = await hold(db, { reason, adds: false, number: 0, now })
  // Below what a command's own log shows: the person who asked for it is answered by the command.
  log.warn({ reason }, 'a person holds everything')
  return before
}

/**
 * A person looked, and everything goes on. Before that a restored database is told who left since. The mark outside is
 * written here too, for a sender that does not run now.
 * @throws Refusal when nothing is held, or when the file of those who left cannot be read
 */
export async function releaseHold(
  context: Needs,
  {
    dataDir,
    operator,
    withoutLeavings = false,
  }: { dataDir: string; operator: string; withoutLeavings?: boolean },
): Promise<Replayed | undefined> {
  const { db, clock, log } = context
  if ((await describeHold(db)) === undefined) throw new Refusal('nothing is held', { status: 409 })
  const replayed = withoutLeavings ? undefined : await replayAll(context, dataDir)
  if (!(await release(db, clock.now()))) throw new Refusal('nothing is held', { status: 409 })
  const mark = await findMark(db)
  if (mark === undefined) throw new Error('the restore mark is gone')
  await writeOutside(pathOf(dataDir), { databaseId: mark.databaseId, number: mark.number })
  log.warn({ operator }, 'the hold is released, mails go out again')
  return replayed
}

async function replayAll(context: Needs, dataDir: string): Promise<Replayed> {
  try {
    return await replayLeavings(context, { dataDir, mustExist: true })
  } catch (cause) {
    throw new Refusal(
      `nothing is released: who left since the backup cannot be told (${reasonOf(cause)}). Put leavings.log back into ${dataDir}, or release it on the machine that has the file; "daybreak hold release --without-leavings" goes without it and may mail readers who left`,
      { field: 'without-leavings', status: 409, cause },
    )
  }
}

function pathOf(dataDir: string): string {
  return join(dataDir, 'restore-mark.json')
}

type Opened = { dataDir: string; known: Outside; written: number }

function reasonToHold({
  file,
  mark,
  known,
  now,
}: {
  file: Outside | 'missing' | 'damaged'
  mark: DatabaseMark
  known: boolean
  now: Date
}): string | undefined {
  if (file === 'damaged') return LOSSES.damaged
  if (file === 'missing') {
    return known && now.getTime() - mark.at.getTime() > FRESH_MS ? LOSSES.missing : undefined
  }
  if (file.databaseId !== mark.databaseId || !known) return LOSSES.other
  return file.number > mark.number ? LOSSES.restored : undefined
}

async function holdFor(
  { db, clock, log }: Needs,
  { reason, mark, file }: { reason: string; mark: DatabaseMark | undefined; file: number },
): Promise<void> {
  const now = clock.now()
  await ensureMark(db, { databaseId: newId(), now })
  await hold(db, { reason, adds: true, number: file, now })
  if (mark?.held === null || mark === undefined)
    log.error({ reason }, 'everything is held: look at "daybreak hold"')
}

function newId(): string {
  return randomBytes(12).toString('hex')
}

function numberOf(file: Outside | 'missing' | 'damaged'): number {
  return typeof file === 'string' ? 0 : file.number
}

async function readOutside(path: string): Promise<Outside | 'missing' | 'damaged'> {
  let text
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'missing'
    throw new Error(`cannot read ${path} (${reasonOf(error)})`, { cause: error })
  }
  try {
    return outside.parse(JSON.parse(text))
  } catch {
    return 'damaged'
  }
}

/** Whole or not at all, also after a power cut. */
async function writeOutside(path: string, mark: Outside): Promise<void> {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(`${JSON.stringify(mark)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
}
