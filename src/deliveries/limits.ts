import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import type { Pace } from './pace-bucket.ts'
import { dropPace, listDestinations, lockPace, putCeiling, putConnections } from './pace-store.ts'
import { dropBreaker } from './trouble/breaker-store.ts'
import { type Curve, STANDARD } from './warm-up.ts'
import { readCurves, writeCurves } from './warm-up-store.ts'

type Needs = Pick<Context, 'db' | 'clock'>

/** What a person allows a destination; what is not named stays. */
export type Limit = { rate?: number | undefined; connections?: number | undefined }

/** @throws Refusal that names the destination or the figure */
export async function setLimit(
  { db, clock }: Needs,
  { destination, rate, connections }: Limit & { destination: string },
): Promise<void> {
  if (rate === undefined && connections === undefined) {
    throw new Refusal('say what to limit: --rate mails a second, --connections at once, or both', {
      field: 'rate',
    })
  }
  refuseFigure(rate, { field: 'rate', whole: false })
  refuseFigure(connections, { field: 'connections', whole: true })
  const now = clock.now()
  await inTransaction(db, async (transaction) => {
    const { name } = await placeOf(transaction, destination)
    if (rate !== undefined) await putCeiling(transaction, { name, ceiling: rate, now })
    if (connections !== undefined) await putConnections(transaction, { name, connections, now })
  })
}

/** Lifts the limit, and forgets what a destination complained about, or why it refused us. */
export async function clearLimit(
  { db, clock }: Needs,
  destination: string,
): Promise<{ pace: Pace | undefined; refused: boolean }> {
  return inTransaction(db, async (transaction) => {
    const { id, name } = await placeOf(transaction, destination)
    const pace = await lockPace(transaction, name)
    await dropPace(transaction, name)
    const dropped = await dropBreaker(transaction, { destination: id, now: clock.now() })
    return { pace, refused: dropped !== undefined }
  })
}

/** Slower than one mail in 100 s is no limit, but a stop. */
const SLOWEST = 0.01

function refuseFigure(
  value: number | undefined,
  { field, whole }: { field: string; whole: boolean },
): void {
  if (value === undefined) return
  const least = whole ? 1 : SLOWEST
  const usable = Number.isFinite(value) && value >= least && value <= 1_000_000
  if (usable && (!whole || Number.isInteger(value))) return
  const words = whole
    ? `a whole number above 0, as in --${field} 5`
    : `a number above 0, plain and at least ${SLOWEST}, as in --${field} 20`
  throw new Refusal(
    `${field} must be ${words}; "daybreak limits clear DESTINATION" lifts a limit`,
    { field },
  )
}

async function placeOf(
  db: Context['db'],
  destination: string,
): Promise<{ id: number; name: string }> {
  const all = await listDestinations(db)
  const found = all.find(({ name }) => name === destination)
  if (found !== undefined) return { id: found.id, name: `destination ${found.id}` }
  throw new Refusal(
    `there is no destination "${destination}": use ${all
      .slice(0, 20)
      .map(({ name }) => name)
      .join(', ')}`,
    { field: 'destination', status: 404 },
  )
}

export type WarmUpInput = Partial<Curve> & { domain: string }

/** Lets a new sending domain grow day by day. @throws Refusal that names what is not usable */
export async function setWarmUp({ db, clock }: Needs, input: WarmUpInput): Promise<Curve> {
  const { domain, from = clock.now().toISOString().slice(0, 10), ...rest } = input
  const curve = { ...STANDARD, ...rest, from }
  if (!/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\.[a-z]{2,}$/.test(domain)) {
    throw new Refusal(`"${domain}" is not a sending domain: name it as in news.example.org`, {
      field: 'domain',
    })
  }
  if (!/^\d{4}-\d\d-\d\d$/.test(from) || Number.isNaN(Date.parse(from))) {
    throw new Refusal(`--from "${from}" is not a day: write it as in 2026-11-22`, { field: 'from' })
  }
  refuseFigure(curve.first, { field: 'first', whole: true })
  refuseFigure(curve.until, { field: 'until', whole: true })
  if (!(curve.factor >= 1.1 && curve.factor <= 3)) {
    throw new Refusal('--factor must be between 1.1 and 3: by how much each day grows', {
      field: 'factor',
    })
  }
  await changeCurves(db, (curves) => ({ ...curves, [domain]: curve }))
  return curve
}

/** @throws Refusal when the domain is not being warmed up */
export async function endWarmUp({ db }: Needs, domain: string): Promise<void> {
  await changeCurves(db, (curves) => {
    const { [domain]: ended, ...rest } = curves
    if (ended === undefined)
      throw new Refusal(`${domain} is not being warmed up`, { field: 'domain', status: 404 })
    return rest
  })
}

async function changeCurves(
  db: Context['db'],
  change: (curves: Record<string, Curve>) => Record<string, Curve>,
): Promise<void> {
  await inTransaction(db, async (transaction) => {
    await writeCurves(transaction, change(await readCurves(transaction)))
  })
}
