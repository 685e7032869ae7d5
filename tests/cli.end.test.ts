import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { daybreak, type Ran } from './daybreak-command.ts'

let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'daybreak-cli-'))
})
afterAll(async () => rm(dataDir, { recursive: true, force: true }))

const run = async (...args: string[]) => daybreak(args, { dataDir })
const ARTICLE = JSON.stringify({
  headline: 'Fish market to be rebuilt',
  url: 'https://courier.example/fish',
  paragraphs: [
    'The council of Port Ansel voted on Friday to rebuild the old fish market on the north quay, ending nine years of argument about the site.',
    'Work is to begin in March and to cost 14.2 million crowns, of which the region pays a third, according to the plan that councillors passed by 17 votes to 6.',
  ],
})

describe('a word about itself', () => {
  test.each([[[]], [['help']], [['--help']]])(
    '%j lists the commands, without a database',
    async (args) => {
      const { code, out, err } = await run(...args)

      expect([code, err]).toEqual([0, ''])
      for (const command of [
        'start',
        'ingest',
        'digest compose',
        'subscribers',
        'settings',
        'tokens',
        'status',
      ]) {
        expect(out).toContain(`\n  daybreak ${command}`)
      }
    },
  )

  test('a command says how it is used', async () => {
    const { code, out } = await run('ingest', '--help')

    expect(code).toBe(0)
    expect(out).toContain('daybreak ingest <file|url|->')
  })

  test.each(['ingestt', '__proto__', 'constructor', '--version'])(
    'the unknown command %s is refused in one line',
    async (name) => {
      const ran = await run(name)

      expect(ran).toEqual({
        code: 1,
        out: '',
        err: `daybreak: there is no command "${name}": "daybreak help" lists them\n`,
      })
    },
  )

  test('a configuration with problems is refused by their names, with the exit code for it', async () => {
    const { code, out, err } = await daybreak(['status'], {
      dataDir,
      env: { PORT: 'x', SMTP_URL: 'relay:hunter2' },
    })

    expect([code, out]).toEqual([78, ''])
    expect(err).toMatch(/PORT must be.*\n.*SMTP_URL must be|SMTP_URL must be.*\n.*PORT must be/)
    expect(err).not.toContain('hunter2')
  })

  test('a start on a public address without a relay is refused with the exit code for configuration', async () => {
    const { code, err } = await daybreak(['start'], {
      dataDir,
      env: { PUBLIC_URL: 'https://news.example.org' },
    })

    expect(code).toBe(78)
    expect(err).toContain('set SMTP_URL to your relay')
  })
})

describe('taking articles', () => {
  test('a file is taken, the same from standard input is known, and both are in the audit log', async () => {
    const file = join(dataDir, 'fish.json')
    await writeFile(file, ARTICLE)

    const first = await run('ingest', file)
    const again = await daybreak(['ingest', '-'], { dataDir, input: ARTICLE })
    const log = await run('audit')

    expect(first).toMatchObject({
      code: 0,
      err: '',
      out: 'new article 1: Fish market to be rebuilt\n',
    })
    expect(again).toMatchObject({
      code: 0,
      err: '',
      out: 'known article 1: Fish market to be rebuilt\n',
    })
    expect(log.out.match(/ada +ingest +article 1/g)).toHaveLength(2)
  })

  test('what is no article is refused in one line with the fix, and leaves no row', async () => {
    const of = (name: string) => join(dataDir, name)
    await writeFile(of('huge.html'), '')
    await truncate(of('huge.html'), 100_000_000)
    await writeFile(of('binary.html'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1]))
    await writeFile(of('empty.txt'), '')
    await mkdir(of('folder'))

    const refusals: [string, string][] = [
      ['huge.html', 'has more than 5 MB'],
      ['binary.html', 'not an article'],
      ['empty.txt', 'empty'],
      ['folder', 'cannot read'],
      ['missing.html', 'cannot read'],
      ['/dev/zero', 'has more than 5 MB'],
    ]
    for (const [name, reason] of refusals)
      expectRefusal(await run('ingest', name.startsWith('/') ? name : of(name)), reason)
    expectRefusal(
      await daybreak(['ingest', '-'], { dataDir, input: Buffer.alloc(6_000_000, 'x') }),
      'has more than 5 MB',
    )
    expectRefusal(await daybreak(['ingest', '-'], { dataDir }), 'empty')
    expectRefusal(await run('ingest'), 'name a file')
    expectRefusal(await run('ingest', '--nonsense', 'x'), '--nonsense')

    const articles = await run('articles')
    expect(articles.out.split('\n').filter((line) => line.includes('Fish market'))).toHaveLength(1)
    expect(articles.out.trim().split('\n')).toHaveLength(2)
  })
})

