import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { killGroup, openPlace, untilEnd } from '../program.ts'

const READERS = 120_000

test(
  'an import that is killed with its database goes on when it is started again',
  { timeout: 240_000 },
  async () => {
    await using place = await openPlace()
    const { args } = await writeList(place)

    const child = place.start(args)
    child.stderr?.on('data', (chunk: Buffer) => {
      if (/readers: [2-9]0 %/.test(chunk.toString())) killGroup(child, 'SIGKILL')
    })
    const killed = await untilEnd(child)
    const finished = await place.run(...args, '--json')
    const again = await place.run(...args)
    const counted = await place.run('export', 'readers')

    expect(killed.code).not.toBe(0)
    expect(finished.stderr).toContain('readers: 100 %')
    expect(JSON.parse(finished.stdout)).toMatchObject({ kind: 'done', counts: { added: READERS } })
    expect(JSON.parse(finished.stdout).preview.alreadyHere).toBeGreaterThan(0)
    expect(again.stdout).toContain('nothing was changed')
    expect(new Set(counted.stdout.trimEnd().split('\n')).size).toBe(READERS + 1)
  },
)

test(
  'an import that is told to stop says how to go on, and goes on',
  { timeout: 240_000 },
  async () => {
    await using place = await openPlace()
    const { args } = await writeList(place)

    const child = place.start(args)
    child.stderr?.on('data', (chunk: Buffer) => {
      if (/readers: [2-9]0 %/.test(chunk.toString())) killGroup(child, 'SIGINT')
    })
    const stopped = await untilEnd(child)
    const finished = await place.run(...args, '--json')

    expect(stopped.code).toBeGreaterThan(0)
    expect(stopped.stderr).toContain('the same command goes on where it was')
    expect(JSON.parse(finished.stdout)).toMatchObject({ kind: 'done', counts: { added: READERS } })
  },
)

/** A list of readers, and the command that imports it. */
async function writeList({ dir }: { dir: string }): Promise<{ args: string[] }> {
  const file = join(dir, 'list.csv')
  const names = Array.from(
    { length: READERS },
    (_, number) => `reader${number}@example.org,Reader ${number}\n`,
  )
  await writeFile(file, `email,name\n${names.join('')}`)
  const consent = ['--consent', 'the form', '--consent-date', '2024-05-01']
  return { args: ['import', file, '--newsletter', 'daily', ...consent] }
}
