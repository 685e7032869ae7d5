import { z } from 'zod'
import type { ProviderEvent } from '#deliveries/returns/provider-event.ts'
import { sha256 } from './hook-request.ts'

/** A field that may be missing or odd: an event is not lost by one of them. */
export const maybeText = z
  .string()
  .transform((text) => text.replaceAll('\0', ''))
  .nullish()
  .catch(null)
export const maybeNumber = z.coerce.number().nullish().catch(null)

/** The token of our bounce address, or null for anything that does not look like one. */
export function tokenIn(text: string | null | undefined): string | null {
  return /^[a-z2-7]{56}$/i.test(text ?? '') ? (text ?? null) : null
}

/** Of an envelope sender of ours, bare or after a name. */
export function tokenOfSender(sender: string | null | undefined): string | null {
  return tokenIn(/(?:^|<)b-([a-z2-7]{56})@/i.exec(sender ?? '')?.[1])
}

/** Nothing that matters is older. */
const OLDEST_MS = 400 * 86_400_000

/** When it happened; what cannot be read, is still to come or was in another age, is now. */
export function timeOf(said: string | number | null | undefined, now: Date): Date {
  if (said === null || said === undefined) return now
  const at = new Date(typeof said === 'number' ? said * 1000 : said)
  const age = now.getTime() - at.getTime()
  return age >= 0 && age < OLDEST_MS ? at : now
}

/** The event of a provider that we make nothing of. Its own id is a hash where it has none. */
export function otherEvent(
  name: string,
  { key, said, at }: { key?: string | null; said: unknown; at: Date },
): ProviderEvent {
  return {
    key: key ?? `hash ${sha256(JSON.stringify(said) ?? '').toString('hex')}`,
    at,
    token: null,
    relayId: null,
    recipient: null,
    event: { kind: 'other', name: plainName(name) },
  }
}

/** Of a table, by a name that comes from outside and may be any word, such as "constructor". */
export function entryOf<Entry>(table: Record<string, Entry>, name: string): Entry | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

/** Names come from outside and are counted by: short, and of few characters. */
export function plainName(name: string): string {
  return (
    name
      .replace(/[^\w .:/-]+/g, ' ')
      .trim()
      .slice(0, 60) || 'unnamed'
  )
}
