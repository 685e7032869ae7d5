import robotsParser from 'robots-parser'
import { sql } from 'kysely'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { Refusal } from '#errors.ts'
import type { Fetch } from './fetch.ts'

// Its types describe a module of another kind than Node loads.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const parse = robotsParser as unknown as typeof robotsParser.default

/** The name that robots.txt files know us by. */
const AGENT = 'Daybreak'
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** RFC 9309, 2.5: what stands behind this need not be read. */
const MOST_BYTES = 500 * 1024
const FETCHED_BYTES = 4 * MOST_BYTES
const LONGEST_LINE = 2000
const LONGEST_DELAY_MS = 30_000

export type Robots = { allowed: boolean; delayMs: number }

/**
 * What a site's robots.txt says of one of its pages (RFC 9309). Asked once a day: no file allows everything, and a server
 * that cannot say closes the site for an hour.
 */
export async function askRobots(
  { db, clock, fetch }: Pick<Context, 'db' | 'clock'> & { fetch: Fetch },
  url: string,
): Promise<Robots> {
  const { origin } = new URL(url)
  const now = clock.now()
  const known = await findRobots(db, { origin, now })
  if (known !== undefined) return judge(known, url)
  const fetched = await fetchRobots({ fetch, origin })
  await saveRobots(db, { ...fetched, origin, now })
  return judge(fetched, url)
}

/** The time a site wants between two requests, as far as its robots.txt is known already. */
export async function crawlDelayOf(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  url: string,
): Promise<number> {
  const known = await findRobots(db, { origin: new URL(url).origin, now: clock.now() })
  return known === undefined ? 0 : judge(known, url).delayMs
}

function judge({ body, closed }: RobotsFile, url: string): Robots {
  if (closed || body === null) return { allowed: !closed, delayMs: 0 }
  const rules = parse(`${new URL(url).origin}/robots.txt`, body)
  const delay = (rules.getCrawlDelay(AGENT) ?? 0) * 1000
  return {
    allowed: rules.isAllowed(url, AGENT) !== false,
    delayMs: delay > 0 ? Math.min(delay, LONGEST_DELAY_MS) : 0,
  }
}

/** @throws Refusal where the site asks programs like this one not to fetch the page */
export function refuseForbidden(url: string, { allowed }: Robots): void {
  if (allowed) return
  throw new Refusal(
    `${new URL(url).host} asks programs not to fetch this page (robots.txt). Send the article's text, or ask the publisher to let "${AGENT}" in.`,
    { field: 'url' },
  )
}

type RobotsFile = { body: string | null; closed: boolean }

async function fetchRobots({
  fetch,
  origin,
}: {
  fetch: Fetch
  origin: string
}): Promise<RobotsFile & { expiresInMs: number }> {
  try {
    const answer = await fetch({
      url: `${origin}/robots.txt`,
      accepts: /./,
      maxBytes: FETCHED_BYTES,
    })
    if (answer.status >= 500 || answer.status === 429)
      return { body: null, closed: true, expiresInMs: HOUR_MS }
    if (answer.bytes.length === 0) return { body: null, closed: false, expiresInMs: DAY_MS }
    return { body: textOf(answer.bytes), closed: false, expiresInMs: DAY_MS }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { body: null, closed: true, expiresInMs: HOUR_MS }
  }
}

/** A page that is served for every address is no rule. */
function textOf(bytes: Uint8Array): string | null {
  const text = new TextDecoder()
    .decode(bytes.subarray(0, MOST_BYTES))
    .split(/\r\n?|\n/)
    .filter((line) => line.length <= LONGEST_LINE)
    .join('\n')
    .replaceAll('\0', '')
  return /^\s*<(!doctype|html)\b/i.test(text) ? null : text
}

async function findRobots(
  db: Db,
  { origin, now }: { origin: string; now: Date },
): Promise<RobotsFile | undefined> {
  const { rows } = await sql<RobotsFile>`
    select body, closed from robots_file where origin = ${origin} and expires_at > ${now}`.execute(
    db,
  )
  return rows[0]
}

async function saveRobots(
  db: Db,
  input: RobotsFile & { origin: string; now: Date; expiresInMs: number },
): Promise<void> {
  const expiresAt = new Date(input.now.getTime() + input.expiresInMs)
  await sql`
    insert into robots_file (origin, body, closed, fetched_at, expires_at)
    values (${input.origin}, ${input.body}, ${input.closed}, ${input.now}, ${expiresAt})
    on conflict (origin) do update
       set body = excluded.body, closed = excluded.closed, fetched_at = excluded.fetched_at, expires_at = excluded.expires_at`.execute(
    db,
  )
}

/** Files of sites that nobody asked since they lapsed. */
export async function pruneRobots(db: Db, before: Date): Promise<void> {
  await sql`delete from robots_file where expires_at < ${before}`.execute(db)
}
