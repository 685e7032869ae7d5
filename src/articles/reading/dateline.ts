const PLACE = String.raw`\p{Lu}[\p{L}.’'-]*`
const UPPER = String.raw`\p{Lu}{2}[\p{Lu}.’']*|\p{Lu}\p{Lu}?\.`

// "WASHINGTON, DC - ", "PORT ANSEL, Ore. (AP) — ", "LONDON, Nov 21 (Reuters) - "
const CAPITALS = new RegExp(
  String.raw`^((?:${UPPER})(?:[ -](?:${UPPER}))*(?:, (?:${PLACE})(?: ${PLACE})?)?)(?:,? \p{Lu}\p{L}{2,8}\.? \d{1,2})?(?: \([^()]{2,30}\))? ?(?:[-–—]|--) `,
  'u',
)
// "Berlin (dpa) – ", "Paris, le 21 novembre — " is left alone: only an agency makes a place sure.
const AGENCY = new RegExp(
  String.raw`^(${PLACE}(?:[ -]${PLACE}){0,3}(?:, ${PLACE})?) \([^()]{2,30}\) ?(?:[-–—]|--) `,
  'u',
)

/** The dateline that opens an article: its place, and how many characters it takes. */
export function datelineOf(paragraph: string): { place: string | null; length: number } {
  const opening = paragraph.slice(0, 120)
  const match = CAPITALS.exec(opening) ?? AGENCY.exec(opening)
  const place = match?.[1] ?? ''
  if (match === null || place.length < 3 || place.length > 60) return { place: null, length: 0 }
  return { place: place.replace(/,? \p{Lu}\p{L}{2,8}\.? \d{1,2}$/u, ''), length: match[0].length }
}
