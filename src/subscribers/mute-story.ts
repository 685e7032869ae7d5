import { sql } from 'kysely'
import type { Context } from '#context.ts'
import { openToken } from './tokens.ts'

/** How long alerts about a story stay away. */
export const MUTE_HOURS = 24

export type Mute = { subscriberId: number; storyId: number; headline: string; language: string }

/** What a "this story off" link of an alert stands for. Changes nothing. */
export async function readMute(
  { db, secrets }: Pick<Context, 'db' | 'secrets'>,
  token: string,
): Promise<Mute | undefined> {
  const opened = openToken(secrets, 'muteStory', token)
  if (opened === undefined) return undefined
  const { rows } = await sql<Mute>`
    select s.id as "subscriberId", es.story_id as "storyId", e.subject as headline, s.language
      from subscriber s, edition e join edition_story es on es.edition_id = e.id and es.position = 0
     where s.public_id = ${opened.publicId} and e.id = ${opened.reference}`.execute(db)
  return rows[0]
}

/** For a day no alert about the story goes to this reader; all others do. */
export async function muteStory(
  context: Pick<Context, 'db' | 'clock' | 'secrets'>,
  token: string,
): Promise<Mute | undefined> {
  const mute = await readMute(context, token)
  if (mute === undefined) return undefined
  await sql`
    insert into story_mute (subscriber_id, story_id, until)
    values (${mute.subscriberId}, ${mute.storyId}, ${context.clock.now()}::timestamptz + make_interval(hours => ${MUTE_HOURS}))
    on conflict (subscriber_id, story_id) do update set until = excluded.until`.execute(context.db)
  return mute
}
