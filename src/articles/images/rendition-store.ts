import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export type Rendition = { hash: Buffer; width: number; height: number }

export async function findRendition(db: Db, sourceUrl: string): Promise<Rendition | undefined> {
  const { rows } = await sql<Rendition>`
    select hash, width, height from image_rendition where source_url = ${sourceUrl}`.execute(db)
  return rows[0]
}

export async function saveRendition(
  db: Db,
  input: Rendition & { sourceUrl: string; mediaType: string; bytes: Uint8Array; now: Date },
): Promise<void> {
  await sql`
    insert into image_rendition (hash, source_url, media_type, width, height, bytes, made_at)
    values (${input.hash}, ${input.sourceUrl}, ${input.mediaType}, ${input.width}, ${input.height}
          , ${Buffer.from(input.bytes)}, ${input.now})
    on conflict do nothing`.execute(db)
}

export async function findImage(
  db: Db,
  hash: Buffer,
): Promise<{ bytes: Buffer; mediaType: string } | undefined> {
  const { rows } = await sql<{ bytes: Buffer; mediaType: string }>`
    select bytes, media_type as "mediaType" from image_rendition where hash = ${hash}`.execute(db)
  return rows[0]
}

/**
 * Images made before then that no edition told and no later article has, a lot at a time. Their articles go without from
 * then on.
 */
export async function pruneRenditions(
  db: Db,
  { before, limit }: { before: Date; limit: number },
): Promise<void> {
  await sql`
    with unused as (
      select i.hash, encode(i.hash, 'hex') as name
        from image_rendition i
       where i.made_at < ${before}
         and not exists (
           select 1
             from article_revision r
            where (r.received_at >= ${before}
                   or exists (select 1 from edition_story es where es.article_id = r.article_id))
              and r.fitted_image is not null
              and substring(r.fitted_image ->> 'url' from '/images/([0-9a-f]{64})\\.jpg$') = encode(i.hash, 'hex'))
       order by i.made_at
       limit ${limit}),
    cleared as (
      update article_revision r set fitted_image = null
        from unused
       where r.fitted_image is not null
         and substring(r.fitted_image ->> 'url' from '/images/([0-9a-f]{64})\\.jpg$') = unused.name)
    delete from image_rendition i using unused where i.hash = unused.hash`.execute(db)
}
