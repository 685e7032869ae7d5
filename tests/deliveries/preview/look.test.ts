import { expect, test } from 'vitest'
import { asShown } from '#deliveries/preview/look.ts'

const MAIL = `<html><head><meta name="color-scheme" content="light dark"><style>:root { color-scheme: light dark; supported-color-schemes: light dark; } @media (prefers-color-scheme: dark) { .ink { color: #fff } }</style></head><body><p>Set (prefers-color-scheme: dark) light dark.</p><img width="600" src="https://images.example/a.jpg" alt="A ferry"><td background="https://images.example/b.jpg"></td></body></html>`

test('a program set to dark follows the mail’s rules for dark, and one set to light does not', () => {
  const dark = asShown(MAIL, { scheme: 'dark' })
  const light = asShown(MAIL, { scheme: 'light' })

  expect(dark).toContain('@media (min-width: 0) {')
  expect(dark).toContain('content="dark"')
  expect(dark).toContain(':root { color-scheme: dark; supported-color-schemes: dark; }')
  expect(light).toContain('@media (max-width: 0) {')
  expect(light).toContain('color-scheme: light;')
})

test('what a story says of colours stays as it is', () => {
  const words = '<p>Set (prefers-color-scheme: dark) light dark.</p>'

  expect(asShown(MAIL, { scheme: 'dark' })).toContain(words)
  expect(asShown(MAIL, { scheme: 'light' })).toContain(words)
})

test('a program without pictures loads none, and shows their words', () => {
  const shown = asShown(MAIL, { images: false })

  expect(shown).not.toContain('images.example')
  expect(shown).toContain('<img width="600" alt="A ferry">')
})

test('with no wish it is the mail, to the byte', () => {
  expect(asShown(MAIL, {})).toBe(MAIL)
})
