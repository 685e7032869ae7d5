import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { holdDirectory, type Hold } from '#db/holder.ts'
import { identityOf } from '#db/process-identity.ts'

let dataDir = ''

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'daybreak-holder-'))
})

afterEach(async () => {
  await rm(dataDir, { recursive: true })
})

describe('a held directory', () => {
  test('refuses a second server, names its holder and the way out', async () => {
    await hold({ command: 'start' })

    const second = hold({ command: 'start' })

    await expect(second).rejects.toThrow(
      new RegExp(
        `^the data directory ${dataDir} is in use by "daybreak start" \\(process ${process.pid}, since 20.*\\): ` +
          'stop it first, or set DAYBREAK_DATA to another directory$',
      ),
    )
  })

  test('is joined by a command where a server holds it', async () => {
    await hold({ command: 'start' })

    const joined = await hold({ command: 'ingest', purpose: 'command' })

    expect(joined).toMatchObject({ kind: 'joined', holder: { command: 'start', pid: process.pid } })
  })

  test('is waited for where a command holds it, by a command and by a server', async () => {
    const first = await hold({ command: 'ingest', purpose: 'command' })

    const command = hold({ command: 'export', purpose: 'command', waitMs: 10_000 })
    await release(first)
    const server = hold({ command: 'start', waitMs: 10_000 })
    await release(await command)

    expect(await server).toMatchObject({ kind: 'held' })
  })

  test('is refused when the command that holds it does not end in time', async () => {
    await hold({ command: 'ingest', purpose: 'command' })

    const server = hold({ command: 'start', waitMs: 150 })

    await expect(server).rejects.toThrow(/in use by "daybreak ingest"/)
  })

  test('is free after its release, and reveals its holder to nobody else before', async () => {
    const first = await hold({ command: 'start' })
    const { mode } = await stat(join(dataDir, 'holder.json'))

    await release(first)

    expect(mode & 0o777).toBe(0o600)
    expect(await readdir(dataDir)).toEqual([])
  })

  test('stays held when an earlier holder releases late', async () => {
    const first = await hold({ command: 'start' })
    await writeRecord({ pid: goneProcess() })
    await hold({ command: 'ingest', purpose: 'command' })

    await release(first)

    expect(await readFile(join(dataDir, 'holder.json'), 'utf8')).toContain('"ingest"')
  })
})

describe('a holder that is gone is replaced', () => {
  const own = identityOf(process.pid)

  test.each([
    ['its process ended', () => ({ pid: goneProcess() })],
    ['its pid is another process now', () => ({ processStart: (own.processStart ?? 0) + 1 })],
    ['the machine was restarted', () => ({ bootId: 'another boot' })],
  ])('%s', async (_, difference) => {
    await writeRecord(difference())

    const taken = await hold({ command: 'start' })

    expect(taken.kind).toBe('held')
    expect(JSON.parse(await readFile(join(dataDir, 'holder.json'), 'utf8'))).toMatchObject({
      ...own,
      command: 'start',
    })
    expect(await readdir(dataDir)).toEqual(['holder.json'])
  })

  test.each(['', '{', '{}', 'null', '{"pid":"x"}', '\0\0\0'])(
    'its record is damaged: %j',
    async (text) => {
      await writeFile(join(dataDir, 'holder.json'), text)

      const taken = await hold({ command: 'start' })

      expect(taken.kind).toBe('held')
    },
  )

  test('a taker that died before it was done', async () => {
    const dead = await writeRecord({ pid: goneProcess() })
    const successor = createHash('sha256').update(dead).digest('hex').slice(0, 16)
    await writeRecord({ id: 'taker', pid: goneProcess() }, `.holder-after-${successor}`)

    const taken = await hold({ command: 'start' })

    expect(taken.kind).toBe('held')
    expect(await readdir(dataDir)).toEqual(['holder.json'])
  })

  test('by exactly one of those who try at once', async () => {
    for (let round = 0; round < 40; round++) {
      await writeRecord({ id: `round ${round}`, pid: 1, bootId: 'another boot' })

      const tries = await Promise.allSettled(
        Array.from({ length: 8 }, async (_, taker) => hold({ command: `taker ${taker}` })),
      )

      const won = tries.filter((result) => result.status === 'fulfilled')
      expect(won).toHaveLength(1)
    }
  })

  test('by exactly one of several processes that try at once', { timeout: 30_000 }, async () => {
    await writeRecord({ pid: goneProcess() })
    const startAt = Date.now() + 1500

    const said = await Promise.all(Array.from({ length: 4 }, async () => holdElsewhere(startAt)))

    expect(said.toSorted()).toEqual(['held', 'refused', 'refused', 'refused'])
  })
})

async function hold(input: {
  command: string
  purpose?: 'server' | 'command'
  waitMs?: number
}): Promise<Hold> {
  return holdDirectory({ dataDir, purpose: 'server', waitMs: 0, ...input })
}

async function release(made: Hold): Promise<void> {
  if (made.kind === 'held') await made.release()
}

/** A process of its own that tries at the given moment, and stays until all have. */
async function holdElsewhere(startAt: number): Promise<string> {
  const module = new URL('../../src/db/holder.ts', import.meta.url).href
  const script = `
    const { holdDirectory } = await import('${module}')
    const { setTimeout: sleep } = await import('node:timers/promises')
    await sleep(${startAt} - Date.now() - 50)
    while (Date.now() < ${startAt});
    const input = { dataDir: ${JSON.stringify(dataDir)}, command: 'start', purpose: 'server', waitMs: 0 }
    process.stdout.write(await holdDirectory(input).then((hold) => hold.kind, () => 'refused'))
    await sleep(1000)`
  const options = ['--input-type=module', '--eval', script]
  return (await promisify(execFile)(process.execPath, options)).stdout
}

/** A pid that belonged to a process which has ended. */
function goneProcess(): number {
  return spawnSync(process.execPath, ['--version']).pid
}

async function writeRecord(difference: object, name = 'holder.json'): Promise<string> {
  const record = {
    ...identityOf(process.pid),
    id: 'dead',
    command: 'start',
    purpose: 'server',
    since: '2026-11-22T06:00:00.000Z',
    ...difference,
  }
  const text = JSON.stringify(record)
  await writeFile(join(dataDir, name), text)
  return text
}
