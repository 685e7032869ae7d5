// A line with an encoded word is at most 76 characters (RFC 2047 2), and the first one follows the field's name.
const WORD = 62
const FRAME = '=?UTF-8?Q??='.length
const B_BYTES = Math.floor((WORD - FRAME) / 4) * 3

// What may stand as it is in a phrase, the strictest place (RFC 2047 5.3).
const PLAIN = /^[A-Za-z0-9!*+/-]$/

/** Text as encoded words with blanks between, in the shorter of both encodings; no character is parted. */
export function encodeWords(text: string): string {
  const characters = Array.from(text.toWellFormed())
  const quoted = characters.map(quote)
  const quotedLength = quoted.reduce((sum, each) => sum + each.length, 0)
  const bytes = Buffer.byteLength(characters.join(''))
  return quotedLength <= (bytes * 4) / 3
    ? group(quoted, { limit: WORD - FRAME, lengthOf: (each) => each.length })
        .map((each) => `=?UTF-8?Q?${each.join('')}?=`)
        .join(' ')
    : group(characters, { limit: B_BYTES, lengthOf: (each) => Buffer.byteLength(each) })
        .map((each) => `=?UTF-8?B?${Buffer.from(each.join('')).toString('base64')}?=`)
        .join(' ')
}

function quote(character: string): string {
  if (PLAIN.test(character)) return character
  if (character === ' ') return '_'
  return Buffer.from(character).toString('hex').toUpperCase().replace(/../g, '=$&')
}

function group(
  items: readonly string[],
  { limit, lengthOf }: { limit: number; lengthOf: (item: string) => number },
): string[][] {
  const groups: string[][] = []
  let room = 0
  for (const item of items) {
    const length = lengthOf(item)
    if (length > room) {
      groups.push([])
      room = limit
    }
    groups.at(-1)?.push(item)
    room -= length
  }
  return groups
}
