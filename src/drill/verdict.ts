import { tableOf } from '#commands/command.ts'
import type { Proof } from './proof.ts'
import type { Happened } from './scene.ts'

/** What was done while an edition went out, and what became of it. */
export type Told = { proof: Proof; happened: Happened }

export type Drilled = {
  readers: number
  connections: number
  processes: number
  leaseSeconds: number
  seed: number
  queue: 'postgres' | 'redis'
  database: 'embedded' | 'DATABASE_URL'
  /** With kills, restarts and losses of jobs: at most one mail a connection and kill is uncertain. */
  first: Told
  /** With journals lost and cut, a stall and a long absence of the database: what a sender had in hand may be. */
  second: Told
  endedByThemselves: number
  uncertainLimit: number
  broken: string[]
  /** Where the drill's folder was left, when a promise broke. */
  folder: string | null
  durationMs: number
}

const MID_BODY_SHARE = 0.8
/** Below this, that all or none of the uncertain mails arrived may be chance. */
const ENOUGH = 5

/** Which promises broke, in words; empty when all were kept. */
export function listBroken({
  first,
  second,
  connections,
}: Pick<Drilled, 'first' | 'second' | 'connections'>): string[] {
  const { kills, killsMidBody } = first.happened
  const { uncertain, uncertainOfKilled: rows, uncertainOfKilledAtSink: had } = first.proof
  const broken = [
    ...brokenOf('the first edition', first),
    ...brokenOf('the second edition', second),
  ]
  const must = (kept: boolean, sentence: string) => {
    if (!kept) broken.push(sentence)
  }
  must(
    uncertain <= kills * connections,
    `${uncertain} mails are uncertain after ${kills} kills on ${connections} connections`,
  )
  must(
    killsMidBody >= kills * MID_BODY_SHARE,
    `only ${killsMidBody} of ${kills} kills found a mail in the middle: they prove little`,
  )
  must(
    rows < ENOUGH || (had > 0 && had < rows),
    `of the ${rows} uncertain mails of killed senders ${had === 0 ? 'none' : 'all'} arrived: that cannot be chance`,
  )
  return broken
}

function brokenOf(edition: string, { proof }: Told): string[] {
  const broken: string[] = []
  const must = (kept: boolean, sentence: string) => {
    if (!kept) broken.push(`${edition}: ${sentence}`)
  }
  must(
    proof.state === 'sent',
    `it is ${proof.state}${proof.stateReason === null ? '' : ` (${proof.stateReason})`}, not sent`,
  )
  must(proof.lost === 0, `${proof.lost} mails were lost`)
  must(proof.doubled === 0, `${proof.doubled} mails left twice`)
  must(proof.denied === 0, `${proof.denied} mails left, and the ledger says that they did not`)
  must(proof.strangers === 0, `${proof.strangers} mails at the sink belong to no row`)
  for (const { pid, uncertain, allowance } of proof.overAllowance) {
    must(
      false,
      `process ${pid} left ${uncertain} mails uncertain, and what was done to it explains ${allowance}`,
    )
  }
  must(proof.orphans === 0, `${proof.orphans} rows belong to no reader, edition, variant or cohort`)
  must(!proof.tallyDiffers, 'the counters do not say what the ledger says')
  return broken
}

/** What was done, and what became of the mails. */
export function linesOf(drilled: Drilled): string[] {
  const { first, second, broken } = drilled
  return [
    ...linesOfEdition('first edition: kills', first),
    '',
    ...linesOfEdition('second edition: worse', second),
    '',
    `may have arrived after kills: ${first.proof.uncertain} of at most ${drilled.uncertainLimit}`,
    ...(broken.length === 0
      ? ['every promise was kept']
      : [
          ...broken.map((sentence) => `broken: ${sentence}`),
          `run it again with --seed ${drilled.seed}; journals and logs are in ${drilled.folder}`,
        ]),
  ]
}

function linesOfEdition(head: string, { proof, happened }: Told): string[] {
  const done = [
    ['kills', happened.kills],
    ['of them with a mail in the middle', happened.killsMidBody],
    ['journals lost', happened.journalsLost],
    ['journals cut', happened.journalsCut],
    ['senders that stood still past their lease', happened.stalls],
    ['restarts of PostgreSQL', happened.databaseRestarts],
    ['absences of PostgreSQL longer than a lease', happened.databaseAbsences],
    ['losses of all jobs in Redis', happened.redisFlushes],
  ] as const
  const counts = [
    ['planned', proof.planned],
    ['sent', proof.accepted],
    ['refused by the mail system', proof.rejected],
    ['left out', proof.excluded],
    ['may have arrived', proof.uncertain],
    ['may have arrived, and did', proof.uncertainAtSink],
    ['lost', proof.lost],
    ['doubled', proof.doubled],
  ] as const
  return [
    '',
    ...tableWith(head, [...done.filter(([, count]) => count > 0), ...counts]),
    ...happened.notTried.map((what) => `not tried: ${what}`),
  ]
}

/** One object for programs: the counts of the first edition, `lost` and `doubled` of both. */
export function objectOf({ first, second, ...rest }: Drilled): Record<string, unknown> {
  const { kills, killsMidBody } = first.happened
  return {
    ...rest,
    kept: rest.broken.length === 0,
    ...first.happened,
    killsMidBodyShare: kills === 0 ? null : killsMidBody / kills,
    ...first.proof,
    lost: first.proof.lost + second.proof.lost,
    doubled: first.proof.doubled + second.proof.doubled,
    second: { ...second.happened, ...second.proof },
  }
}

function tableWith(head: string, list: readonly (readonly [string, number])[]): string[] {
  return tableOf(list.map(([name, count]) => ({ [head]: name, count })))
}
