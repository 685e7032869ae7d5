import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { ingestCommand } from '#commands/ingest.ts'
import { openHouse } from '../house.ts'
import { ARTICLE } from '../http/api-fixture.ts'
import { runCommand } from './run-command.ts'

async function openFile(article: object): Promise<AsyncDisposable & { path: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'daybreak-ingest-'))
  const path = join(dir, 'article.json')
  await writeFile(path, JSON.stringify(article))
  return { path, [Symbol.asyncDispose]: async () => rm(dir, { recursive: true }) }
}

test('a revision is told with what kind of change it is', async () => {
  await using house = await openHouse()
  await using first = await openFile(ARTICLE)
  const paragraphs = ARTICLE.paragraphs.map((text) => text.replace('17 votes', '19 votes'))
  await using second = await openFile({ ...ARTICLE, paragraphs })

  const lines = await runCommand(house, ingestCommand, { args: [first.path, second.path] })

  expect(lines).toEqual([
    'new article 1: Fish market to be rebuilt',
    'changed article 1 (revision 2, substantial): Fish market to be rebuilt',
  ])
})

test('breaking news under embargo drafts no alert, and says when it may', async () => {
  await using house = await openHouse()
  await using file = await openFile(ARTICLE)

  const lines = await runCommand(house, ingestCommand, {
    args: [file.path, '--breaking', '--embargo', '2026-11-23 18:00'],
  })

  const { rows } = await sql<object>`
    select embargo_until as until, (select count(*) from edition) as editions from article`.execute(
    house.db,
  )
  expect(lines[1]).toBe(
    '  no alert is drafted: article 1 is under embargo until 2026-11-23 18:00 UTC: nothing of it goes out before',
  )
  expect(rows).toEqual([{ until: new Date('2026-11-23T18:00:00Z'), editions: 0 }])
})

test('an embargo that is over is refused before anything is read', async () => {
  await using house = await openHouse()
  await using file = await openFile(ARTICLE)

  const run = runCommand(house, ingestCommand, {
    args: [file.path, '--embargo', '2026-11-20T18:00Z'],
  })

  await expect(run).rejects.toThrow('name a time to come')
  expect((await sql`select 1 from article`.execute(house.db)).rows).toHaveLength(0)
})
