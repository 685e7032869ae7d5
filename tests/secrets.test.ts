import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfig } from '#config.ts'
import { ensureTokenKey, findTokenKey, hashAddress, loadSecrets } from '#secrets.ts'

const none = { tokenKey: null, suppressionKey: null }

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'daybreak-secrets-'))
})
afterEach(async () => rm(dir, { recursive: true }))

test('keys are made once, of 32 bytes each, and found again', async () => {
  const made = await loadSecrets(none, dir)
  const found = await loadSecrets(none, dir)

  expect(found).toEqual(made)
  expect(made.tokenKey).toHaveLength(32)
  expect(made.suppressionKey).toHaveLength(32)
  expect(made.tokenKey).not.toEqual(made.suppressionKey)
})

test('only the owner can read the key files, and no draft stays behind', async () => {
  await loadSecrets(none, dir)

  const names = await readdir(join(dir, 'secrets'))
  const modes = await Promise.all(
    names.map(async (name) => (await stat(join(dir, 'secrets', name))).mode & 0o777),
  )
  expect(names.toSorted()).toEqual(['suppression-key', 'token-key'])
  expect(modes).toEqual([0o600, 0o600])
  expect((await stat(join(dir, 'secrets'))).mode & 0o777).toBe(0o700)
})

test('ten that start at once agree on the keys', async () => {
  const all = await Promise.all(Array.from({ length: 10 }, async () => loadSecrets(none, dir)))

  const kinds = new Set(
    all.map(
      ({ tokenKey, suppressionKey }) =>
        `${tokenKey.toString('hex')} ${suppressionKey.toString('hex')}`,
    ),
  )
  expect(kinds.size).toBe(1)
  expect(await readdir(join(dir, 'secrets'))).toHaveLength(2)
})

test('keys of the environment go before files, and leave none', async () => {
  const { tokenKey, suppressionKey } = await loadSecrets(
    { tokenKey: 'ab'.repeat(32), suppressionKey: 'cd'.repeat(32) },
    dir,
  )

  expect(tokenKey).toEqual(Buffer.alloc(32, 0xab))
  expect(suppressionKey).toEqual(Buffer.alloc(32, 0xcd))
  await expect(readdir(join(dir, 'secrets'))).rejects.toThrow('ENOENT')
})

test.each([
  ['empty', () => ''],
  ['cut short', (text: string) => text.slice(0, 40)],
  ['of other letters', (text: string) => text.replace(/^./, 'z')],
  ['longer than it was', (text: string) => `${text}and more`],
])(
  'a key file that is %s is refused with its name and the fix, and is left as it is',
  async (_, damage) => {
    await loadSecrets(none, dir)
    const file = join(dir, 'secrets', 'suppression-key')
    const damaged = damage(await readFile(file, 'utf8'))
    await writeFile(file, damaged)

    await expect(loadSecrets(none, dir)).rejects.toThrow(
      expect.objectContaining({
        name: 'Refusal',
        status: 78,
        message: expect.stringMatching(/suppression-key is damaged: restore it/),
      }),
    )
    expect(await readFile(file, 'utf8')).toBe(damaged)
  },
)

test('further keys for tokens are made once, and found by their number', async () => {
  const at = { dataDir: dir, id: 2 }

  const [one, other] = await Promise.all([ensureTokenKey(at), ensureTokenKey(at)])

  expect(one).toEqual(other)
  expect(findTokenKey(none, at)).toEqual(one)
  expect(findTokenKey(none, { dataDir: dir, id: 3 })).toBeUndefined()
})

test('keys in the environment are told by their place, and one that was taken out is none', async () => {
  const keys = { ...none, tokenKey: `${'ab'.repeat(32)}, retired,${'ef'.repeat(32)}` }
  const find = (id: number) => findTokenKey(keys, { dataDir: dir, id })

  const { tokenKey } = await loadSecrets(keys, dir)

  expect(tokenKey).toEqual(Buffer.alloc(32, 0xab))
  expect(find(2)).toBeUndefined()
  expect(find(3)).toEqual(Buffer.alloc(32, 0xef))
  expect(find(4)).toBeUndefined()
})

test.each([`retired,${'ab'.repeat(32)}`, `${'ab'.repeat(32)},short`, `${'ab'.repeat(32)},`])(
  'a list of keys that has no first key or a broken one is refused: %s',
  (list) => {
    expect(() => readConfig({ DAYBREAK_TOKEN_KEY: list })).toThrow(
      /DAYBREAK_TOKEN_KEY must be at least 64 hexadecimal digits/,
    )
  },
)

test('the do-not-mail list recognises an address whatever its case, and needs the key to', () => {
  const one = { suppressionKey: Buffer.alloc(32, 1) }
  const two = { suppressionKey: Buffer.alloc(32, 2) }

  expect(hashAddress(one, 'Reader@Example.org')).toEqual(hashAddress(one, 'reader@example.org'))
  expect(hashAddress(one, 'reader@example.org')).not.toEqual(hashAddress(two, 'reader@example.org'))
  expect(hashAddress(one, 'reader@example.org')).toHaveLength(32)
})
