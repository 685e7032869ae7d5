import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Tables } from '#db/tables.ts'
import type { Fingerprint } from '../fingerprint.ts'
import { bandsOf } from './minhash.ts'
import type { Lookalike } from './same-article.ts'

export async function ensureSource(
  db: Db,
  source: { kind: Tables['source']['kind']; name: string; now: Date },
): Promise<number> {
  const known = (await findSourceId(db, source)) ?? (await insertSource(db, source))
  // Another was faster: its row is there by now.
  const id = known ?? (await findSourceId(db, source))
  if (id === undefined) throw new Error('a source is there and is not there')
  return id
}

async function findSourceId(
  db: Db,
  { kind, name }: { kind: Tables['source']['kind']; name: string },
): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    select id from source where (kind, name) = (${kind}, ${name})`.execute(db)
  return rows[0]?.id
}

/** Not `do update`: it would lock the row that all articles of the source refer to. */
async function insertSource(
  db: Db,
  { kind, name, now }: { kind: Tables['source']['kind']; name: string; now: Date },
): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    insert into source (kind, name, created_at) values (${kind}, ${name}, ${now})
    on conflict (kind, name) do nothing
    returning id`.execute(db)
  return rows[0]?.id
}

/**
 * Whoever stores an article with one of these keys waits for the others who do. The source is one of them: near
 * duplicates have no key in common.
 */
export async function lockKeys(
  db: Db,
  { sourceId, keys }: { sourceId: number; keys: Fingerprint },
): Promise<void> {
  const names = [
    `daybreak source ${sourceId}`,
    `daybreak words ${keys.contentKey}`,
    ...keys.urlKeys.map((key) => `daybreak url ${key}`),
  ]
  // Sorted, so that two who take several cannot wait for each other.
  await sql`
    select pg_advisory_xact_lock(hashtextextended(name, 0))
      from unnest(${names.toSorted()}::text[]) with ordinality as keys (name, position)
     order by position`.execute(db)
}

/** Articles that share an address, a guid of the source, or the words with this one, or in this week most of them. */
export async function findLookalikes(
  db: Db,
  arriving: { sourceId: number; keys: Fingerprint; now: Date },
): Promise<Lookalike[]> {
  const ids = await findHits(db, arriving)
  return ids.length === 0 ? [] : lockLookalikes(db, { ids, sourceId: arriving.sourceId })
}

/** The bands come first, each by its index: left to choose, PostgreSQL looked them up for each article of the source. */
async function findHits(
  db: Db,
  { sourceId, keys, now }: { sourceId: number; keys: Fingerprint; now: Date },
): Promise<number[]> {
  const hashes = keys.minhash === null ? [] : bandsOf(keys.minhash)
  const { rows } = await sql<{ id: number }>`
    with sharing as materialized (
      select its.article_id, count(*) as bands
        from unnest(${bandNumbers(keys)}::smallint[], ${hashes}::bigint[]) as m (band, hash)
       cross join lateral (
         select article_id from article_band
          where (band, hash) = (m.band, m.hash)
          order by article_id desc limit ${MOST_A_BAND}) its
       group by its.article_id having count(*) >= ${BANDS_OF_SAME}
       order by bands desc limit ${MOST_A_BAND})
    select id from article where url_key = any(${keys.urlKeys}::text[])
     union
    select article_id from article_alias
     where (kind, source_id) = ('url', 0) and key = any(${keys.urlKeys}::text[])
     union
    select id from article where (source_id, guid_key) = (${sourceId}, ${keys.guidKey})
     union
    select article_id from article_alias where (kind, source_id, key) = ('guid', ${sourceId}, ${keys.guidKey})
     union
    (select id from article where content_key = ${keys.contentKey} order by id desc limit 20)
     union
    (select a.id
       from sharing join article a on a.id = sharing.article_id
      where a.source_id = ${sourceId} and a.received_at > ${now}::timestamptz - interval '7 days'
      order by sharing.bands desc limit 10)
     limit 1000`.execute(db)
  return rows.map(({ id }) => id)
}

