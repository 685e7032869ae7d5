const PLACE = String.raw`\p{Lu}[\p{L}.’'-]*`
const UPPER = String.raw`\p{Lu}{2}[\p{Lu}.’']*|\p{Lu}\p{Lu}?\.`
const DASH = '(?:[-–—]|--)'
const PLACES = String.raw`(?:${UPPER})(?:[ -](?:${UPPER}))*(?:, (?:${PLACE})(?: ${PLACE})?)?`
const LOWER_PLACES = String.raw`${PLACE}(?:[ -](?:${PLACE}|am|an|der|en|sur|le|la|de|del|di|do|da)){0,4}(?:, ${PLACE})?`
// "(AP)", "(Reuters)", "(dpa/lno)"; never "(42)"
const CREDIT = String.raw`\(\p{L}[^()]{1,29}\)`
// "Nov 21", "3 MAR", "21. November", "le 21 novembre", "3 de marzo", "21 nov. 2026"
const DAY = String.raw`(?:le |il )?(?:\p{L}{3,9}\.? \d{1,2}|\d{1,2}\.?(?: de)? \p{L}{3,10}\.?)(?:,? (?:de )?\d{4})?`

const opening = (pattern: string) => new RegExp(`^${pattern} `, 'u')
const SHAPES = [
  // "WASHINGTON, DC - ", "PORT ANSEL, Ore. (AP) — ", "LONDON, Nov 21 (Reuters) - ", "BERLIN (dpa) - "
  opening(String.raw`(${PLACES})(?:[,.]? ${DAY})?(?: ${CREDIT})?(?:,? ${DAY})? ?${DASH}`),
  // "Berlin (dpa) – ", "Madrid, 3 mar (EFE).- "; "Paris, le 21 novembre — " is left alone: only an agency makes a place sure.
  opening(String.raw`(${LOWER_PLACES})(?:, ${DAY})? ?${CREDIT}\.? ?${DASH}`),
  // "Berlin/München (dpa) - "
  opening(
    String.raw`(${PLACE}(?:[ -]${PLACE})?(?:/${PLACE}(?:[ -]${PLACE})?){1,2}) ?${CREDIT} ?${DASH}`,
  ),
  // "(ANSA) - ROMA, 3 MAR - ", "(dpa) BERLIN - "
  opening(String.raw`${CREDIT} ?${DASH}? ?(${PLACES})(?:,? ${DAY})? ?${DASH}`),
  // "(AFP) - ", "AFP - ", "dpa - " without a place
  opening(
    String.raw`(?:\((?:[\p{Lu}]{2,9}|dpa|apa|sda|afp|belga|ots)(?:[/ -][\p{L}]{2,12})?\)|(?:AFP|dpa|APA|ANSA|EFE|SDA|ATS|Keystone-SDA)) ?${DASH}`,
  ),
]

// "【東京時事】", "（北京21日讯）", "ローマ（共同）", "新华社北京11月21日电"
const EAST_ASIAN =
  /^(?:【[^【】]{2,20}】\s?|[（(][^（）()]{2,16}(?:讯|訊|电|電|共同|時事|時事通信|ロイター)[）)]\s?|[\p{Script=Han}\p{Script=Katakana}ー]{2,10}[（(](?:共同|時事|ロイター|AFP)[）)]\s?|(?:新华社|新華社|中新社|中新网|中央社)[\p{Script=Han}]{2,8}\d{1,2}月\d{1,2}日(?:电|電|讯|訊)\s?(?:[（(][^（）()]{2,20}[）)]\s?)?)/u

/** The dateline that opens an article: its place, and how many characters it and the credit of an agency take. */
export function datelineOf(paragraph: string): { place: string | null; length: number } {
  const start = paragraph.slice(0, 120)
  const agency = EAST_ASIAN.exec(start)
  if (agency !== null) return { place: null, length: agency[0].length }
  for (const shape of SHAPES) {
    const match = shape.exec(start)
    if (match === null) continue
    const place = withoutDay(match[1] ?? '')
    if (place !== '' && (place.length < 3 || place.length > 60)) continue
    return { place: place || null, length: match[0].length }
  }
  return { place: null, length: 0 }
}

function withoutDay(place: string): string {
  return place.replace(/,? \p{Lu}\p{L}{2,8}\.? \d{1,2}$/u, '')
}
