const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567'

/** Lower case, without padding (RFC 4648): mail systems fold the case of a local part. */
export function toBase32(bytes: Buffer): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = ((value & 0x1f) << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += LETTERS.charAt((value >> bits) & 31)
    }
  }
  return bits === 0 ? text : text + LETTERS.charAt((value << (5 - bits)) & 31)
}

export function fromBase32(text: string): Buffer {
  const bytes: number[] = []
  let bits = 0
  let value = 0
  for (const character of text) {
    value = ((value & 0xff) << 5) | LETTERS.indexOf(character)
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push((value >> bits) & 0xff)
    }
  }
  return Buffer.from(bytes)
}
