import { createHmac, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Witness } from './witness.ts'

export type ConsentKind =
  | 'asked'
  | 'confirmed'
  | 'added'
  | 'imported'
  | 'left'
  | 'returned'
  | 'changed'
  | 'snoozed'
  | 'address changed'
  | 'suppressed'
  | 'lifted'
  | 'erased'

export type Cadence = 'instant' | 'daily' | 'weekly' | 'off'

export type ConsentEvent = {
  subscriberId: number
  /** Neither a newsletter nor a topic: about everything. */
  newsletterId?: number | null
  topicId?: number | null
  kind: ConsentKind
  cadence?: Cadence
  /** The edition whose mail made the reader leave. */
  editionId?: number | null
  witness: Witness
  now: Date
}

/** Appends to the consent ledger; the table refuses every change and deletion. */
export async function recordConsent(db: Db, event: ConsentEvent): Promise<void> {
  const { subscriberId, witness } = event
  await sql`
    insert into consent_event (at, subscriber_id, newsletter_id, topic_id, kind, cadence, edition_id, form, form_version
                             , network_hash, token_id, operator_id, api_token_id, import_id, stated_at)
    values (${event.now}, ${subscriberId}, ${event.newsletterId ?? null}, ${event.topicId ?? null}, ${event.kind}
          , ${event.cadence ?? null}, ${event.editionId ?? null}, ${witness.form}, ${witness.formVersion ?? null}
          , ${await hashNetwork(db, { subscriberId, network: witness.network })}, ${witness.tokenId ?? null}
          , ${witness.operatorId ?? null}, ${witness.apiTokenId ?? null}, ${witness.importId ?? null}
          , ${witness.statedAt ?? null})`.execute(db)
}

/** Under the reader's own key, made with the first network that is known: without it the hash tells nothing. */
async function hashNetwork(
  db: Db,
  { subscriberId, network }: { subscriberId: number; network: string | undefined },
): Promise<Buffer | null> {
  if (network === undefined) return null
  const { rows } = await sql<{ key: Buffer }>`
    insert into subscriber_key (subscriber_id, key) values (${subscriberId}, ${randomBytes(32)})
    on conflict (subscriber_id) do update set key = subscriber_key.key
    returning key`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error('insert returned no row')
  return createHmac('sha256', row.key).update(network).digest().subarray(0, 16)
}
