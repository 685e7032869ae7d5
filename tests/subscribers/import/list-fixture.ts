import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { type Import, type Imported, importReaders } from '#subscribers/import/import-readers.ts'
import type { Preview } from '#subscribers/import/preview.ts'
import { openSources } from '#subscribers/import/reading/source.ts'
import type { House } from '../../house.ts'

export type Files = Record<string, string | Buffer>

/** Files in a folder of their own. */
export async function writeLists(files: Files): Promise<AsyncDisposable & { paths: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-lists-'))
  const paths = Object.keys(files).map((name) => join(folder, name))
  await Promise.all(
    Object.entries(files).map(async ([name, content]) => writeFile(join(folder, name), content)),
  )
  return { paths, [Symbol.asyncDispose]: async () => rm(folder, { recursive: true, force: true }) }
}

export type Options = Partial<Omit<Import, 'sources' | 'wishes'>> & {
  newsletters?: string[]
  map?: string[]
  topicColumn?: string
  suppress?: 'left' | 'bounced' | 'complained' | 'blocked'
}

export const AGREED = { source: 'the sign-up box', date: new Date('2024-05-01T00:00:00Z') }

export async function importLists(
  { context }: Pick<House, 'context'>,
  files: Files,
  { newsletters = ['daily'], map = [], topicColumn, suppress, ...rest }: Options = {},
): Promise<Imported> {
  await using lists = await writeLists(files)
  await using sources = await openSources(lists.paths)
  return await importReaders(context, {
    sources: sources.all,
    wishes: {
      newsletters,
      map,
      topicColumn: topicColumn ?? null,
      suppress: suppress ?? null,
    },
    topics: [],
    consent: AGREED,
    timeZone: 'Europe/London',
    language: 'en',
    operatorId: null,
    dryRun: false,
    errors: null,
    ...rest,
  })
}

/** What a dry run says. */
export async function lookAt(
  house: Pick<House, 'context'>,
  files: Files,
  options: Options = {},
): Promise<Preview> {
  const looked = await importLists(house, files, { ...options, dryRun: true })
  if (looked.kind !== 'looked') throw new Error('it was imported')
  return looked.preview
}

export type Known = {
  email: string
  state: string
  zone: string
  language: string
  attributes: Record<string, string | number>
  newsletters: string | null
  topics: string | null
}

/** Every reader with what is on, by address. */
export async function readReaders({ db }: Pick<House, 'db'>): Promise<Known[]> {
  const { rows } = await sql<Known>`
    select s.email, s.state, s.time_zone as zone, s.language, s.attributes
         , string_agg(n.slug || '=' || u.cadence, ' ' order by n.slug) as newsletters
         , string_agg(t.slug || '=' || u.cadence, ' ' order by t.slug) as topics
      from subscriber s
      left join subscription u on u.subscriber_id = s.id
      left join newsletter n on n.id = u.newsletter_id
      left join topic t on t.id = u.topic_id
     group by s.id
     order by s.email`.execute(db)
  return rows
}

/** The do-not-mail list as reasons in their order. */
export async function readReasons({ db }: Pick<House, 'db'>): Promise<string[]> {
  const { rows } = await sql<{ reason: string }>`
    select reason from suppression order by reason`.execute(db)
  return rows.map(({ reason }) => reason)
}
