import { Refusal } from '#errors.ts'
import type { Db } from '#db/open.ts'
import { findSource } from './source-store.ts'

export const sourceStates = ['active', 'failing', 'inactive', 'gone', 'paused'] as const
export type SourceState = (typeof sourceStates)[number]

export const alertTrusts = ['off', 'draft', 'release'] as const

/** A feed or sitemap that is polled. */
export type Source = {
  id: number
  kind: 'feed' | 'sitemap'
  name: string
  url: string
  title: string | null
  siteUrl: string | null
  language: string | null
  rank: number
  state: SourceState
  bodyFrom: 'page' | 'feed'
  /** What becomes of an item that it calls breaking: nothing, an alert that waits for a person, or one that leaves without. */
  alerts: (typeof alertTrusts)[number]
  etag: string | null
  lastModified: string | null
  pollAt: Date | null
  polledAt: Date | null
  succeededAt: Date | null
  failures: number
  error: string | null
  seededAt: Date | null
  /** `active`: its hub tells us what is new. */
  websub: 'wanted' | 'asked' | 'active' | 'denied' | 'expired' | null
}

/** By its number, its name or its address. @throws Refusal where there is none */
export async function getSource(db: Db, named: string | number): Promise<Source> {
  const source = await findSource(db, named)
  if (source !== undefined) return source
  throw new Refusal(
    `there is no feed ${typeof named === 'number' ? named : `"${named.slice(0, 100)}"`}: "daybreak feeds" lists them`,
    { field: 'feed', status: 404 },
  )
}

export function stateInWords(state: SourceState): string {
  switch (state) {
    case 'active':
      return 'works'
    case 'failing':
      return 'has trouble'
    case 'inactive':
      return 'does not answer, asked once a day'
    case 'gone':
      return 'gone, not asked any more'
    case 'paused':
      return 'paused'
  }
}
