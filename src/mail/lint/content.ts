import { linksOf } from '#mail/lint/links.ts'
import {
  all,
  type Examined,
  type Expected,
  goesToReaders,
  ownText,
  type Rule,
  squeezed,
  unless,
  valueOf,
  withHtml,
} from '#mail/lint/subject.ts'

// Gmail cuts a mail at about 102 KB, and the unsubscribe link with it.
const HTML_LIMIT = 90 * 1024

// A word of code that a template let through to the reader.
const LEFTOVER =
  /\{\{|\}\}|\{%|%\}|%%|@@|\[object Object\]|(?<![\p{L}\p{N}_])(?:undefined|NaN)(?![\p{L}\p{N}_])/u

const MARKUP =
  /<\/?(?:a|b|i|p|br|em|h[1-6]|hr|li|ol|ul|td|th|tr|div|img|span|html|body|head|table|style|script|strong)\b[^<>]*>|&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#x[\da-f]{1,6});/i

/** What the reader gets to read. */
export const CONTENT_RULES: readonly Rule[] = [
  {
    name: 'text-and-html',
    says: 'the mail has not both a text and an HTML part side by side',
    fix: 'Send multipart/alternative: the text part first, the HTML part last.',
    where: 'the parts',
    check: (mail) => {
      const both = mail.text.trim() !== '' && mail.html.trim() !== ''
      const type = valueOf(mail, 'content-type').toLowerCase()
      // With attachments or embedded pictures the alternative is one level down.
      const nested = /^multipart\/(?:mixed|related|signed)/.test(type) && hasAttachments(mail)
      const beside = type.startsWith('multipart/alternative') || nested
      return unless(both && beside, type || 'no Content-Type')
    },
  },
  {
    name: 'html-size',
    says: 'the HTML part is too long: Gmail cuts it, and its last links with it',
    fix: 'Carry fewer stories or less markup: at most 90 KB.',
    where: 'the HTML part',
    check: ({ html }) => {
      const size = Buffer.byteLength(html)
      return unless(size <= HTML_LIMIT, `${Math.ceil(size / 1024)} KB of 90`)
    },
  },
  {
    name: 'looked-through',
    says: 'the HTML part is too large to be looked through',
    fix: 'Keep it under 1 MB, 10,000 elements, and 256 elements in each other.',
    where: 'the HTML part',
    check: ({ tooLarge }) => unless(!tooLarge, 'links, look and structure are not checked'),
  },
  {
    name: 'unsubscribe-link',
    says: 'the link to unsubscribe is not where readers look for it',
    fix: 'Show the address of List-Unsubscribe as a link in the HTML part and in words in the text part.',
    where: 'the body',
    own: true,
    check: (mail, expected) => (goesToReaders(expected) ? unsubscribeLink(mail, expected) : []),
  },
  {
    name: 'postal-address',
    says: 'the postal address is missing',
    fix: 'Print the address of the publisher in both parts: laws on commercial mail want it.',
    where: 'the body',
    check: (mail, { postalAddress }) => inBothParts(mail, postalAddress),
  },
  {
    name: 'why-line',
    says: 'the line that says why the reader gets this is missing',
    fix: 'Print it in both parts.',
    where: 'the body',
    check: (mail, { why }) => inBothParts(mail, why),
  },
  {
    name: 'preview-text',
    says: 'there is no preview text of its own',
    fix: 'Begin the body with a hidden line of 40 to 90 characters; else lists show the first links.',
    where: 'the HTML part',
    severity: 'note',
    check: (mail) => withHtml(mail, () => unless(all(mail, '[style]').some(isPreview), '')),
  },
  {
    name: 'no-leftovers',
    says: 'a word of code was left over',
    fix: 'Give the template the value that is missing.',
    where: 'the body or the subject',
    check: ({ text, visible, email }) =>
      [text, visible, email.subject ?? ''].flatMap((part) => LEFTOVER.exec(part)?.[0] ?? []),
  },
  {
    name: 'text-without-markup',
    says: 'the text part shows markup',
    fix: 'Write the text part from the words, not from the HTML.',
    where: 'the text part',
    check: ({ text }) => [MARKUP.exec(text)?.[0] ?? []].flat(),
  },
  {
    name: 'text-in-images',
    says: 'the words are in pictures only',
    fix: 'Say it in text as well: many readers see no pictures, and none can be read aloud.',
    where: 'the HTML part',
    check: (mail) => {
      const words = mail.visible.match(/[\p{L}\p{N}]{2,}/gu)?.length ?? 0
      const pictures = all(mail, 'img').length
      return unless(pictures === 0 || words >= 20, `${words} words, ${pictures} pictures`)
    },
  },
]

function hasAttachments({ email }: Examined): boolean {
  return email.attachments.length > 0
}

function unsubscribeLink(mail: Examined, expected: Expected): string[] {
  const header = /<(https?:[^>]+)>/.exec(valueOf(mail, 'list-unsubscribe'))?.[1]
  const url = expected.unsubscribeUrl ?? header
  if (url === undefined) return ['no address to look for']
  return [
    ...withHtml(mail, () =>
      unless(
        linksOf(mail).some((link) => link.getAttribute('href') === url),
        'not in the HTML part',
      ),
    ),
    ...unless(mail.text.includes(url), 'not in the text part'),
  ]
}

function inBothParts(mail: Examined, words: string | undefined): string[] {
  if (words === undefined) return []
  const wanted = squeezed(words)
  return [
    ...withHtml(mail, () =>
      unless(squeezed(mail.visible).includes(wanted), 'not in the HTML part'),
    ),
    ...unless(squeezed(mail.text).includes(wanted), 'not in the text part'),
  ]
}

function isPreview(element: Parameters<typeof ownText>[0]): boolean {
  const style = element.getAttribute('style') ?? ''
  return /display:\s*none/i.test(style) && ownText(element).trim() !== ''
}
