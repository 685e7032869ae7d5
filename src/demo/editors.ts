import { sql } from 'kysely'
import { acceptCorrection } from '#deliveries/corrections/accept-correction.ts'
import { approveEdition, sendEdition } from '#deliveries/send-edition.ts'
import { decideCorrection } from '#editions/corrections/decide-correction.ts'
import { openCorrection } from '#editions/corrections/open-correction.ts'
import { getEdition } from '#editions/store.ts'
import { openOperator } from '#operators/operator.ts'
import type { Told } from './run.ts'
import { untilSent } from './send.ts'

/** Who got what, and why: a reader who follows topics, one who had the story by alert, one who had not. */
export async function showReaders({ app, say }: Told, digest: number): Promise<void> {
  const { db } = app.context
  for (const [name, about] of [
    ['edda', 'follows harbour and sport'],
    ['ada', 'follows nothing, and had the alert'],
    ['yara', 'follows nothing, and has no alerts'],
  ] as const) {
    const { rows } = await sql<{ headline: string }>`
      select r.headline
        from delivery d
        join subscriber s on s.id = d.subscriber_id and s.email = ${`${name}@readers.example`}
        join variant v on v.edition_id = d.edition_id and v.id = d.variant
        join edition_story es on es.edition_id = d.edition_id and es.position = any(v.blocks)
        join article_revision r on (r.article_id, r.revision) = (es.article_id, es.revision)
       where d.edition_id = ${digest}
       order by es.position`.execute(db)
    const [first, ...rest] = rows.map(({ headline }) => `“${headline}”`)
    say(
      `${name} ${about}: ${first ?? 'nothing'}${rest.length === 0 ? '' : ` and ${rest.length} more`}`,
    )
  }
}

const WRONG = 'We wrote that the flood wall was backed by all of the council.'
const RIGHT = 'Two councillors voted against it.'

/** A story of the digest turns out wrong: exactly its readers are told, under the mail that they had. */
export async function correct(told: Told, digest: number): Promise<{ editionId: number }> {
  const { app, say } = told
  const { context } = app
  const editor = await openOperator(context, 'demo-editor')
  const { rows } = await sql<{ id: number; headline: string }>`
    select es.article_id as id, r.headline
      from edition_story es join article_revision r on (r.article_id, r.revision) = (es.article_id, es.revision)
     where es.edition_id = ${digest} and not es.followers
     order by r.headline ilike '%flood wall%' desc, es.position
     limit 1`.execute(context.db)
  const [wrong] = rows
  if (wrong === undefined) throw new Error('the digest has no story')
  const opened = await openCorrection(context, {
    articleId: wrong.id,
    foundBy: 'editor',
    operatorId: editor.id,
  })
  if (opened === undefined) throw new Error('a correction is open already')
  const proposals = await decideCorrection(context, {
    correctionId: opened.correctionId,
    label: 'correction',
    was: WRONG,
    isNow: RIGHT,
    way: 'edition',
    headline: wrong.headline,
    summary: RIGHT,
    operator: editor,
  })
  const [accepted] = await acceptCorrection(context, {
    correctionId: opened.correctionId,
    hashes: proposals.map(({ contentHash }) => contentHash),
    operatorId: editor.id,
  })
  const editionId = accepted?.correctionEdition ?? 0
  const { contentHash } = await getEdition(context.db, editionId)
  await approveEdition(context, { editionId, contentHash, operatorId: editor.id })
  const released = Date.now()
  await sendEdition(context, { editionId, rule: 'now' })
  await untilSent(told, { editionId, since: released })
  say(
    `“${wrong.headline}” was wrong: ${accepted?.reach.copies ?? 0} readers had it, and ${accepted?.reach.reachable ?? 0} of them are told, under the mail they had; its web page says so too`,
  )
  return { editionId }
}
