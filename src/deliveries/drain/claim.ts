import type { Db } from '#db/open.ts'
import {
  type Claimed,
  type ClaimInput,
  type Claim,
  claimRetries,
  claimWalk,
  lockDrain,
  lockRetries,
  planByIndex,
  type Retries,
  type Stamp,
  type Walk,
} from '../claim-store.ts'
import { type Grant, grantMails, type LimitedRelays } from '../pace.ts'
import { addTally, type Deltas, type What } from '../tally-store.ts'
import { readBreakers, takeProbe } from '../trouble/breaker-store.ts'
import { PROBE_MAILS } from '../trouble/trouble-rules.ts'

/** The roads that rows come by: a walk through rows nobody has tried, and rows to be tried again. */
export type Road = 'walk' | 'retries'

export type Question = Omit<ClaimInput, 'limit' | 'avoid' | 'shut'> & {
  lane: 'alert' | 'digest'
  want: number
  roads: Road[]
  avoid: number[]
  relays: LimitedRelays
  /** Whether the edition may be sent as it is; when not, the answer has moved it out of the way. */
  admit(stamp: Stamp): Promise<boolean>
}

export type Answer = {
  /** Undefined when nothing is due, or nothing may go now. */
  found: Found | undefined
  /** What limit kept due rows back. */
  because: string | null
}

export type Found = {
  editionId: number
  destination: number
  road: Road
  rows: Claimed[]
  /** How many mails may be on their way to the destination at once. */
  concurrency: number | null
  /** Whether these mails find out if a destination that refused us is mended. */
  probes: boolean
}

type Breakers = Awaited<ReturnType<typeof readBreakers>>

/** Walks that are looked at in one transaction: each of them may have a limit of its own. */
const TRIES = 20

/** Claims the next rows that are due and may go, counts them, and takes their share of the limits. */
export async function claimNext(db: Db, question: Question): Promise<Answer> {
  await planByIndex(db)
  const answer: Answer = { found: undefined, because: null }
  const breakers = await readBreakers(db, question.now)
  for (const road of question.roads) {
    answer.found = await claimBy(db, { road, question, breakers, answer })
    if (answer.found !== undefined) break
  }
  return answer
}

async function claimBy(
  db: Db,
  {
    road,
    question,
    breakers: { shut, mayTry },
    answer,
  }: { road: Road; question: Question; breakers: Breakers; answer: Answer },
): Promise<Found | undefined> {
  const avoid = [...question.avoid]
  for (let tries = 0; tries < TRIES; tries += 1) {
    const input = { ...question, avoid, shut, limit: question.want }
    const due = road === 'walk' ? await lockDrain(db, input) : await lockRetries(db, input)
    if (due === undefined) return undefined
    if (!(await question.admit(due))) continue
    const grant = await ask(db, { question, due })
    if (grant.mails <= 0) {
      answer.because ??= grant.because
      avoid.push(due.destination)
      continue
    }
    const probes = mayTry.includes(due.destination)
    if (probes && !(await takeProbe(db, { ...due, now: question.now }))) {
      avoid.push(due.destination)
      continue
    }
    const most = probes ? PROBE_MAILS : question.want
    const limited = { ...input, limit: Math.min(most, grant.mails) }
    const claim =
      'ids' in due
        ? await claimRetries(db, { retries: due, input: limited })
        : await claimWalk(db, { walk: due, input: limited })
    await count(db, { due, claim, question, road })
    answer.because ??= grant.because
    return { ...due, road, rows: claim.claimed, concurrency: grant.concurrency, probes }
  }
  return undefined
}

async function ask(
  db: Db,
  { question, due }: { question: Question; due: Walk | Retries },
): Promise<Grant> {
  const { lane, relays, now, want } = question
  const { editionId, cohort, destination } = due
  const retries = 'ids' in due
  const most = retries ? Math.min(want, due.ids.length) : want
  return grantMails(db, { lane, editionId, cohort, destination, want: most, retries, relays, now })
}

/** From what the claim returned, never from what it was asked for. */
async function count(
  db: Db,
  { due, claim, question, road }: { due: Stamp; claim: Claim; question: Question; road: Road },
): Promise<void> {
  const deltas: Deltas = { claimed: claim.claimed.length }
  let rows = claim.claimed.length
  for (const [fate, excluded] of Object.entries(claim.excludedBy)) {
    const what: What = fate === 'uncertain' ? fate : `excluded/${fate}`
    deltas[what] = excluded
    rows += excluded
  }
  if (road === 'retries') deltas.retry = -rows
  await addTally(db, {
    editionId: due.editionId,
    shard: question.senderId,
    deltas,
    at: question.now,
  })
}
