import { sql } from 'kysely'
import { ingest } from '#articles/ingest.ts'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { clusterWaiting } from '#stories/cluster.ts'

/** Readers of the daily digest, each with one to eight topics at random, straight into the tables. */
export async function addFollowers(
  db: Db,
  { readers, topics, now }: { readers: number; topics: number; now: Date },
): Promise<void> {
  await sql`
    insert into topic (slug, name) select 'topic-' || n, 'Topic ' || n from generate_series(1, ${topics}::integer) n`.execute(
    db,
  )
  await sql`
    insert into subscriber (public_id, state, email, address_hash, domain, time_zone, language, created_at, confirmed_at)
    select n, 'active', 'reader' || n || '@gmail.com', sha256(('reader' || n)::bytea), 'gmail.com', 'Europe/London'
         , ('{en,de,fr,es,ar}'::text[])[1 + n % 5], ${now}, ${now}
      from generate_series(1, ${readers}::integer) n order by n`.execute(db)
  await sql`
    insert into subscription (subscriber_id, newsletter_id, cadence, changed_at)
    select s.id, n.id, 'daily', ${now} from subscriber s, newsletter n where n.slug = 'daily' order by s.id`.execute(
    db,
  )
  await sql`
    insert into subscription (subscriber_id, topic_id, cadence, changed_at)
    select s.id, 1 + (hashint8(s.id * 8 + k) & 65535) % ${topics}::integer, 'daily', ${now}
      from subscriber s cross join generate_series(0, 7) k
     where k <= (hashint8(s.id) & 65535) % 8
     order by s.id
    on conflict do nothing`.execute(db)
  for (const table of ['subscriber', 'subscription'])
    await sql`vacuum (analyze) ${sql.table(table)}`.execute(db)
  await sql`checkpoint`.execute(db)
}

const SYLLABLES = 'bal dor fen gim kal lur mav nor pel ros sil tam ven wyk zor hest'.split(' ')

/** Two stories of each topic through the whole intake, in words that no two of them share. */
export async function addStories(
  context: Pick<Context, 'db' | 'clock' | 'enqueue'> & Pick<Context, 'config'>,
  { topics }: { topics: number },
): Promise<void> {
  for (let number = 0; number < topics * 2; number += 1) {
    let seed = 7919 * (number + 1)
    const word = () =>
      Array.from({ length: 3 }, () => {
        seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
        return SYLLABLES[Math.floor((seed / 2 ** 32) * SYLLABLES.length)]
      }).join('')
    const sentence = () =>
      `The ${word()} of ${word()} was the ${word()} that the ${word()} had ${word()} before, with ${word()} after ${word()}.`
    const article = {
      headline: `Report of ${word()} and ${word()}`,
      url: `https://courier.example/report-${number}`,
      publisher: 'The Harbour Courier',
      topics: [`Topic ${1 + (number % topics)}`],
      paragraphs: Array.from({ length: 5 }, () => `${sentence()} ${sentence()}`),
    }
    await ingest(context, {
      input: {
        bytes: new TextEncoder().encode(JSON.stringify(article)),
        contentType: 'application/json',
      },
      origin: { kind: 'api', name: `desk ${number}` },
    })
  }
  await clusterWaiting(context)
}

/** One story of ten readers in a hundred by an alert, as the ledger keeps it. */
export async function addTold(db: Db, { now }: { now: Date }): Promise<void> {
  await sql`
    insert into edition (newsletter_id, kind, state, run_key, subject, preheader, language, edition_date, compiled
                        , content_hash, approved_hash, not_after, created_at, release_at, planned_at, sent_at, audience)
    select id, 'alert', 'sent', 'bench', 'Alert', '', 'en', ${now}::date, '{}', 'bench', 'bench', interval '1 hour', ${now}
         , ${now}, ${now}, ${now}, 0
      from newsletter where slug = 'breaking'`.execute(db)
  await sql`
    insert into edition_story (edition_id, position, story_id, article_id, revision, section)
    select e.id, 0, sa.story_id, sa.article_id, 1, 'Breaking'
      from edition e, (select story_id, article_id from story_article where lead order by story_id limit 1) sa
     where e.run_key = 'bench'`.execute(db)
  await sql`select ensure_delivery_partition(id) from edition where run_key = 'bench'`.execute(db)
  await sql`insert into variant (edition_id, id, blocks) select id, 1, '{0}' from edition where run_key = 'bench'`.execute(
    db,
  )
  await sql`
    insert into delivery (edition_id, subscriber_id, state, variant, cohort, destination, release_at, not_after, version
                         , address_version, attempt, sender_id, outcome_at)
    select e.id, s.id, 'accepted', 1, 1, 1, ${now}, ${now}::timestamptz + interval '1 hour', 1, 1, 1, 1, ${now}
      from edition e, subscriber s where e.run_key = 'bench' and s.id % 10 = 0 order by s.id`.execute(
    db,
  )
}
