import { readDate } from '../reading/dates.ts'

/** Zones by name that RFC 822 feeds carry, and others of the web, in minutes from UTC. */
const ZONES: Record<string, number> = {
  ut: 0, utc: 0, gmt: 0, z: 0, wet: 0, west: 60, bst: 60, ist: 330, cet: 60, cest: 120, met: 60, mest: 120, mez: 60,
  mesz: 120, eet: 120, eest: 180, msk: 180, est: -300, edt: -240, et: -300, cst: -360, cdt: -300, ct: -360, mst: -420,
  mdt: -360, mt: -420, pst: -480, pdt: -420, pt: -480, akst: -540, akdt: -480, hst: -600, jst: 540, kst: 540, sgt: 480,
  hkt: 480, aest: 600, aedt: 660, acst: 570, awst: 480, nzst: 720, nzdt: 780, sast: 120, brt: -180, art: -180,
} // prettier-ignore

/** A date of a feed: RFC 3339, RFC 822 with its odd zones, or what `readDate` knows. */
export function readFeedDate(text: string): Date | null {
  const written = text.trim().slice(0, 100)
  if (/^\d{9,13}$/.test(written))
    return new Date(Number(written) * (written.length > 10 ? 1 : 1000))
  const zone = zoneOf(written)
  if (zone === undefined) return readDate(written)
  const bare = readDate(written.slice(0, zone.at).trim())
  return bare === null ? null : new Date(bare.getTime() - zone.minutes * 60_000)
}

/** ISO dates are left alone: `readDate` reads their zones. */
function zoneOf(text: string): { at: number; minutes: number } | undefined {
  if (/^\d{4}-/.test(text)) return undefined
  const offset = /\s(?:gmt|utc)?([+-])(\d{2}):?(\d{2})(?:\s*\(.{0,40}\))?$/i.exec(text)
  if (offset !== null) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3])
    return { at: offset.index, minutes: offset[1] === '-' ? -minutes : minutes }
  }
  const named = /\s([a-z]{1,4})$/i.exec(text)
  const minutes = ZONES[named?.[1]?.toLowerCase() ?? '']
  return named === null || minutes === undefined ? undefined : { at: named.index, minutes }
}
