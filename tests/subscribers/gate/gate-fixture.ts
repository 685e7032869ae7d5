import { sql } from 'kysely'
import { normaliseAddress } from '#subscribers/address.ts'
import { type Asked, askGate, type Verdict } from '#subscribers/gate/gate.ts'
import type { House } from '../../house.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

/** What somebody from a network of their own types in, unless said otherwise. */
export function asking({
  email = 'reader@example.org',
  ...more
}: { email?: string } & Partial<Omit<Asked, 'address'>> = {}): Asked {
  return {
    address: normaliseAddress(email),
    network: '203.0.113.0/24',
    honeypot: '',
    seenAt: undefined,
    proof: undefined,
    trusted: false,
    ...more,
  }
}

export async function ask(
  { context }: Pick<House, 'context'>,
  about: Parameters<typeof asking>[0] = {},
): Promise<Verdict['kind']> {
  return (await askGate(context, asking(about))).kind
}

/** A network of its own for every number up to 65,535, each in a neighbourhood of its own up to 255. */
export function networkNumber(number: number): string {
  return `${number % 256}.${(number >> 8) % 256}.0.0/24`
}

/** More than a newsroom has in a minute, from everywhere. @returns what became of them, counted */
export async function flood(
  house: Pick<House, 'context'>,
  count: number,
  about: (number: number) => Parameters<typeof asking>[0],
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  // Several at once, as requests come; the pool of the test house has six connections.
  for (let from = 0; from < count; from += 50) {
    const numbers = Array.from({ length: Math.min(50, count - from) }, (_, index) => from + index)
    const verdicts = await Promise.all(numbers.map(async (number) => ask(house, about(number))))
    for (const verdict of verdicts) counts[verdict] = (counts[verdict] ?? 0) + 1
  }
  return counts
}

/** Whoever asks, from a network, a neighbourhood and a domain that nobody else has. */
export function stranger(number: number): { email: string; network: string } {
  return { email: `reader@company${number}.example`, network: networkNumber(number) }
}

/** `outcome count` of all hours, or with its bucket. */
export async function countsOf({ db }: Pick<House, 'db'>): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    select concat_ws(' ', outcome, nullif('(' || bucket || ')', '()'), sum(count)) as line
      from sign_up_count
     group by outcome, bucket
     order by 1`.execute(db)
  return rows.map(({ line }) => line)
}

export async function tokensLeft({ db }: Pick<House, 'db'>): Promise<Record<string, number>> {
  const { rows } = await sql<{ name: string; tokens: number }>`
    select name, tokens from sign_up_bucket order by name`.execute(db)
  return Object.fromEntries(rows.map(({ name, tokens }) => [name, tokens]))
}
