import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { Secrets } from '#secrets.ts'

/** Nobody reads and fills in the form faster. */
const LEAST_MS = 2000
/** A page that lies open since yesterday says nothing. */
const MOST_MS = 24 * 3_600_000

/** When the form was shown, signed: a hidden field of it. */
export function signFormTime(secrets: Pick<Secrets, 'tokenKey'>, now: Date): string {
  const at = Math.floor(now.getTime()).toString(36)
  return `${at}.${sign(secrets, at)}`
}

/** Whether the form was filled in by hand as far as its time tells. Absent for a form on a page of the publisher's. */
export function readFormTime(
  secrets: Pick<Secrets, 'tokenKey'>,
  { text, now }: { text: string | undefined; now: Date },
): 'absent' | 'forged' | 'too fast' | 'fine' {
  if (text === undefined || text === '') return 'absent'
  const [at = '', mac = ''] = text.split('.')
  const expected = Buffer.from(sign(secrets, at))
  const given = Buffer.from(mac)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'forged'
  const age = now.getTime() - Number.parseInt(at, 36)
  // Before it was shown: the clocks of two machines, or one that was set back.
  if (age < 0 || age > MOST_MS) return 'absent'
  return age < LEAST_MS ? 'too fast' : 'fine'
}

function sign({ tokenKey }: Pick<Secrets, 'tokenKey'>, at: string): string {
  const key = Buffer.from(hkdfSync('sha256', tokenKey, '', 'daybreak form time', 32))
  return createHmac('sha256', key).update(at).digest('base64url').slice(0, 22)
}
