import type { Generated, JSONColumnType } from 'kysely'

/** The tables that are written through the query builder; the heavy statements are plain SQL in each room's store. */
export type Tables = {
  setting: { name: string; value: JSONColumnType<object> }
  operator: {
    id: Generated<number>
    name: string
    role: 'viewer' | 'editor' | 'publisher' | 'admin'
    created_at: Date
    disabled_at: Date | null
  }
  api_token: {
    id: Generated<number>
    operator_id: number
    name: string
    scopes: string[]
    token_hash: Buffer
    created_at: Date
    expires_at: Date | null
    revoked_at: Date | null
    last_used_at: Date | null
  }
  audit_event: {
    id: Generated<number>
    at: Date
    operator_id: number | null
    actor: string
    verb: string
    subject: string
    detail: JSONColumnType<object>
  }
  source: {
    id: Generated<number>
    kind: 'feed' | 'sitemap' | 'api' | 'webhook' | 'page' | 'file'
    name: string
    url: string | null
    created_at: Date
  }
  topic: { id: Generated<number>; slug: string; name: string }
  newsletter: {
    id: Generated<number>
    slug: string
    name: string
    description: string
    kind: 'digest' | 'alerts'
    cadence: 'instant' | 'daily' | 'weekly' | 'custom'
    local_time: string
    uncertain_policy: Generated<'leave' | 'send again'>
    not_after: string
    created_at: Date
  }
  suppression: { address_hash: Buffer; reason: string; at: Date }
}
