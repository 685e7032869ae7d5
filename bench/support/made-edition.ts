import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Context } from '#context.ts'
import { planEdition } from '#deliveries/plan.ts'
import { composeReaderMail, openForm } from '#deliveries/reader-mail.ts'
import { approveEdition, resumeEdition, sendEdition } from '#deliveries/send-edition.ts'
import { contentHashOf } from '#editions/content-hash.ts'
import { dayIn } from '#editions/dates.ts'
import { getNewsletter } from '#editions/newsletter.ts'
import { readSettings, senderLineOf } from '#editions/publication.ts'
import { insertEdition } from '#editions/content-store.ts'
import { type Compiled, getEdition, moveEdition } from '#editions/store.ts'
import { UNSIGNED } from '#mail/mime/write-message.ts'
import { openOperator } from '#operators/operator.ts'

/** In the HTML and in the text together. */
export const SLOTS = 30
const TEXT_SLOTS = 4
const NAMES = ['unsubscribeUrl', 'preferencesUrl', 'webViewUrl'] as const
const WORDS =
  'the council of Port Ansel voted on Friday to rebuild its old fish market – a “quiet revolution”, says the harbour office, and costs 14.2 million crowns'

/** A digest of about this many bytes on the wire with thirty links of the reader's own, approved. */
export async function makeEdition(
  context: Context,
  { bytes, newsletter = 'daily' }: { bytes: number; newsletter?: 'daily' },
): Promise<{ editionId: number; messageBytes: number }> {
  let scale = bytes / 2
  for (let tries = 0; ; tries += 1) {
    const made = await insert(context, { chars: Math.round(scale), newsletter })
    const off = made.messageBytes - bytes
    if (Math.abs(off) < bytes * 0.01 || tries > 8) return approve(context, made)
    scale = Math.max(100, scale * ((bytes - 4500) / (made.messageBytes - 4500)))
  }
}

async function insert(
  context: Context,
  { chars, newsletter: slug }: { chars: number; newsletter: string },
): Promise<{ editionId: number; messageBytes: number; contentHash: string }> {
  const { db, clock, config, secrets } = context
  const newsletter = await getNewsletter(db, { slug, kind: 'digest' })
  const set = await readSettings(context)
  const now = clock.now()
  const content = {
    subject: 'Council votes to rebuild the fish market',
    preheader: 'Rovers win the derby at the last minute',
    compiled: {
      form: 'single',
      html: htmlOf(chars),
      text: textOf(chars / 4),
      sender: senderLineOf(set, { publicUrl: config.publicUrl, newsletter }),
    } satisfies Compiled,
  }
  const contentHash = contentHashOf(content)
  const editionId = await insertEdition(db, {
    ...content,
    newsletterId: newsletter.id,
    kind: 'digest',
    state: 'draft',
    runKey: `bench ${randomUUID()}`,
    language: 'en',
    editionDate: dayIn(set.timeZone, now),
    contentHash,
    operatorId: null,
    stories: [],
    now,
  })
  if (editionId === undefined) throw new Error('the edition was not inserted')
  const form = openForm({ secrets, signer: null }, await getEdition(db, editionId))
  const reader = { subscriberId: 1, publicId: 1_000_001, addressVersion: 1, blocks: [0] }
  const mail = composeReaderMail(form, { ...reader, email: 'reader1@drill.example' })
  const { bytes } = await mail.message(UNSIGNED)
  return { editionId, messageBytes: bytes.length, contentHash }
}

async function approve(
  context: Context,
  { editionId, messageBytes, contentHash }: Awaited<ReturnType<typeof insert>>,
): Promise<{ editionId: number; messageBytes: number }> {
  const operator = await openOperator(context, 'bench')
  await approveEdition(context, { editionId, contentHash, operatorId: operator.id })
  return { editionId, messageBytes }
}

/** Planned to its last row and held: what is measured from here on is sending. No sender may be running yet. */
export async function planAndHold(
  context: Context,
  { editionId, signed }: { editionId: number; signed: boolean },
): Promise<void> {
  await sendEdition(context, { editionId, rule: 'now' })
  await planEdition(context, { editionId })
  if (!signed) {
    // Pinned before a sender could: it is sent without a signature whatever keys there are.
    const nobody = JSON.stringify({ domain: '', selectors: [] })
    await sql`update edition set dkim = ${nobody}::jsonb where id = ${editionId}`.execute(
      context.db,
    )
  }
  await moveEdition(context.db, { id: editionId, from: ['sending'], to: 'held', reason: 'bench' })
}

export async function letGo(context: Context, editionId: number): Promise<void> {
  await resumeEdition(context, editionId)
}

function htmlOf(chars: number): string {
  const links = SLOTS - TEXT_SLOTS
  const paragraph = filler(chars / links)
  const parts = Array.from(
    { length: links },
    (_, at) =>
      `<p style="margin:0 0 16px;font-family:Georgia,serif;font-size:17px">${paragraph} <a href="%%slot:${slotAt(at)}%%">Read on</a></p>`,
  )
  return `<!doctype html><html lang="en"><head><title>Morning digest</title></head><body>${parts.join('\n')}</body></html>`
}

function textOf(chars: number): string {
  const paragraph = filler(chars / TEXT_SLOTS)
  const parts = Array.from(
    { length: TEXT_SLOTS },
    (_, at) => `${paragraph}\n%%slot:${slotAt(at)}%%`,
  )
  return `${parts.join('\n\n')}\n`
}

function slotAt(at: number): string {
  return NAMES[at % NAMES.length] ?? 'unsubscribeUrl'
}

function filler(chars: number): string {
  return `${WORDS}. `
    .repeat(Math.ceil(chars / WORDS.length))
    .slice(0, Math.max(1, Math.round(chars)))
}
