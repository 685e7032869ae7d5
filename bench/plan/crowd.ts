import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** Shares of a hundred readers, roughly those of a general newspaper; the rest have domains of their own. */
const PROVIDERS = [
  ['gmail.com', 38],
  ['outlook.com', 9],
  ['hotmail.com', 8],
  ['yahoo.com', 10],
  ['icloud.com', 7],
] as const

const ZONES = [
  ['Europe/London', 60],
  ['Europe/Berlin', 12],
  ['America/New_York', 12],
  ['America/Los_Angeles', 6],
  ['Asia/Kolkata', 4],
  ['Asia/Tokyo', 3],
  ['Australia/Sydney', 3],
] as const

const TOPICS = 30
const STORIES = 10
/** Of a hundred readers, so many follow three topics; the others get every story. */
export const FOLLOWING = 20

/** Readers of the daily digest straight into the tables, then a settled database: no sender starts on a fresh bulk insert. */
export async function addCrowd(
  db: Db,
  { readers, now }: { readers: number; now: Date },
): Promise<void> {
  await sql`
    insert into subscriber (public_id, state, email, address_hash, domain, time_zone, language, created_at, confirmed_at)
    select n, 'active', 'reader' || n || '@' || d.domain, sha256(('reader' || n)::bytea), d.domain
         , (${arrayOf(ZONES)})[1 + (n * 31) % 100], 'en', ${now}, ${now}::timestamptz - make_interval(hours => n % 10000)
      from generate_series(1, ${readers}::integer) n
         , lateral (select coalesce((${arrayOf(PROVIDERS)})[1 + (n * 17) % 100], 'paper' || n % 2000 || '.example') as domain) d
     order by n`.execute(db)
  await sql`
    insert into subscription (subscriber_id, newsletter_id, cadence, changed_at)
    select s.id, n.id, 'daily', ${now} from subscriber s, newsletter n where n.slug = 'daily' order by s.id`.execute(
    db,
  )
  await sql`insert into topic (slug, name) select 'topic-' || n, 'Topic ' || n from generate_series(1, ${TOPICS}::integer) n`.execute(
    db,
  )
  await sql`
    insert into subscription (subscriber_id, topic_id, cadence, changed_at)
    select s.id, t.id, 'daily', ${now}
      from subscriber s cross join generate_series(0, 2) k
      join topic t on t.id = 1 + (hashint8(s.id * 3 + k) & 65535) % ${TOPICS}::integer
     where s.id % 100 < ${FOLLOWING}::integer
     order by s.id
    on conflict do nothing`.execute(db)
  for (const table of ['subscriber', 'subscription'])
    await sql`vacuum (analyze) ${sql.table(table)}`.execute(db)
  await sql`checkpoint`.execute(db)
}

/** One name a hundredth; null where none is left. */
function arrayOf(shares: readonly (readonly [string, number])[]) {
  const names = shares.flatMap(([name, share]) => Array.from({ length: share }, () => name))
  return sql`${names}::text[]`
}

/** An approved digest of ten stories, each of one topic. @returns its id */
export async function addEdition(db: Db, { now }: { now: Date }): Promise<number> {
  await db.transaction().execute(async (transaction) => {
    await sql`set constraints all deferred`.execute(transaction)
    await sql`insert into source (kind, name, created_at) values ('file', 'bench', ${now})`.execute(
      transaction,
    )
    await sql`
      with new_article as (
        insert into article (source_id, content_key, received_at)
        select s.id, 'bench ' || n, ${now} from source s, generate_series(1, ${STORIES}::integer) n
         where s.name = 'bench' order by n
        returning id
      ), new_revision as (
        insert into article_revision (article_id, revision, body_hash, headline, language, paragraphs, received_at)
        select id, 1, 'bench', 'Story ' || id, 'en', '{A paragraph.}', ${now} from new_article
      )
      insert into story (created_at) select ${now} from new_article`.execute(transaction)
    await sql`
      insert into article_topic (article_id, topic_id, position) select id, 1 + id % ${TOPICS}::integer, 0 from article`.execute(
      transaction,
    )
    await sql`
      insert into edition (newsletter_id, kind, state, run_key, subject, preheader, language, edition_date, compiled
                          , content_hash, approved_hash, not_after, created_at)
      select id, 'digest', 'approved', 'bench', 'Bench', '', 'en', ${now}::date, '{}', 'bench', 'bench', interval '3 days', ${now}
        from newsletter where slug = 'daily'`.execute(transaction)
    await sql`
      insert into edition_story (edition_id, position, story_id, article_id, revision, section)
      select e.id, row_number() over (order by a.id) - 1, a.id, a.id, 1, 'News'
        from article a, edition e where e.run_key = 'bench'`.execute(transaction)
  })
  const { rows } = await sql<{
    id: number
  }>`select id from edition where run_key = 'bench'`.execute(db)
  return rows[0]?.id ?? 0
}
