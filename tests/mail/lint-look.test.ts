import { parseHTML } from 'linkedom'
import { expect, test } from 'vitest'
import { contrastOf, hexOf, laidOn, parseColour } from '#mail/lint/colour.ts'
import { parseDeclarations, parseSheet } from '#mail/lint/css.ts'
import type { Palette } from '#mail/lint/cascade.ts'
import { looksOf } from '#mail/lint/look.ts'
import type { Element } from '#mail/lint/subject.ts'

function looks(
  body: string,
  { palette = 'light', head = '' }: { palette?: Palette; head?: string } = {},
) {
  const { document }: { document: { documentElement: Element } } = parseHTML(
    `<html><head>${head}</head><body>${body}</body></html>`,
  )
  return looksOf(document.documentElement, palette)
    .filter(({ words }) => words.trim() !== '')
    .map(({ words, color, ground, size, bold, underlined }) => ({
      words: words.trim(),
      color: hexOf(color),
      ground: ground === null ? null : hexOf(ground),
      size: Math.round(size * 100) / 100,
      bold,
      underlined,
    }))
}

test.each([
  ['#abc', '#aabbcc'],
  ['#AABBCC80', '#aabbcc'],
  ['rebeccapurple', '#663399'],
  ['rgb(1, 2, 3)', '#010203'],
  ['rgb(10% 20% 30% / 50%)', '#1a334d'],
  ['hsl(120, 100%, 25%)', '#008000'],
  ['hsla(-60deg 50% 50% / .5)', '#bf40bf'],
])('the colour %s is %s', (written, hex) => {
  const colour = parseColour(written)

  expect(colour && hexOf(colour)).toBe(hex)
})

test.each(['', 'nonsense', '#12', 'var(--ink)', 'rgb(a, b)', 'url(#fff)'])(
  '"%s" is no colour that can be known',
  (written) => {
    expect(parseColour(written)).toBeUndefined()
  },
)

// Figures of the WCAG's own examples and of the house's look.
test.each([
  ['#000000', '#ffffff', 21],
  ['#777777', '#ffffff', 4.48],
  ['#767676', '#ffffff', 4.54],
  ['#5e5850', '#ffffff', 7.04],
  ['#f0915f', '#221f1b', 6.97],
])('the contrast of %s on %s is %d', (one, other, ratio) => {
  const [first, second] = [parseColour(one), parseColour(other)]

  expect(first && second && contrastOf(first, second)).toBeCloseTo(ratio, 1)
})

test('half-transparent ink is seen mixed with its ground', () => {
  expect(hexOf(laidOn([0, 0, 0, 0.5], [255, 255, 255, 1]))).toBe('#808080')
})

test('colour, ground and size are inherited, and an element’s own win', () => {
  const found = looks(
    '<div style="color:#111;background:#eee url() ;font-size:20px"><p>one</p></div><div bgcolor="#222222" style="color:#eee;background-color:rgba(0,0,0,0)"><p style="font:bold .5em/2 serif">two<a href="x">link</a></p></div>',
  )

  expect(found).toEqual([
    { words: 'one', color: '#111111', ground: null, size: 20, bold: false, underlined: false },
    { words: 'two', color: '#eeeeee', ground: '#ffffff', size: 8, bold: true, underlined: false },
    { words: 'link', color: '#0000ee', ground: '#ffffff', size: 8, bold: true, underlined: true },
  ])
})

test('a dark palette lays its rules over the inline styles where they are important, and only in the dark', () => {
  const head =
    '<style>@media (prefers-color-scheme: dark) { .ink { color: #eee !important } p { color: #123 } } @media (max-width: 480px) { p { color: red !important } }</style>'
  const body = '<p class="ink" style="color:#111">words</p>'

  const [light] = looks(body, { head })
  const [dark] = looks(body, { head, palette: 'dark' })

  expect(light).toMatchObject({ color: '#111111', ground: '#ffffff' })
  expect(dark).toMatchObject({ color: '#eeeeee', ground: '#121212' })
})

test('the more particular selector wins, then the later one', () => {
  const head =
    '<style>p.ink { color: #100 } #id { color: #200 } p { color: #300 } .ink { color: #400 }</style>'

  const found = looks('<p id="id" class="ink">a</p><p class="ink">b</p><p>c</p>', { head })

  expect(found.map(({ color }) => color)).toEqual(['#220000', '#110000', '#330000'])
})

test.each([
  'display:none',
  'visibility:hidden',
  'font-size:0',
  'opacity:0',
  'max-height:0;overflow:hidden',
])('what is hidden by %s is not looked at', (style) => {
  expect(looks(`<div style="${style}"><p>hidden</p></div><p>seen</p>`)).toHaveLength(1)
})

test('a semicolon in an address ends no declaration', () => {
  expect(parseDeclarations("background:url('a;b');color:RED !important;;x")).toEqual([
    { property: 'background', value: "url('a;b')", important: false },
    { property: 'color', value: 'RED', important: true },
  ])
})

test('a sheet is read with its conditions, without its comments', () => {
  const sheet = parseSheet(
    '/* a { */ @import "x"; @media print { a, b > c { d: e } } @font-face { f: g } h { i: j',
  )

  expect(sheet.atRules).toEqual(['@import', '@media print', '@font-face'])
  expect(sheet.rules).toEqual([
    {
      media: ['print'],
      selectors: ['a', 'b > c'],
      declarations: [{ property: 'd', value: 'e', important: false }],
    },
  ])
})
