import { createHash, timingSafeEqual } from 'node:crypto'
import type { ProviderEvent } from '#deliveries/returns/provider-event.ts'
import { Refusal } from '#errors.ts'

export type HookRequest = {
  /** As it came: signatures are over these bytes. */
  body: Buffer
  header: (name: string) => string | undefined
  now: Date
  /** The same body was believed before and could not be taken: how old it has become does not count. */
  again: boolean
}

/** Checks who sent the request, and says what happened. Throws a Refusal for one that is not believed. */
export type HookReader = (request: HookRequest) => ProviderEvent[] | Promise<ProviderEvent[]>

export function notBelieved(reason: string): Refusal {
  return new Refusal(reason, { status: 403 })
}

/** Neither believed nor refused: it has to come again. */
export function cannotTell(what: string, cause: unknown): Refusal {
  return new Refusal(`cannot tell ${what}: send it again`, { status: 503, cause })
}

/** @throws Refusal */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Refusal('the body is not JSON', { status: 400, field: 'body', cause })
  }
}

/** Whether it was signed within so many ms of now, before or after. */
export function isTimely({ now, again }: HookRequest, signedAt: Date, ms: number): boolean {
  return again || Math.abs(now.getTime() - signedAt.getTime()) <= ms
}

/** Hashed first, so that neither the length nor the place of a difference shows in the time that it takes. */
export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(sha256(one), sha256(other))
}

export function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest()
}
