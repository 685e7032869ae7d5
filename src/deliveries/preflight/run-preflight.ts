import type { Context } from '#context.ts'
import { getRulesById } from '#editions/draft/rules-store.ts'
import { listMissingSettings } from '#editions/publication.ts'
import { getEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import {
  checkNames,
  type Finding,
  gathered,
  passed,
  stops,
  warns,
} from '#editions/preflight/finding.ts'
import { checkForms } from '#editions/preflight/form-check.ts'
import { checkLinks, type Looking } from '#editions/preflight/link-checks.ts'
import { checkMails, type Drawing } from './mail-checks.ts'
import {
  findLastLead,
  type Funnel,
  listHeldFeeds,
  listOverridden,
  readFunnel,
  saveFindings,
  saveOverride,
} from './preflight-store.ts'
import { checkStories, listTold } from '#editions/preflight/story-checks.ts'

type Needs = Pick<Context, 'db' | 'clock' | 'config' | 'secrets' | 'relay'>

export type Preflight = {
  editionId: number
  contentHash: string
  findings: Finding[]
  /** Checks that stop, and that a person lets pass for this content. */
  overridden: string[]
  /** Whether anything stops that nobody lets pass. */
  fit: boolean
}

const STALE_HOURS = { daily: 36, weekly: 24 * 8, custom: 24 * 8, instant: 6 }
/** An audience that is off by more than this from the last four is looked at. */
const DRIFT = 0.2

/** Looks at everything that could be wrong with an edition before it leaves, and keeps what it found with its hash. */
export async function runPreflight(
  context: Needs,
  { editionId, fetch, ...drawing }: { editionId: number; fetch: Looking } & Drawing,
): Promise<Preflight> {
  const { db, clock } = context
  const edition = await getEdition(db, editionId)
  const now = clock.now()
  const told = await listTold(db, edition)
  const { cadence, freshnessHours } = await getRulesById(db, edition.newsletterId)
  const lastLead = await findLastLead(db, { editionId, newsletterId: edition.newsletterId })
  const staleHours = freshnessHours ?? STALE_HOURS[cadence]
  const urls = told.flatMap(({ article }) => (article.url === null ? [] : [article.url]))
  const findings = [
    ...(await checkMails(context, edition, drawing)),
    ...checkForms(edition),
    ...checkStories(told, { now, staleHours, lastLead }),
    ...(await addressFaults(context)),
    ...(await checkLinks(urls, fetch)),
    ...audienceFaults(await readFunnel(db, { newsletterId: edition.newsletterId, now })),
    ...feedFaults(await listHeldFeeds(db)),
  ].toSorted((a, b) => checkNames.indexOf(a.check) - checkNames.indexOf(b.check))
  const { contentHash } = edition
  await saveFindings(db, { editionId, contentHash, findings, now })
  const overridden = await listOverridden(db, { editionId, contentHash })
  const fit = findings.every(
    ({ outcome, check }) => outcome !== 'stops' || overridden.includes(check),
  )
  return { editionId, contentHash, findings, overridden, fit }
}

/**
 * A publisher lets pass what a check stops, for exactly the content that was looked at.
 * @throws Refusal for a check that is none, or without a reason
 */
export async function overrideCheck(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  {
    editionId,
    check,
    operatorId,
    reason,
  }: { editionId: number; check: string; operatorId: number; reason: string },
): Promise<void> {
  if (!checkNames.some((name) => name === check))
    throw new Refusal(`there is no check "${check.slice(0, 40)}": use ${checkNames.join(', ')}`, {
      field: 'check',
    })
  const why = reason.trim()
  if (why === '') throw new Refusal('say why it may pass: a reason is missing', { field: 'reason' })
  const { contentHash } = await getEdition(db, editionId)
  await saveOverride(db, {
    editionId,
    contentHash,
    check,
    operatorId,
    reason: why,
    now: clock.now(),
  })
}

/** Into the built-in inbox a made-up address does no harm. */
async function addressFaults({ db, relay }: Needs): Promise<Finding[]> {
  const missing = await listMissingSettings({ db })
  const say = relay.test ? warns : stops
  return gathered(
    'postal address',
    missing.length === 0
      ? []
      : [
          say(
            'postal address',
            `nobody has set ${missing.join(', ')}: "daybreak settings set NAME VALUE"`,
          ),
        ],
    'the publisher says who it is and where',
  )
}

function audienceFaults({
  matched,
  confirmed,
  notSuppressed,
  notSnoozed,
  before,
}: Funnel): Finding[] {
  const funnel = `${matched} signed up, ${confirmed} confirmed, ${notSuppressed} may be mailed, ${notSnoozed} are not on a break`
  const mean = before.reduce((sum, size) => sum + size, 0) / Math.max(1, before.length)
  if (before.length < 4)
    return [passed('audience', `${funnel}; there are no four editions to compare with yet`)]
  const drift = (notSuppressed - mean) / Math.max(1, mean)
  if (Math.abs(drift) <= DRIFT)
    return [passed('audience', `${funnel}; the last four had ${Math.round(mean)}`)]
  return [
    warns(
      'audience',
      `${funnel}: ${Math.round(Math.abs(drift) * 100)} % ${drift < 0 ? 'fewer' : 'more'} than the last four had (${Math.round(mean)})`,
    ),
  ]
}

function feedFaults(held: readonly string[]): Finding[] {
  return gathered(
    'feeds',
    held.map((name) =>
      warns('feeds', `“${name}” brought many more items than usual, and they wait for a person`),
    ),
    'no feed brought more than usual',
  )
}