describe('settings', () => {
  test('a bad value, name or number of words is refused by its name, and nothing changes', async () => {
    const before = await run('settings')

    expectRefusal(
      await run('settings', 'set', 'fromAddress', 'news'),
      'fromAddress must be a mail address',
    )
    expectRefusal(
      await run('settings', 'set', 'timeZone', 'Mars/Olympus'),
      'timeZone must be a time zone',
    )
    expectRefusal(
      await run('settings', 'set', 'language', 'no_such language'),
      'language must be a language tag',
    )
    expectRefusal(
      await run('settings', 'set', 'url', 'javascript:alert(1)'),
      'url must be a web address',
    )
    expectRefusal(await run('settings', 'set', 'name', 'The', 'Harbour', 'Courier'), 'in quotes')
    expectRefusal(
      await run('settings', 'set', 'name', 'Courier\r\nBcc: all@example.org'),
      'name must be one line',
    )
    expectRefusal(await run('settings', 'set', 'nothing', 'x'), 'there is no setting "nothing"')
    expectRefusal(await run('settings', 'set', 'name'), 'settings takes: set NAME VALUE')

    expect(await run('settings')).toEqual(before)
  })

  test('a good value is kept', async () => {
    const set = await run('settings', 'set', 'name', 'The Harbour Courier')

    expect(set).toMatchObject({ code: 0, err: '', out: 'name is now: The Harbour Courier\n' })
    expect((await run('settings')).out).toMatch(/^name +The Harbour Courier$/m)
  })
})

test('readers are added and counted; a bad address is refused without being repeated', async () => {
  expectRefusal(
    await run('subscribers', 'add', 'reader.example.org'),
    'the mail address has no name or no domain',
  )
  expectRefusal(await run('subscribers', 'add'), 'at least one address')
  expectRefusal(
    await run('subscribers', 'add', 'reader@example.org', '--newsletter', 'nothing'),
    'does not exist',
  )

  const added = await run('subscribers', 'add', 'reader@example.org', 'other@example.org')
  const counted = await run('subscribers')

  expect(added).toMatchObject({
    code: 0,
    err: '',
    out: 'reader 1 gets daily and breaking\nreader 2 gets daily and breaking\n',
  })
  expect(counted.out).toMatch(/^active +2$/m)
})

test('team members act by name with the duties of their role, and unknown names not at all', async () => {
  const added = await run('operators', 'add', 'vera', '--role', 'viewer')

  expect(added).toMatchObject({ code: 0, out: 'vera is viewer\n' })
  expect((await run('articles', '--as', 'vera')).code).toBe(0)
  expectRefusal(await run('--as', 'vera', 'articles'), 'there is no command "--as"')
  expectRefusal(
    await run('operators', 'add', 'mia', '--as=vera'),
    'vera is viewer: to manage operators takes the role admin',
  )
  expectRefusal(await run('settings', 'set', 'name', 'x', '--as', 'vera'), 'takes the role admin')
  expectRefusal(await run('articles', '--as', 'mallory'), 'no team member is named "mallory"')
  expectRefusal(await run('articles', '--as'), '--as takes the name of a team member')
  expectRefusal(await run('operators', 'add', 'vera'), 'a team member named vera already')
  expectRefusal(await run('operators', 'add', 'mia', '--role', 'chief'), 'there is no role "chief"')
  expect((await run('operators')).out).toMatch(/^ada +admin$\n^vera +viewer$/m)
})

test('a token is shown once, listed without its text, and revoked', async () => {
  const made = await run('tokens', 'create', 'cms', '--scope', 'articles:write')
  const listed = await run('tokens')
  const revoked = await run('tokens', 'revoke', 'cms')

  expect(made.out).toMatch(/^db_[\w-]{43}\n$/)
  expect(listed.out).toMatch(/^cms +ada +articles:write +in use +never$/m)
  expect(listed.out).not.toContain(made.out.trim())
  expect(revoked.out).toBe('cms is revoked\n')
  expectRefusal(
    await run('tokens', 'create', 'cms', '--scope', 'articles:write'),
    'choose another name',
  )
  expectRefusal(
    await run('tokens', 'create', 'x', '--scope', 'everything'),
    'scopes are articles:write',
  )
  expectRefusal(await run('tokens', 'destroy', 'cms'), 'tokens takes create or revoke')
})

test('every verb that changed something has its row in the audit log, with the name of who did it', async () => {
  const { out } = await run('audit')

  const did = out
    .split('\n')
    .slice(1)
    .map((line) => line.split(/ {2,}/).slice(1, 3).join(': '))
    .filter((line) => line !== '')
  expect(did).toEqual([
    'ada: revoke token',
    'ada: create token',
    'ada: add operator',
    'ada: add reader',
    'ada: add reader',
    'ada: change setting',
    'ada: ingest',
    'ada: ingest',
  ])
  expect(out).not.toContain('@')
})

/** One line for a person and exit code 1: no answer, no stack. */
function expectRefusal({ code, out, err }: Ran, reason: string): void {
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toContain(reason)
  expect(err).toMatch(/^daybreak: [^\n]+\n$/)
}
