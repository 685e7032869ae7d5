export type ImageHeader = {
  type: 'image/jpeg' | 'image/png' | 'image/gif' | 'image/webp'
  width: number
  height: number
}

/** What the first bytes of an image say of it; null for another kind, or a damaged one. */
export function readImageHeader(bytes: Uint8Array): ImageHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    return pngHeader(view) ?? gifHeader(view) ?? webpHeader(view) ?? jpegHeader(view)
  } catch (error) {
    if (error instanceof RangeError) return null // it ends before it says
    throw error
  }
}

function starts(view: DataView, text: string, at = 0): boolean {
  for (let index = 0; index < text.length; index++)
    if (view.getUint8(at + index) !== text.charCodeAt(index)) return false
  return true
}

function header(type: ImageHeader['type'], width: number, height: number): ImageHeader | null {
  return width > 0 && height > 0 ? { type, width, height } : null
}

function pngHeader(view: DataView): ImageHeader | null {
  if (!starts(view, '\u0089PNG\r\n') || !starts(view, 'IHDR', 12)) return null
  return header('image/png', view.getUint32(16), view.getUint32(20))
}

function gifHeader(view: DataView): ImageHeader | null {
  if (!starts(view, 'GIF8')) return null
  return header('image/gif', view.getUint16(6, true), view.getUint16(8, true))
}

function webp(width: number, height: number): ImageHeader | null {
  return header('image/webp', width, height)
}

/** Lossy, lossless and extended (RFC 9649, 2.5 to 2.7) keep their size in different places. */
function webpHeader(view: DataView): ImageHeader | null {
  if (!starts(view, 'RIFF') || !starts(view, 'WEBP', 8)) return null
  if (starts(view, 'VP8 ', 12))
    return webp(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff)
  if (starts(view, 'VP8L', 12)) {
    const bits = view.getUint32(21, true)
    return webp((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1)
  }
  if (!starts(view, 'VP8X', 12)) return null
  const three = (at: number) => view.getUint16(at, true) + (view.getUint8(at + 2) << 16)
  return webp(three(24) + 1, three(27) + 1)
}

/** Frames (ITU T.81, table B.1) say the size; other segments are passed over by their length. */
function jpegHeader(view: DataView): ImageHeader | null {
  if (view.getUint16(0) !== 0xffd8) return null
  for (let at = 2; at < view.byteLength;) {
    if (view.getUint8(at) !== 0xff) return null
    const marker = view.getUint8(at + 1)
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return header('image/jpeg', view.getUint16(at + 7), view.getUint16(at + 5))
    const stands = marker === 0xff || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)
    at += stands ? (marker === 0xff ? 1 : 2) : 2 + view.getUint16(at + 2)
  }
  return null
}
