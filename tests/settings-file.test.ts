import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { changeSettingsFile, openToOthers, readSettingsFile } from '#settings-file.ts'

let dir: string
let file: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'daybreak-settings-'))
  file = join(dir, '.env')
})
afterEach(async () => rm(dir, { recursive: true }))

test('comments and other lines stay, a line that is there is changed in its place, and null takes it away', async () => {
  await writeFile(file, '# ours\nPORT=9000\nexport SMTP_URL=old\n\n# end\nGONE=1\n')

  await changeSettingsFile(file, {
    SMTP_URL: 'smtp://u:p@host:587',
    PUBLIC_URL: 'https://a.example',
    GONE: null,
  })

  expect(await readFile(file, 'utf8')).toBe(
    '# ours\nPORT=9000\nSMTP_URL=smtp://u:p@host:587\n\n# end\nPUBLIC_URL=https://a.example\n',
  )
})

test.each(['a b # c', "it's", 'say "yes"', '$HOME `x` \\n', 'ünï', '#'])(
  '%j comes back as it was written',
  async (value) => {
    await changeSettingsFile(file, { NAME: value })

    expect(readSettingsFile(file)).toEqual({ NAME: value })
  },
)

test.each(['two\nlines', `both ' and "`])(
  '%j is refused by name, and changes nothing',
  async (value) => {
    await writeFile(file, 'PORT=1\n')

    await expect(changeSettingsFile(file, { NAME: value })).rejects.toThrow(
      /^NAME must be one line/,
    )
    expect(await readFile(file, 'utf8')).toBe('PORT=1\n')
  },
)

test('it is for its owner only, and others are told when it is not', async () => {
  await changeSettingsFile(file, { NAME: 'x' })
  const closed = openToOthers(file)
  const other = join(dir, 'open.env')
  await writeFile(other, 'NAME=x\n', { mode: 0o644 })

  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(closed).toBeUndefined()
  expect(openToOthers(other)).toBe('644')
  expect(openToOthers(join(dir, 'none'))).toBeUndefined()
})

test('of two at once the second is told, and one that was killed keeps nobody out', async () => {
  await writeFile(`${file}.lock`, String(process.pid))
  const second = changeSettingsFile(file, { NAME: 'x' })
  await expect(second).rejects.toThrow(
    `another "daybreak setup" is at work (process ${process.pid})`,
  )
  expect(await readdir(dir)).toEqual(['.env.lock'])

  await writeFile(`${file}.lock`, '999999999')
  await changeSettingsFile(file, { NAME: 'x' })
  expect(await readdir(dir)).toEqual(['.env'])
})

test('no file is no settings', () => {
  expect(readSettingsFile(file)).toEqual({})
})
