import { sql } from 'kysely'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { similarity } from './minhash.ts'
import { MOST_A_BAND } from './identity-store.ts'

/** Measured on edited copies of news: pairs from 0.4 on were copies (precision 0.98, recall 0.99). */
export const COPIED = 0.4

export type NearDuplicate = { articleId: number; similarity: number }

/** Other articles with much of the same text, such as agency copy on other sites; the nearest first. */
export async function listNearDuplicates(
  db: Db,
  articleId: number,
  { days = 7, least = COPIED }: { days?: number; least?: number } = {},
): Promise<NearDuplicate[]> {
  const rows = await listSharingBands(db, { articleId, days })
  return rows
    .map((row) => ({ articleId: row.id, similarity: similarity(row.minhash, row.own) }))
    .filter((row) => row.similarity >= least)
    .toSorted((a, b) => b.similarity - a.similarity || a.articleId - b.articleId)
}

type Row = { id: number; minhash: Buffer; own: Buffer }

/**
 * Each band by its index, and only so many of what shares it: left to choose, PostgreSQL reads all bands of the week
 * (4 ms at 300 articles and growing with them; this way 0.5 ms).
 */
async function listSharingBands(
  db: Db,
  { articleId, days }: { articleId: number; days: number },
): Promise<Row[]> {
  const { rows } = await sql<Row>`
    with own as materialized (select minhash, received_at from article where id = ${articleId}),
    sharing as materialized (
      select its.article_id, count(*) as bands
        from article_band mine
       cross join lateral (
         select b.article_id from article_band b
          where (b.band, b.hash) = (mine.band, mine.hash) and b.article_id <> ${articleId}
          order by b.article_id desc limit ${MOST_A_BAND}) its
       where mine.article_id = ${articleId}
       group by its.article_id)
    select b.id, b.minhash, own.minhash as own
      from sharing
      join article b on b.id = sharing.article_id
     cross join own
     where own.minhash is not null and b.minhash is not null
       and b.received_at between own.received_at - make_interval(days => ${days})
                             and own.received_at + make_interval(days => ${days})
     order by sharing.bands desc, b.id
     limit 200`.execute(db)
  return rows
}

/** The bands of articles too old to be compared: they would be 32 rows an article for ever. */
export async function forgetOldBands({ db, clock }: Pick<Context, 'db' | 'clock'>): Promise<void> {
  await deleteBandsBefore(db, new Date(clock.now().getTime() - KEPT_MS))
}

const KEPT_MS = 30 * 86_400_000

async function deleteBandsBefore(db: Db, until: Date): Promise<void> {
  await sql`
    delete from article_band
     where article_id <= (select id from article where received_at < ${until} order by id desc limit 1)`.execute(
    db,
  )
}
