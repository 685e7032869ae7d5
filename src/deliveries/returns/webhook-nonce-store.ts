import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Provider } from './provider-event.ts'

export type WebhookNonce = { channel: Provider; nonce: string }

const KEPT = '1 day'

/**
 * The body that the word belongs to: the one it came with first, whoever else asks at the same moment. Old words go, by
 * then the provider has stopped to repeat itself.
 */
export async function claimNonce(
  db: Db,
  { channel, nonce, body, now }: WebhookNonce & { body: Buffer; now: Date },
): Promise<Buffer> {
  const { rows } = await sql<{ body: Buffer }>`
    with gone as (
      delete from webhook_nonce where at < ${now}::timestamptz - ${KEPT}::interval)
    insert into webhook_nonce (channel, nonce, body, at) values (${channel}, ${nonce}, ${body}, ${now})
    on conflict (channel, nonce) do update set body = webhook_nonce.body
    returning body`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error('the word of a webhook was neither new nor known')
  return row.body
}

/** The body that the word came with, when it came before. */
export async function findNonce(
  db: Db,
  { channel, nonce }: WebhookNonce,
): Promise<Buffer | undefined> {
  const { rows } = await sql<{ body: Buffer }>`
    select body from webhook_nonce where channel = ${channel} and nonce = ${nonce}`.execute(db)
  return rows[0]?.body
}
