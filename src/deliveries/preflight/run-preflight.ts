import type { Dns } from '#mail/sender-dns/dns.ts'
import { getRulesById } from '#editions/draft/rules-store.ts'
import { checkNames, type Finding } from '#editions/preflight/finding.ts'
import { checkForms } from '#editions/preflight/form-check.ts'
import { checkLinks, type Looking } from '#editions/preflight/link-checks.ts'
import { checkShown } from '#editions/preflight/story-checks.ts'
import { type Edition, getEdition } from '#editions/store.ts'
import { checkAudience, checkFeeds } from './audience-check.ts'
import { checkForm } from './form-checks.ts'
import { linksOf } from './mail-checks.ts'
import { findLastLead, listOverridden, saveFindings } from './preflight-store.ts'
import { type Looked, lookForStops, type ReleaseNeeds } from './release-check.ts'
import { checkSender } from './sender-check.ts'

export type Preflight = {
  editionId: number
  contentHash: string
  findings: Finding[]
  /** Checks that stop, and that a person lets pass for this content. */
  overridden: string[]
  /** Whether anything stops that nobody lets pass. */
  fit: boolean
}

/** Whom the checks ask, so that tests answer instead. */
export type Asked = {
  fetch: Looking
  /** A resolver that has not asked anything yet: what it knows grows old. */
  openDns: () => Dns
  /** Where the keys that sign are; null where that is not known here. */
  dkimDir: string | null
  /** How long name servers are waited for. */
  patienceMs?: number
}

const STALE_HOURS = { daily: 36, weekly: 24 * 8, custom: 24 * 8, instant: 6 }
/** Random choices of stories that are composed and looked at; 100 take some seconds. */
const VARIANTS = 100

/** Looks at everything that could be wrong with an edition before it leaves, and keeps what it found with its hash. */
export async function runPreflight(
  context: ReleaseNeeds,
  {
    editionId,
    asked,
    random = Math.random,
    variants = VARIANTS,
  }: { editionId: number; asked: Asked; random?: () => number; variants?: number },
): Promise<Preflight> {
  const { db, clock } = context
  const edition = await getEdition(db, editionId)
  const now = clock.now()
  const looked = await lookForStops(context, edition, { random, variants })
  const findings = [
    ...looked.findings,
    ...checkForms(edition),
    ...(await checkMade({ edition, looked, asked })),
    ...(await checkLead(context, { edition, looked, now })),
    ...(await checkAudience(db, { edition, now })),
    ...(await checkFeeds(db)),
    ...(await checkSender(context, edition, { ...asked, dns: asked.openDns() })),
  ].toSorted((a, b) => checkNames.indexOf(a.check) - checkNames.indexOf(b.check))
  const { contentHash } = edition
  await saveFindings(db, { editionId, contentHash, findings, now })
  const overridden = await listOverridden(db, { editionId, contentHash })
  const fit = findings.every(
    ({ outcome, check }) => outcome !== 'stops' || overridden.includes(check),
  )
  return { editionId, contentHash, findings, overridden, fit }
}

async function checkMade({
  edition,
  looked: { mails, told },
  asked,
}: {
  edition: Edition
  looked: Looked
  asked: Asked
}): Promise<Finding[]> {
  if (mails === undefined) return []
  const headlines = told.map(({ item, article }) => item.headline?.text ?? article.headline)
  return [
    ...(await checkForm(edition, { mails, headlines })),
    ...(await checkLinks(linksOf(mails, edition), asked.fetch)),
  ]
}

async function checkLead(
  { db }: Pick<ReleaseNeeds, 'db'>,
  { edition, looked: { told }, now }: { edition: Edition; looked: Looked; now: Date },
): Promise<Finding[]> {
  const { id: editionId, newsletterId, draft } = edition
  const { cadence, freshnessHours } = await getRulesById(db, newsletterId)
  const lastLead = await findLastLead(db, { editionId, newsletterId })
  return checkShown(told, {
    draft,
    now,
    staleHours: freshnessHours ?? STALE_HOURS[cadence],
    lastLead,
  })
}
