import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Refusal, reasonOf } from '#errors.ts'

const run = promisify(execFile)

/** Who the server runs as when Daybreak is root, which PostgreSQL refuses to be. */
export type PostgresUser = { uid: number; gid: number }

const NAME = 'daybreak'
/** The user without any rights of its own (nobody): what it can reach, every user can. */
const ANYBODY: PostgresUser = { uid: 65_534, gid: 65_534 }

/** Undefined for a plain user, who runs the server. Records that a plain user began stay theirs. */
export async function ensurePostgresUser(pgdata: string): Promise<PostgresUser | undefined> {
  if (!runsAsRoot()) return undefined
  const owner = await ownerOf(pgdata)
  if (owner && owner.uid !== 0) return owner
  return (await findUser()) ?? createUser()
}

export function runsAsRoot(): boolean {
  return process.getuid?.() === 0
}

export async function isOpenToAll(path: string): Promise<boolean> {
  return canReach(ANYBODY, path)
}

/** Refuses a directory that the server's user cannot pass through, naming the folder that is closed. */
export async function assertReachable(user: PostgresUser, dir: string): Promise<void> {
  if (await canReach(user, dir)) return
  let closed = dir
  while (closed !== dirname(closed) && !(await canReach(user, dirname(closed)))) {
    closed = dirname(closed)
  }
  throw new Refusal(
    `the data directory ${dir} is out of reach of the PostgreSQL user (user id ${user.uid}), because ${closed} is closed to it: ` +
      `run "chmod o+x ${closed}", or set DAYBREAK_DATA to a directory such as /var/lib/daybreak/records`,
    { field: 'DAYBREAK_DATA' },
  )
}

/** Asked by running as that user: mode bits alone know nothing of access lists and mount options. */
export async function succeedsAs(user: PostgresUser, script: string, path: string) {
  try {
    await run('/bin/sh', ['-c', script, 'sh', path], { ...user, cwd: '/', env: {} })
    return true
  } catch {
    return false
  }
}

async function canReach(user: PostgresUser, path: string): Promise<boolean> {
  return succeedsAs(user, 'test -x "$1"', path)
}

async function ownerOf(path: string): Promise<PostgresUser | undefined> {
  try {
    const { uid, gid } = await stat(path)
    return { uid, gid }
  } catch {
    return undefined
  }
}

async function findUser(): Promise<PostgresUser | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', NAME]), run('id', ['-g', NAME])])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch {
    return undefined
  }
}

async function createUser(): Promise<PostgresUser> {
  let reason = ''
  // useradd gives up at once while another one holds the lock of /etc/passwd.
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      const shell = ['--shell', '/usr/sbin/nologin']
      const options = ['--system', '--user-group', '--no-create-home', ...shell]
      await run('useradd', [...options, NAME], { env: { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' } })
    } catch (error) {
      reason = reasonOf(error).trim()
    }
    const user = await findUser()
    if (user) return user
    await sleep(200)
  }
  throw new Refusal(
    `PostgreSQL does not run as root, and the user "${NAME}" for it could not be made (${reason}): ` +
      `make it with "useradd --system --no-create-home ${NAME}", start Daybreak as a plain user, or set DATABASE_URL`,
  )
}
