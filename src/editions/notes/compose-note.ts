import { createHash } from 'node:crypto'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import type { NoteModel, NotePassage } from '#mail/template-model.ts'
import { compileNote } from '#mail/templates.ts'
import { countsOnly } from '#subscribers/segments/filter.ts'
import { getSegment } from '#subscribers/segments/segment.ts'
import type { AudienceRule } from '../audience-rule.ts'
import { contentHashOf } from '../content-hash.ts'
import { insertEdition, type NewEdition, replaceDraft } from '../content-store.ts'
import { dayIn } from '../dates.ts'
import { senderOf } from '../draft/compile-draft.ts'
import { mailFrameOf } from '../draft/mail-frame.ts'
import { type EditionRules, getRulesById } from '../draft/rules-store.ts'
import { withOwnForms } from '../draft/with-own-forms.ts'
import { listNewsletters } from '../newsletter.ts'
import { readSettings } from '../publication.ts'
import { type Compiled, findEdition, findEditionOfRun, getEdition } from '../store.ts'
import type { Note } from './note.ts'

/**
 * A hand-written edition as a draft: approved and sent as a digest is. Composed again with the same words for the same
 * readers on the same day, it is the same draft, renewed.
 * @throws Refusal for a newsletter, segment or edition that is not there, and for a note that is past changing
 */
export async function composeNote(
  context: Pick<Context, 'db' | 'clock' | 'config' | 'relay'>,
  { note, operatorId }: { note: Note; operatorId: number | null },
): Promise<{ editionId: number; audience: AudienceRule; newsletter: string; notes: string[] }> {
  const { db, clock, config } = context
  const rules = await getNewsletterRules(db, note.newsletter)
  const audience = await audienceOf(context, note)
  const set = await readSettings(context)
  const now = clock.now()
  const preheader = note.previewText ?? beginningOf(note.text)
  const model: NoteModel = {
    ...mailFrameOf({ rules, set, day: now }),
    subject: note.subject,
    preheader,
    passages: note.text,
  }
  const { mail, ...made } = await withOwnForms(rules, async (forms) =>
    compileNote({ ...model, forms }),
  )
  const compiled: Compiled = {
    form: 'single',
    html: mail.html,
    text: mail.text,
    ...made,
    sender: senderOf({ rules, set, publicUrl: config.publicUrl }),
  }
  const editionDate = dayIn(set.timeZone, now)
  const edition: NewEdition = {
    newsletterId: rules.id,
    kind: 'note',
    state: 'draft',
    runKey: runKeyOf(note, editionDate),
    subject: note.subject,
    preheader,
    language: set.language,
    editionDate,
    compiled,
    contentHash: contentHashOf({ subject: note.subject, preheader, compiled }),
    operatorId,
    authors: operatorId === null ? [] : [operatorId],
    audienceRule: audience,
    stories: [],
    now,
  }
  const editionId = await inTransaction(
    db,
    async (transaction) =>
      (await insertEdition(transaction, edition)) ?? (await replaceDraft(transaction, edition)),
  )
  if (editionId === undefined) throw await pastChanging(db, edition)
  return { editionId, audience, newsletter: rules.name, notes: mail.notes }
}

/** @throws Refusal that lists the newsletters there are */
async function getNewsletterRules(db: Db, slug: string): Promise<EditionRules> {
  const all = await listNewsletters(db)
  const found = all.find((newsletter) => newsletter.slug === slug)
  if (found !== undefined) return getRulesById(db, found.id)
  throw new Refusal(
    `there is no newsletter "${slug.slice(0, 60)}": use ${all.map((each) => each.slug).join(', ')}`,
    { field: 'newsletter', status: 404 },
  )
}

async function audienceOf(
  context: Pick<Context, 'db' | 'relay'>,
  { segment, got }: Note,
): Promise<AudienceRule> {
  if (segment !== undefined) return segmentOf(context, segment)
  if (got !== undefined) return gotten(context, got)
  return { newsletter: true }
}

async function segmentOf({ db }: Pick<Context, 'db'>, name: string): Promise<AudienceRule> {
  const { filter } = await getSegment({ db }, name)
  // The ledger would name for good who opened what, and readers were told that nobody does.
  if (countsOnly(filter))
    throw new Refusal(
      `the segment "${name}" asks who clicked: such a segment is counted and never written to. Use acted:30 for readers who did something themselves`,
      { field: 'segment' },
    )
  return { segment: name, filter }
}

async function gotten(
  { db, relay }: Pick<Context, 'db' | 'relay'>,
  editionId: number,
): Promise<AudienceRule> {
  const edition = await findEdition(db, editionId)
  if (edition === undefined)
    throw new Refusal(`there is no edition ${editionId}: "daybreak editions" lists them`, {
      status: 404,
      field: 'got',
    })
  const { releaseAt, test } = edition
  if (releaseAt === null)
    throw new Refusal(`edition ${editionId} has not been sent: nobody got it`, { field: 'got' })
  if (test !== relay.test)
    throw new Refusal(
      test
        ? `edition ${editionId} went into the built-in inbox: no reader got it`
        : `edition ${editionId} went to readers, and here SMTP_URL is not set: its readers are not written to from the built-in inbox`,
      { field: 'got', status: 409 },
    )
  return { edition: editionId }
}

/** The preview text continues the subject: the first words. */
function beginningOf(passages: readonly NotePassage[]): string {
  const [first] = passages.filter(({ kind }) => kind === 'text')
  const text = first?.kind === 'text' ? first.text : ''
  return text.length <= 140 ? text : `${text.slice(0, 139).replace(/\s+\S*$/, '')}…`
}

function runKeyOf({ segment, got, subject, previewText, text }: Note, editionDate: string): string {
  const words = JSON.stringify([segment, got, subject, previewText, text])
  return `note ${editionDate} ${createHash('sha256').update(words).digest('hex').slice(0, 24)}`
}

async function pastChanging(db: Db, run: NewEdition): Promise<Error> {
  const earlier = await findEditionOfRun(db, run)
  if (earlier === undefined) return new Error('a note is there and is not there')
  const { state } = await getEdition(db, earlier.id)
  return new Refusal(
    `the same note is edition ${earlier.id}, which is ${state}: change its words to write another one`,
    { status: 409 },
  )
}
