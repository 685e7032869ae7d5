import { sql } from 'kysely'
import { z } from 'zod'
import type { Db } from '#db/open.ts'

/** What a check before sending found, in words. */
export type Finding = { check: string; outcome: 'stops' | 'warns' | 'cannot check'; reason: string }

const finding = z.object({
  check: z.string(),
  outcome: z.enum(['stops', 'warns', 'cannot check']),
  reason: z.string(),
})

/** What the last pre-flight of exactly this content found; null where it was not looked at yet. */
export async function findFindings(
  db: Db,
  { editionId, contentHash }: { editionId: number; contentHash: string },
): Promise<Finding[] | null> {
  const { rows } = await sql<{ findings: unknown }>`
    select findings from edition_check where edition_id = ${editionId} and content_hash = ${contentHash}`.execute(
    db,
  )
  const [row] = rows
  if (row === undefined) return null
  const list = Array.isArray(row.findings) ? row.findings : []
  return list.flatMap((each) => {
    const read = finding.safeParse(each)
    return read.success ? [read.data] : []
  })
}

export async function listNames(db: Db, ids: readonly number[]): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from operator where id = any(${[...ids]}::bigint[]) order by name limit 100`.execute(
    db,
  )
  return rows.map(({ name }) => name)
}