async function lockLookalikes(
  db: Db,
  { ids, sourceId }: { ids: number[]; sourceId: number },
): Promise<Lookalike[]> {
  const { rows } = await sql<Lookalike>`
    select a.id, a.current_revision as revision, a.source_id as "sourceId", a.content_key as "contentKey", a.minhash
         , r.headline, r.paragraphs[1:100] as paragraphs, r.published_at as "publishedAt"
         , a.received_at as "receivedAt", r.body_hash as "bodyHash"
         , array(select a.url_key where a.url_key is not null
                 union select key from article_alias where article_id = a.id and kind = 'url') as "urlKeys"
         , array(select a.guid_key where a.guid_key is not null
                 union select key from article_alias
                        where article_id = a.id and kind = 'guid' and source_id = ${sourceId}) as "guidKeys"
         , array(select body_hash from article_revision
                  where article_id = a.id and revision < a.current_revision) as "formerHashes"
      from article a
      join article_revision r on (r.article_id, r.revision) = (a.id, a.current_revision)
     where a.id = any(${ids}::bigint[])
     order by a.id
     limit 100
       for update of a`.execute(db)
  return rows
}

/** A band that more share, such as a form letter's, tells them apart no better. */
export const MOST_A_BAND = 200
/** Of 32; texts with 90 % of their shingles in common share 26 in the mean, and fewer than 14 hardly ever. */
const BANDS_OF_SAME = 14

function bandNumbers({ minhash }: Fingerprint): number[] {
  return minhash === null ? [] : bandsOf(minhash).map((_, band) => band)
}

/** A page that shows another article each day names the newest: the ones before go on without it. */
export async function releaseUrls(db: Db, urlKeys: readonly string[]): Promise<void> {
  await sql`
    with former as (delete from article_alias where (kind, source_id) = ('url', 0) and key = any(${urlKeys}::text[]))
    update article set url_key = null where url_key = any(${urlKeys}::text[])`.execute(db)
}

export type NewArticle = {
  sourceId: number
  urlKey: string | null
  guidKey: string | null
  contentKey: string
  minhash: Fingerprint['minhash']
  seeded: boolean
  embargoUntil: Date | null
  now: Date
}

export async function insertArticle(db: Db, article: NewArticle): Promise<number> {
  const { sourceId, urlKey, guidKey, contentKey, seeded, embargoUntil, now } = article
  const minhash = article.minhash === null ? null : Buffer.from(article.minhash)
  const { rows } = await sql<{ id: number }>`
    insert into article (source_id, url_key, guid_key, content_key, minhash, seeded, embargo_until, received_at)
    values (${sourceId}, ${urlKey}, ${guidKey}, ${contentKey}, ${minhash}, ${seeded}, ${embargoUntil}, ${now})
    returning id`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error('insert returned no row')
  return row.id
}

export type Aliases = {
  articleId: number
  sourceId: number
  urlKeys: string[]
  guidKey: string | null
}

/** What it is known by from now on; what names an article already goes on naming that. */
export async function addAliases(
  db: Db,
  { articleId, sourceId, urlKeys, guidKey }: Aliases,
): Promise<void> {
  await sql`
    insert into article_alias (kind, source_id, key, article_id)
    select 'url', 0, key, ${articleId}::bigint from unnest(${urlKeys}::text[]) as key
     where not exists (select from article where url_key = key)
    union all
    select 'guid', ${sourceId}::bigint, ${guidKey}::text, ${articleId}::bigint
     where ${guidKey}::text is not null
       and not exists (select from article where (source_id, guid_key) = (${sourceId}, ${guidKey}))
    on conflict do nothing`.execute(db)
}

/** The words of a later revision, to find the article by; its bands are to be inserted anew. */
export async function changeWords(
  db: Db,
  { articleId, keys }: { articleId: number; keys: Fingerprint },
): Promise<void> {
  const minhash = keys.minhash === null ? null : Buffer.from(keys.minhash)
  await sql`
    with former as (delete from article_band where article_id = ${articleId})
    update article set content_key = ${keys.contentKey}, minhash = ${minhash} where id = ${articleId}`.execute(
    db,
  )
}

export async function insertBands(
  db: Db,
  { articleId, keys }: { articleId: number; keys: Fingerprint },
): Promise<void> {
  const hashes = keys.minhash === null ? [] : bandsOf(keys.minhash)
  await sql`
    insert into article_band (band, hash, article_id)
    select band, hash, ${articleId}
      from unnest(${bandNumbers(keys)}::smallint[], ${hashes}::bigint[]) as m (band, hash)`.execute(
    db,
  )
}
