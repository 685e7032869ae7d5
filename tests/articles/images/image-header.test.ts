import { expect, test } from 'vitest'
import { readImageHeader } from '#articles/images/image-header.ts'

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(
    parts.map((part) =>
      typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part),
    ),
  )

test.each([
  [
    'PNG',
    bytes('\x89PNG\r\n\x1a\n', [0, 0, 0, 13], 'IHDR', [0, 0, 4, 176, 0, 0, 3, 32]),
    { type: 'image/png', width: 1200, height: 800 },
  ],
  ['GIF', bytes('GIF89a', [176, 4, 32, 3]), { type: 'image/gif', width: 1200, height: 800 }],
  [
    'JPEG behind its comments',
    bytes([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xff, 0xc2, 0, 17, 8, 3, 32, 4, 176]),
    { type: 'image/jpeg', width: 1200, height: 800 },
  ],
  [
    'WebP, lossy',
    bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8 ', [0, 0, 0, 0, 0, 0, 0, 157, 1, 42, 176, 4, 32, 3]),
    { type: 'image/webp', width: 1200, height: 800 },
  ],
  [
    'WebP, extended',
    bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8X', [10, 0, 0, 0, 0, 0, 0, 0, 175, 4, 0, 31, 3, 0]),
    { type: 'image/webp', width: 1200, height: 800 },
  ],
  [
    'WebP, lossless',
    bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8L', [0, 0, 0, 0, 47, 175, 196, 199, 0]),
    { type: 'image/webp', width: 1200, height: 800 },
  ],
])('%s says its size', (_, image, expected) => {
  expect(readImageHeader(image)).toEqual(expected)
})

test.each([
  ['nothing', bytes()],
  ['text', bytes('<svg width="1" height="1"/> and some more')],
  ['a PNG cut short', bytes('\x89PNG\r\n\x1a\n', [0, 0, 0, 13], 'IHDR')],
  ['a JPEG without a frame', bytes([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2])],
  ['a JPEG of no width', bytes([0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, 3, 32, 0, 0])],
])('%s is no image', (_, image) => {
  expect(readImageHeader(image)).toBeNull()
})
