import type { Context } from '#context.ts'

export type AuditEntry = {
  operatorId: number | null
  /** Who, as people say it: an operator's name, or the API token's. */
  actor: string
  verb: string
  subject: string
  detail?: Record<string, unknown>
}

/** Appends to the audit log; the table refuses every change and deletion. No mail address belongs in `detail`. */
export async function audit(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  entry: AuditEntry,
): Promise<void> {
  await db
    .insertInto('audit_event')
    .values({
      at: clock.now(),
      operator_id: entry.operatorId,
      actor: entry.actor,
      verb: entry.verb,
      subject: entry.subject,
      detail: JSON.stringify(entry.detail ?? {}),
    })
    .execute()
}

export async function listAudit({ db }: Pick<Context, 'db'>, limit: number) {
  return db
    .selectFrom('audit_event')
    .select(['at', 'actor', 'verb', 'subject', 'detail'])
    .orderBy('id', 'desc')
    .limit(Math.min(limit, 500))
    .execute()
}
