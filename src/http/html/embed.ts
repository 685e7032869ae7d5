import { readFileSync } from 'node:fs'

import { escapeHtml, pageUrl } from '#mail/outside-text.ts'
import { directionOf } from '#mail/words.ts'
import { joinWords } from './sign-up-pages.ts'

const form = readFileSync(new URL('../../../templates/pages/embed.html', import.meta.url), 'utf8')

export type Embed = {
  publicUrl: string
  newsletters: readonly { slug: string; name: string }[]
  /** Whether the script offers topics too. */
  topics: boolean
  /** BCP 47. */
  language: string
}

/** One line to paste: the script makes the form where it stands. */
export function embedLine({ publicUrl, newsletters, topics, language }: Embed): string {
  const attributes = [
    `src="${escapeHtml(below(publicUrl, 'embed.js'))}"`,
    `data-newsletters="${escapeHtml(newsletters.map(({ slug }) => slug).join(','))}"`,
    ...(topics ? ['data-topics'] : []),
    `data-language="${escapeHtml(language)}"`,
    'async',
  ]
  return `<script ${attributes.join(' ')}></script>`
}

/** The form as plain HTML, which works without the script and takes on the look of its page. */
export function embedForm({ publicUrl, newsletters, language }: Embed): string {
  const words = joinWords(language)
  const gaps: Record<string, string> = {
    ACTION: escapeHtml(below(publicUrl, 'sign-up')),
    LANGUAGE: escapeHtml(language),
    DIRECTION: directionOf(language),
    NEWSLETTERS: newsletterFields(newsletters, words.legend),
    EMAIL: escapeHtml(words.email),
    TRAP: escapeHtml(words.trap),
    BUTTON: escapeHtml(words.button),
    PROMISE: escapeHtml(words.promise),
  }
  return form.trimEnd().replace(/\b[A-Z]{4,}\b/g, (gap) => gaps[gap] ?? gap)
}

function newsletterFields(newsletters: Embed['newsletters'], legend: string): string {
  const [only, ...others] = newsletters
  if (only !== undefined && others.length === 0)
    return `<input type="hidden" name="newsletter" value="${escapeHtml(only.slug)}" />`
  const choices = newsletters.map(
    ({ slug, name }) =>
      `    <label><input type="checkbox" name="newsletter" value="${escapeHtml(slug)}" checked /> ${escapeHtml(name)}</label><br />`,
  )
  const lines = ['<fieldset>', `    <legend>${escapeHtml(legend)}</legend>`, ...choices]
  return `${lines.join('\n')}\n  </fieldset>`
}

function below(publicUrl: string, path: string): string {
  const base = pageUrl(publicUrl, 'the public address').replace(/\/$/, '')
  return new URL(path, `${base}/`).href
}

/** A mail as a page of its own: the mail itself, kept out of search engines. */
export function webViewPage(mailHtml: string): string {
  return mailHtml.replace(
    '<head>',
    '<head><meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">',
  )
}
