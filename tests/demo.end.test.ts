import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { lintMessage } from '#mail/lint-message.ts'
import { openPlace } from './program.ts'

const DUMP = join(import.meta.dirname, '../../shared/samples/article-page-dump.txt')

const lastLine = z.object({
  planned: z.number(),
  accepted: z.number(),
  excluded: z.number(),
  uncertain: z.number(),
  firstAcceptedMs: z.number(),
  testInbox: z.boolean(),
  digest: z.object({ accepted: z.number(), subject: z.string() }),
  alert: z.object({ accepted: z.number(), subject: z.string() }),
})

test(
  'the demo sends a digest and an alert, its accounts add up, and every mail passes the lint',
  { timeout: 120_000 },
  async () => {
    await using place = await openPlace()
    const out = join(place.dir, 'out')

    const { code, stdout, stderr } = await place.run('demo', '--json', '--out', out)

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const told = lastLine.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''))
    expect(told).toMatchObject({ uncertain: 0, testInbox: true })
    expect(told.planned).toBe(told.accepted + told.excluded)
    expect(told.excluded).toBeGreaterThan(0)
    const mails = (await readdir(out)).filter((name) => name.endsWith('.eml'))
    expect(mails.filter((name) => name.startsWith('digest'))).toHaveLength(told.digest.accepted)
    expect(mails.filter((name) => name.startsWith('alert'))).toHaveLength(told.alert.accepted)
    for (const name of mails) {
      const kind = name.startsWith('digest')
        ? 'digest'
        : name.startsWith('alert')
          ? 'alert'
          : name.startsWith('correction')
            ? 'correction'
            : 'service'
      expect({
        name,
        violations: await lintMessage(await readFile(join(out, name)), { kind }),
      }).toEqual({ name, violations: [] })
    }
  },
)

const books = z.object({
  planned: z.number(),
  accepted: z.number(),
  rejected: z.number(),
  excluded: z.number(),
  uncertain: z.number(),
  excludedBy: z.record(z.string(), z.number()),
})

const badDay = z.object({
  digest: books,
  correction: books,
  versions: z.object({ before: z.number(), corrected: z.number() }),
  reach: z.object({ copies: z.number(), uncertain: z.number(), left: z.number() }),
  line: z.object({ 'in the body': z.number(), 'before the reply': z.number() }),
  checks: z.number(),
  broken: z.array(z.string()),
})

test('a bad day adds up: by its ledger, by its mails, and by what was done to them', async () => {
  await using place = await openPlace()
  const out = join(place.dir, 'out')

  const { code, stdout, stderr } = await place.run('demo', '--bad-day', '--json', '--out', out)

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const told = badDay.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''))
  const { digest, correction, versions, reach, line } = told
  for (const { planned, accepted, rejected, excluded, uncertain } of [digest, correction])
    expect(planned).toBe(accepted + rejected + excluded + uncertain)
  expect(line).toEqual({ 'in the body': 1, 'before the reply': 2 })
  expect(digest.uncertain).toBe(3)
  expect(versions.before).toBeGreaterThan(0)
  expect(versions.corrected).toBeGreaterThan(0)
  expect(versions.before + versions.corrected).toBe(digest.accepted + digest.uncertain)
  expect(reach.left).toBe(1)
  expect(correction).toMatchObject({ accepted: reach.copies - 1, excludedBy: { left: 1 } })
  expect(told).toMatchObject({ broken: [], checks: 24 })
  const mails = (await readdir(out)).filter((name) => name.endsWith('.eml'))
  expect(mails.filter((name) => name.startsWith('digest'))).toHaveLength(
    digest.accepted + line['before the reply'],
  )
  expect(mails.filter((name) => name.startsWith('correction'))).toHaveLength(correction.accepted)
  for (const view of ['EDITOR', 'ADMINISTRATOR', 'READER'])
    expect(stdout).toContain(`AS THE ${view} SEES IT`)
})

test.skipIf(!existsSync(DUMP))(
  'a pasted page is told by its own sentences, without a word of its chrome (needs the sample page dump)',
  { timeout: 120_000 },
  async () => {
    await using place = await openPlace()
    const out = join(place.dir, 'out')
    const dump = await readFile(DUMP, 'utf8')
    const [headline = ''] = dump.split('\n')

    const { code } = await place.run('demo', DUMP, '--out', out)

    expect(code).toBe(0)
    const html = await readFile(join(out, 'digest-001.html'), 'utf8')
    const text = (await readFile(join(out, 'digest-001.txt'), 'utf8')).replace(/\s+/g, ' ')
    expect(html).toContain(headline)
    expect(text).toContain(headline)
    const chrome = [
      'Sign in to comment',
      'Comments',
      'ADVERTISEMENT',
      'Get latest news',
      'right to your inbox',
      'Powered by',
      'Laurence',
      'Dona',
      'Long overdue',
      '© 2025',
    ]
    for (const word of chrome) {
      expect(html).not.toContain(word)
      expect(text).not.toContain(word)
    }
  },
)
