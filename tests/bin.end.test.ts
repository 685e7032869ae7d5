import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { env } from 'node:process'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { daybreak, PROGRAM, startDaybreak } from './daybreak-command.ts'

/** A Node of this machine that is too old for Daybreak, outside of node_modules. */
const old = (env['PATH'] ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .map((folder) => join(folder, 'node'))
  .find(
    (path) =>
      existsSync(path) && Number(execFileSync(path, ['--version']).toString().slice(1, 3)) < 24,
  )

let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'daybreak-bin-'))
})
afterAll(async () => rm(dataDir, { recursive: true, force: true }))

describe.skipIf(old === undefined)('with a Node that is too old for Daybreak', () => {
  test('the program runs by the Node that npm brought, with its exit code and both outputs', async () => {
    const helped = await daybreak(['help'], oldNode())
    const refused = await daybreak(['nothing'], oldNode())
    const misconfigured = await daybreak(['status'], { ...oldNode(), env: { PORT: 'x' } })

    expect(helped).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('daybreak ingest'),
    })
    expect(refused).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('there is no command "nothing"'),
    })
    expect(misconfigured.code).toBe(78)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s reaches the program, which ends in order',
    async (signal) => {
      const child = startDaybreak(['start'], { ...oldNode(), env: { PORT: '0' } })
      await said(child.stderr, 'Daybreak is up')

      child.kill(signal)
      const [code, by]: unknown[] = await once(child, 'exit')

      expect([code, by]).toEqual([0, null])
      expect((await daybreak(['subscribers'], oldNode())).code).toBe(0)
    },
  )

  test('where npm has brought none, one line says what to do', async () => {
    const empty = join(dataDir, 'empty')
    await mkdir(join(empty, 'bin'), { recursive: true })
    copyFileSync(PROGRAM, join(empty, 'bin', 'daybreak.mjs'))

    const ran = await daybreak(['help'], {
      ...oldNode(),
      program: join(empty, 'bin', 'daybreak.mjs'),
    })

    expect(ran).toMatchObject({ code: 1, out: '' })
    expect(ran.err).toMatch(
      /^daybreak: this is Node \d+\.\d+\.\d+, and Daybreak needs Node 24: run "npm ci"[^\n]+\n$/,
    )
  })
})

test('with a Node that is new enough the program runs by it', async () => {
  const ran = await daybreak(['help'], { dataDir })

  expect(ran).toMatchObject({ code: 0, err: '' })
})

function oldNode() {
  return { dataDir, node: old ?? '' }
}

async function said(stream: Readable, words: string): Promise<void> {
  let heard = ''
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    heard += String(chunk)
    if (heard.includes(words)) return
  }
  throw new Error(`ended without saying "${words}": ${heard}`)
}
