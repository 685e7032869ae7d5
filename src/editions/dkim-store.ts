import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { DkimPin } from '#mail/dkim/dkim.ts'

/** Whether an edition that may still send was begun with this key. */
export async function isPinned(
  db: Db,
  { domain, selector }: { domain: string; selector: string },
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from edition
     where state in ('scheduled', 'sending', 'held')
       and dkim ->> 'domain' = ${domain} and dkim -> 'selectors' ? ${selector}
     limit 1`.execute(db)
  return rows.length > 0
}

/** No domain and no selectors: the relay signs, and that stays so when keys come up while the edition is on its way. */
const UNSIGNED: DkimPin = { domain: '', selectors: [] }

/**
 * Fixes which keys sign the edition, if its release left that open: the first sender that claims of it says so.
 * @returns the pin that stands
 */
export async function pinDkim(
  db: Db,
  { editionId, pin }: { editionId: number; pin: DkimPin | null },
): Promise<DkimPin> {
  const { rows } = await sql<{ dkim: DkimPin }>`
    update edition set dkim = ${JSON.stringify(pin ?? UNSIGNED)}::jsonb
     where id = ${editionId} and dkim is null
    returning dkim`.execute(db)
  if (rows[0] !== undefined) return rows[0].dkim
  const { rows: others } = await sql<{ dkim: DkimPin | null }>`
    select dkim from edition where id = ${editionId}`.execute(db)
  return others[0]?.dkim ?? UNSIGNED
}
