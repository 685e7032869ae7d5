import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openPlace, untilEnd } from '../program.ts'
import { edited, swap } from './message-fixture.ts'

const BIN = join(import.meta.dirname, '../../bin/daybreak.mjs')

const pale = () =>
  edited({ html: swap('<h1>', '<p style="color:#777">\u001B[2JPale words</p><h1>') })

test('lint tells of each fault what, where and how to mend it, and ends with 1', async () => {
  await using place = await openPlace()
  const [good, bad] = [join(place.dir, 'good.eml'), join(place.dir, 'bad.eml')]
  await writeFile(good, await edited())
  await writeFile(bad, await pale())

  const clean = await place.run('lint', good, '--kind', 'digest', '--no-spam')
  const faulty = await place.run('lint', good, bad, '--no-spam')

  expect(clean).toMatchObject({ code: 0, stderr: '' })
  expect(clean.stdout).toContain(`${good}: 0 faults, 0 notes`)
  expect(faulty).toMatchObject({ code: 1, stderr: '' })
  expect(faulty.stdout).toContain(`${bad}: 1 fault, 0 notes`)
  expect(faulty.stdout).toMatch(/contrast +text stands out too little .*#777777 on #ffffff/)
  expect(faulty.stdout).toContain('How to mend')
  expect(faulty.stdout).not.toContain('\u001B')
})

test('lint reads standard input, and --json is one line with counts', async () => {
  const child = spawn(process.execPath, [BIN, 'lint', '-', '--json', '--no-spam'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ending = untilEnd(child)
  child.stdin.end(await pale())

  const { code, stdout } = await ending

  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject([
    { file: '-', faults: 1, notes: 0, violations: [{ rule: 'contrast', severity: 'fault' }] },
  ])
})

test('lint says what a wrong call lacks', async () => {
  await using place = await openPlace()

  const none = await place.run('lint')
  const missing = await place.run('lint', join(place.dir, 'missing.eml'))
  const kind = await place.run('lint', '-', '--kind', 'letter')

  expect([none.code, missing.code, kind.code]).toEqual([1, 1, 1])
  expect(none.stderr).toContain('lint takes files, or - for what comes in')
  expect(missing.stderr).toContain('missing.eml cannot be read')
  expect(kind.stderr).toContain('--kind is one of digest, alert')
})
