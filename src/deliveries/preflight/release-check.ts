import type { Context } from '#context.ts'
import { type Finding, gathered, overridable, stops, warns } from '#editions/preflight/finding.ts'
import { checkCorrected, checkTold, listTold, type Told } from '#editions/preflight/story-checks.ts'
import { listMissingSettings } from '#editions/publication.ts'
import type { Edition } from '#editions/store.ts'
import { Refusal, reasonOf } from '#errors.ts'
import { type CheckedMail, composeMails, type Drawing } from './compose-mails.ts'
import { checkMails } from './mail-checks.ts'
import { listOverridden } from './preflight-store.ts'

export type ReleaseNeeds = Pick<Context, 'db' | 'clock' | 'config' | 'secrets' | 'relay'>

export type Looked = {
  findings: Finding[]
  told: Told[]
  /** Undefined where none can be made. */
  mails: [CheckedMail, ...CheckedMail[]] | undefined
}

/** No mail is drawn by chance as an edition leaves: that takes time, and was done ahead. */
const NONE_DRAWN: Drawing = { random: () => 0.5, variants: 0 }

/**
 * All that can stop an edition, found without asking anybody outside: some milliseconds, so that it is asked again as the
 * edition leaves.
 */
export async function lookForStops(
  context: ReleaseNeeds,
  edition: Edition,
  drawing: Drawing = NONE_DRAWN,
): Promise<Looked> {
  const told = await listTold(context.db, edition)
  const findings = [
    ...checkTold(told, context.clock.now()),
    ...(await checkCorrected(context.db, told)),
    ...(await checkPostalAddress(context)),
  ]
  try {
    const mails = await composeMails(context, edition, drawing)
    return { findings: [...checkMails(context, { edition, mails }), ...findings], told, mails }
  } catch (error) {
    const reason = `no mail can be made of it: ${reasonOf(error)}`
    return { findings: [stops('mails', reason), ...findings], told, mails: undefined }
  }
}

export type Stops = {
  /** Of which content. */
  contentHash: string
  /** What stops it, and nobody lets pass. */
  stops: Finding[]
  /** What a publisher lets pass, of exactly this content. */
  overridden: string[]
}

export async function findStops(context: ReleaseNeeds, edition: Edition): Promise<Stops> {
  const { findings } = await lookForStops(context, edition)
  const { id: editionId, contentHash } = edition
  const overridden = await listOverridden(context.db, { editionId, contentHash })
  return {
    stops: findings.filter(
      ({ outcome, check }) => outcome === 'stops' && !overridden.includes(check),
    ),
    overridden,
    contentHash,
  }
}

/**
 * The last look before an edition leaves, if `looked` was not at the same content.
 * @returns what a publisher lets pass
 * @throws Refusal that names the check, the fix, and how to let it pass
 */
export async function refuseUnfit(
  context: ReleaseNeeds,
  { edition, looked }: { edition: Edition; looked?: Stops | undefined },
): Promise<string[]> {
  const fresh = looked?.contentHash === edition.contentHash
  const { stops: found, overridden } = fresh ? looked : await findStops(context, edition)
  if (found.length === 0) return overridden
  throw new Refusal(`edition ${edition.id} is not released. ${stopsInWords(edition, found)}`, {
    field: 'check',
  })
}

/** "Postal address: nobody has set …. To let it pass: …" */
export function stopsInWords(
  { id }: Pick<Edition, 'id'>,
  found: readonly Pick<Finding, 'check' | 'reason'>[],
): string {
  const [first] = found.filter(({ check }) => overridable.includes(check))
  const words = found.map(({ check, reason }) => `${capital(check)}: ${reason}.`)
  return [
    ...words,
    ...(first === undefined
      ? []
      : [
          `A publisher lets it pass with: daybreak edition ${id} check --pass "${first.check}" --reason TEXT`,
        ]),
  ].join(' ')
}

function capital(words: string): string {
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`
}

/** Into the built-in inbox a made-up address does no harm. */
async function checkPostalAddress({ db, relay }: ReleaseNeeds): Promise<Finding[]> {
  const missing = await listMissingSettings({ db })
  const say = relay.test ? warns : stops
  return gathered(
    'postal address',
    missing.length === 0
      ? []
      : [
          say(
            'postal address',
            `say who you are before mail goes to real readers: set ${missing.join(', ')} with "daybreak settings set NAME VALUE"`,
          ),
        ],
    'the publisher says who it is and where',
  )
}
