import { isSecure } from '#mail/lint/headers.ts'
import {
  all,
  type Element,
  type Examined,
  type Expected,
  goesToReaders,
  type Rule,
  unless,
  valueOf,
} from '#mail/lint/subject.ts'

// Gmail cuts a mail at about 102 KB, and the unsubscribe link with it.
const HTML_LIMIT = 90 * 1024

const SHORTENERS = new Set(
  'bit.ly t.co goo.gl tinyurl.com ow.ly is.gd buff.ly lnkd.in rebrand.ly cutt.ly t.ly shorturl.at dlvr.it rb.gy'.split(
    ' ',
  ),
)

// A word of code that a template let through to the reader.
const LEFTOVER =
  /\{\{|\}\}|\{%|%\}|%%|@@|\[object Object\]|(?<![\p{L}\p{N}_])(?:undefined|NaN)(?![\p{L}\p{N}_])/u

const MARKUP =
  /<\/?(?:a|b|i|p|br|em|h[1-6]|hr|li|ol|ul|td|th|tr|div|img|span|html|body|head|table|style|script|strong)\b[^>]*>|&(?:amp|lt|gt|quot|apos|nbsp|#\d+|#x[\da-f]+);/i

/** What the reader gets to see and to click. */
export const CONTENT_RULES: readonly Rule[] = [
  {
    name: 'text-and-html',
    check: (mail) => {
      const both = mail.text.trim() !== '' && mail.html.trim() !== ''
      const type = valueOf(mail, 'content-type').toLowerCase()
      return unless(both && type.startsWith('multipart/alternative'), type || 'no Content-Type')
    },
  },
  {
    name: 'html-size',
    check: ({ html }) => {
      const size = Buffer.byteLength(html)
      return unless(size <= HTML_LIMIT, `${Math.ceil(size / 1024)} KB of 90`)
    },
  },
  {
    name: 'unsubscribe-link',
    check: (mail, expected) => (goesToReaders(expected) ? unsubscribeLink(mail, expected) : []),
  },
  {
    name: 'postal-address',
    check: (mail, { postalAddress }) => inBothParts(mail, postalAddress),
  },
  { name: 'why-line', check: (mail, { why }) => inBothParts(mail, why) },
  {
    name: 'links-secure',
    check: (mail) => links(mail).filter((url) => !isAllowed(url)),
  },
  {
    name: 'no-shortener',
    check: (mail) => links(mail).filter((url) => SHORTENERS.has(hostOf(url))),
  },
  {
    name: 'image-alt',
    check: (mail) =>
      images(mail)
        .filter((image) => !image.hasAttribute('alt'))
        .map(sourceOf),
  },
  {
    name: 'image-width',
    check: (mail) =>
      images(mail)
        .filter((image) => !image.hasAttribute('width'))
        .map(sourceOf),
  },
  { name: 'no-tracking-pixel', check: (mail) => images(mail).filter(isPixel).map(sourceOf) },
  {
    name: 'html-language',
    check: ({ page }) => ['lang', 'dir'].filter((name) => !page.getAttribute(name)),
  },
  {
    name: 'title-is-subject',
    check: (mail) => {
      const titles = all(mail, 'head title').map(({ textContent }) => squeezed(textContent))
      const same = titles.length === 1 && titles[0] === squeezed(mail.email.subject ?? '')
      return unless(same, titles[0] ?? 'no title')
    },
  },
  {
    name: 'one-h1',
    check: (mail) => {
      const count = all(mail, 'h1').length
      return unless(count === 1, `${count} h1`)
    },
  },
  {
    name: 'preview-text',
    check: (mail) => unless(all(mail, 'body [style]').some(isPreview), 'no hidden preview text'),
  },
  {
    name: 'no-leftovers',
    check: ({ text, visible, email }) =>
      [text, visible, email.subject ?? ''].flatMap((part) => LEFTOVER.exec(part)?.[0] ?? []),
  },
  {
    name: 'text-without-markup',
    check: ({ text }) => [MARKUP.exec(text)?.[0] ?? []].flat(),
  },
  {
    name: 'no-active-content',
    check: (mail) => [
      ...all(mail, 'script, form, iframe, object, embed, input, button, base').map((element) =>
        element.tagName.toLowerCase(),
      ),
      ...all(mail, '*').flatMap(handlersOf),
    ],
  },
]

function unsubscribeLink(mail: Examined, expected: Expected): string[] {
  const header = /<(https?:[^>]+)>/.exec(valueOf(mail, 'list-unsubscribe'))?.[1]
  const url = expected.unsubscribeUrl ?? header
  if (url === undefined) return ['no address to look for']
  const inHtml = all(mail, 'a[href]').some((link) => link.getAttribute('href') === url)
  return [
    ...unless(inHtml, 'not in the HTML part'),
    ...unless(mail.text.includes(url), 'not in the text part'),
  ]
}

function inBothParts({ text, visible }: Examined, words: string | undefined): string[] {
  if (words === undefined) return []
  const wanted = squeezed(words)
  return [
    ...unless(squeezed(visible).includes(wanted), 'not in the HTML part'),
    ...unless(squeezed(text).includes(wanted), 'not in the text part'),
  ]
}

/** Every address that a click or a picture would follow, in both parts. */
function links(mail: Examined): string[] {
  const attributes = ['href', 'src', 'background', 'action'].flatMap((name) =>
    all(mail, `[${name}]`).map((element) => element.getAttribute(name) ?? ''),
  )
  const styled = [...mail.html.matchAll(/url\(\s*['"]?([^'")]+)/gi)].map((match) => match[1] ?? '')
  const written = mail.text.match(/\b(?:https?|javascript|data|ftp):[^\s<>"]+/gi) ?? []
  return [...attributes, ...styled, ...written]
}

function isAllowed(url: string): boolean {
  return isSecure(url) || /^(?:mailto:|tel:|#.)/i.test(url)
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^www\./, '') : ''
}

function images(mail: Examined): Element[] {
  return all(mail, 'img')
}

function sourceOf(image: Element): string {
  return image.getAttribute('src') ?? 'an image without a source'
}

function isPixel(image: Element): boolean {
  const style = image.getAttribute('style') ?? ''
  const sides = ['width', 'height'].map(
    (side) =>
      image.getAttribute(side) ??
      new RegExp(`(?:^|[\\s;])${side}:\\s*([\\d.]+)px`, 'i').exec(style)?.[1],
  )
  const hidden = /display:\s*none|visibility:\s*hidden/i.test(style)
  return hidden || sides.some((side) => side !== undefined && /^[01](?:px)?$/.test(side))
}

function isPreview(element: Element): boolean {
  const style = element.getAttribute('style') ?? ''
  return /display:\s*none/i.test(style) && element.textContent.trim() !== ''
}

function handlersOf(element: Element): string[] {
  return [...element.attributes].map(({ name }) => name).filter((name) => /^on[a-z]/i.test(name))
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
