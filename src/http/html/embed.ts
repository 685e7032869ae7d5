import { readFileSync } from 'node:fs'

import { escapeHtml, pageUrl } from '#mail/outside-text.ts'

const snippet = readFileSync(
  new URL('../../../templates/pages/embed.html', import.meta.url),
  'utf8',
)

/** A sign-up form to paste into any page: plain HTML that takes on that page's look. */
export function embedSnippet({
  publicUrl,
  newsletters,
}: {
  publicUrl: string
  newsletters: readonly { slug: string; name: string }[]
}): string {
  const action = new URL(
    'sign-up',
    `${pageUrl(publicUrl, 'the public address').replace(/\/$/, '')}/`,
  )
  const choices = newsletters.map(
    ({ slug, name }) =>
      `<label><input type="checkbox" name="newsletter" value="${escapeHtml(slug)}" checked> ${escapeHtml(name)}</label><br>`,
  )
  return snippet
    .replace('ACTION', () => escapeHtml(action.href))
    .replace('NEWSLETTERS', () => choices.join('\n    '))
}

/** A mail as a page of its own: the mail itself, kept out of search engines. */
export function webViewPage(mailHtml: string): string {
  return mailHtml.replace(
    '<head>',
    '<head><meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">',
  )
}
