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
    const file = join(place.dir, 'list.csv')
    const names = Array.from(
      { length: READERS },
      (_, number) => `reader${number}@example.org,Reader ${number}\n`,
    )
    await writeFile(file, `email,name\n${names.join('')}`)
    const args = [
      'import',
      file,
      '--newsletter',
      'daily',
      '--consent',
      'the form',
      '--consent-date',
      '2024-05-01',
    ]

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
