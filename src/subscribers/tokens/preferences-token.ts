import { openToken, sealToken, type TokenKeys } from '../tokens.ts'

const LIFE_SECONDS = 30 * 86_400
/** Clocks of two machines differ by seconds; a token from further ahead was not made by us now. */
const AHEAD_SECONDS = 86_400

export type PreferencesToken = {
  kind: 'open' | 'stale'
  publicId: number
  /** The last 16 bits of the reader's: compare with `isAddressVersion`. */
  addressVersion: number
}

/** Opens a reader's preferences for 30 days, counted from `now`: what a mail holds counts from the mail's own date. */
export function sealPreferences(
  secrets: TokenKeys,
  { publicId, addressVersion, now }: { publicId: number; addressVersion: number; now: Date },
): string {
  const reference = Math.max(0, Math.floor(now.getTime() / 1000))
  return sealToken(secrets, 'preferences', { publicId, reference, addressVersion })
}

/**
 * Stale is a token that was good once, and that of a mail from before tokens had a time: such a reader may be mailed a
 * fresh link. Whether the address is still the same one is for the caller to ask, who knows the reader's row.
 */
export function openPreferences(
  secrets: TokenKeys,
  text: string,
  now: Date,
): PreferencesToken | undefined {
  const opened = openToken(secrets, 'preferences', text)
  if (opened === undefined) return undefined
  const age = now.getTime() / 1000 - opened.reference
  const { publicId, addressVersion } = opened
  const fresh = age <= LIFE_SECONDS && age >= -AHEAD_SECONDS
  return { kind: fresh ? 'open' : 'stale', publicId, addressVersion }
}

/** A token has room for 16 bits of the version. */
export function isAddressVersion(token: { addressVersion: number }, version: number): boolean {
  return token.addressVersion === (version & 0xffff)
}
