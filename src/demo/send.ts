import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { readAccounts } from '#deliveries/accounts.ts'
import { approveEdition, sendEdition } from '#deliveries/send-edition.ts'
import { composeDigest } from '#editions/compose-digest.ts'
import { getEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import { createToken } from '#operators/api-token.ts'
import { audit } from '#operators/audit.ts'
import { type Operator, openOperator } from '#operators/operator.ts'
import { findByAddress } from '#subscribers/store.ts'
import { hashAddress } from '#secrets.ts'
import { sealToken } from '#subscribers/tokens.ts'
import type { Breaking } from './newsroom.ts'
import type { Told } from './run.ts'

const PATIENCE_MS = 60_000

/** The editor's morning: compose, look, approve, send. A reader leaves in between, and gets nothing. */
export async function sendDigest(
  told: Told,
): Promise<{ editionId: number; stories: number; firstAcceptedMs: number }> {
  const { app, say } = told
  const { context } = app
  const editor = await openOperator(context, 'demo-editor')
  const { editionId, stories } = await composeDigest(context, {
    newsletterSlug: 'daily',
    operatorId: editor.id,
    again: false,
  })
  const edition = await getEdition(context.db, editionId)
  say(
    `digest composed of ${stories === 1 ? '1 story' : `${stories} stories`}: “${edition.subject}”`,
  )
  await approveEdition(context, {
    editionId,
    contentHash: edition.contentHash,
    operatorId: editor.id,
  })
  await note(told, editor, { verb: 'approve', editionId })
  await oneReaderLeaves(told)
  const released = Date.now()
  await sendEdition(context, { editionId, rule: 'now', spreadMs: 0 })
  await note(told, editor, { verb: 'send', editionId })
  const firstAcceptedMs = await untilSent(told, { editionId, since: released })
  say(`digest sent: first mail accepted after ${firstAcceptedMs} ms`)
  return { editionId, stories, firstAcceptedMs }
}

/** The newsroom's CMS pushes a breaking article with a token that may release alerts. */
export async function sendAlert(
  told: Told,
  { bytes }: Breaking,
): Promise<{ editionId: number; firstAcceptedMs: number }> {
  const { app, say } = told
  const operator = await openOperator(app.context, 'demo-editor')
  const token = await createToken(app.context, {
    operator,
    name: 'cms',
    scopes: ['articles:write', 'alerts:release'],
  })
  const posted = Date.now()
  const response = await fetch(new URL('api/v1/articles', app.context.config.publicUrl), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: Buffer.from(bytes),
  })
  const answer = z.object({ alert: z.object({ edition: z.number() }) }).parse(await response.json())
  const editionId = answer.alert.edition
  const firstAcceptedMs = await untilSent(told, { editionId, since: posted })
  const { subject } = await getEdition(app.context.db, editionId)
  say(
    `breaking: “${subject}”; first alert accepted ${firstAcceptedMs} ms after the article was posted`,
  )
  return { editionId, firstAcceptedMs }
}

/** One click in a mail program: a POST without a cookie (RFC 8058). */
async function oneReaderLeaves({ app, say }: Told): Promise<void> {
  const { context } = app
  const subscriber = await findByAddress(
    context.db,
    hashAddress(context.secrets, 'vera@readers.example'),
  )
  if (subscriber === undefined) throw new Error('the demo has lost a reader')
  const token = sealToken(context.secrets, 'unsubscribe', {
    publicId: subscriber.publicId,
    reference: 0,
    addressVersion: 0,
  })
  const response = await fetch(new URL(`u/${token}`, context.config.publicUrl), {
    method: 'POST',
    body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
  })
  if (!response.ok) throw new Refusal(`unsubscribing answered ${response.status}`)
  say('one reader unsubscribed with one click after the digest was approved')
}

export async function untilSent(
  { app }: Told,
  { editionId, since }: { editionId: number; since: number },
): Promise<number> {
  for (const began = performance.now(); performance.now() - began < PATIENCE_MS;) {
    const { state, stateReason } = await getEdition(app.context.db, editionId)
    if (state === 'sent') {
      const { firstAcceptedAt } = await readAccounts(app.context.db, editionId)
      return (firstAcceptedAt?.getTime() ?? Date.now()) - since
    }
    if (state !== 'sending')
      throw new Refusal(`edition ${editionId} is ${state}: ${stateReason ?? 'no reason given'}`)
    await sleep(50)
  }
  throw new Refusal(
    `edition ${editionId} was not sent within ${PATIENCE_MS / 1000} s: run it again with LOG_LEVEL=debug`,
  )
}

async function note(
  { app }: Told,
  operator: Operator,
  { verb, editionId }: { verb: string; editionId: number },
): Promise<void> {
  await audit(app.context, {
    operatorId: operator.id,
    actor: operator.name,
    verb,
    subject: `edition ${editionId}`,
  })
}
