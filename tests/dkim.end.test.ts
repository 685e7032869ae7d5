import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { daybreak } from './daybreak-command.ts'

let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'daybreak-dkim-cli-'))
})
afterAll(async () => rm(dataDir, { recursive: true, force: true }))

const run = async (...args: string[]) => daybreak(['dkim', ...args], { dataDir })

test('a pair of keys is made, published, chosen, rotated and retired', async () => {
  const none = await run('list')
  const made = await run('keygen', 'Courier.Example', '--selector', 'a', '--json')
  const keys = join(dataDir, 'dkim')
  const files = await readdir(keys)
  const mode = (await stat(join(keys, 'ar.courier.example.pem'))).mode & 0o777
  const twice = await run('keygen', 'courier.example', '--selector', 'a')
  const lonely = await run('use', 'courier.example', 'ae')
  const unknown = await run('use', 'courier.example', 'zz')
  const used = await run('use', 'courier.example', 'ar', 'ae')
  const inUse = await run('retire', 'courier.example', 'ar')
  const people = await run('keygen', 'courier.example', '--selector', 'b')
  const rotated = await run('use', 'courier.example', 'br', 'be', '--json')
  const retired = await run('retire', 'courier.example', 'ar')
  const listed = await run('list', '--json')

  expect(none.out).toContain('your relay must sign')
  const { records } = JSON.parse(made.out) as { records: { name: string; value: string }[] }
  expect(records).toEqual([
    expect.objectContaining({
      name: 'ar._domainkey.courier.example',
      value: expect.stringMatching(/^v=DKIM1; k=rsa; p=MIIB[\w+/]{380,}/),
    }),
    expect.objectContaining({
      name: 'ae._domainkey.courier.example',
      value: expect.stringMatching(/^v=DKIM1; k=ed25519; p=[\w+/]{43}=$/),
    }),
  ])
  expect(files.toSorted()).toEqual(['ae.courier.example.pem', 'ar.courier.example.pem'])
  expect(mode).toBe(0o600)
  expect(twice).toMatchObject({ code: 1, err: expect.stringContaining('choose another') })
  expect(lonely).toMatchObject({ code: 1, err: expect.stringContaining('choose an RSA key too') })
  expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining('there are ae, ar') })
  expect(used.out).toContain('signed with ar and ae, from the next edition on')
  expect(inUse).toMatchObject({ code: 1, err: expect.stringContaining('choose others first') })
  expect(people.out).toContain('in a zone file br._domainkey.courier.example. IN TXT "v=DKIM1;')
  expect(people.out).toContain('daybreak dkim use courier.example br be')
  expect(JSON.parse(rotated.out)).toEqual({ domain: 'courier.example', signs: ['br', 'be'] })
  expect(retired.out).toContain('is deleted')
  const rows = JSON.parse(listed.out) as { selector: string; signs: boolean }[]
  expect(rows.map(({ selector, signs }) => [selector, signs])).toEqual([
    ['ae', false],
    ['be', true],
    ['br', true],
  ])
  expect(JSON.parse(await readFile(join(keys, 'courier.example.json'), 'utf8'))).toEqual({
    sign: ['br', 'be'],
  })
})

test('what is not a domain is refused by name', async () => {
  expect(await run('keygen', 'not a domain')).toMatchObject({
    code: 1,
    err: expect.stringContaining('"not a domain" is not a domain'),
  })
})
