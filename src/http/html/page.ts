import { html } from 'hono/html'

import { pageUrl } from '#mail/outside-text.ts'
import { directionOf } from '#mail/words.ts'
import english from '../../../templates/words/pages/frame.en.json' with { type: 'json' }
import { wordsOf } from './page-words.ts'

const frameWords = wordsOf('frame', english)

export type Markup = ReturnType<typeof html>

export type PageFrame = {
  publication: { name: string; url: string; privacyUrl: string }
  /** BCP 47, of the words on the page. */
  language: string
  /** Where daybreak.css and signup.js are served, without a slash at the end. */
  assets: string
}

export type Page = {
  title: string
  body: Markup
  /** File names below `assets`; a page must work without them. */
  scripts?: readonly string[]
  wide?: boolean
  /** What feed readers, search engines and previews of links look for. */
  head?: Markup
  /** Whether search engines may show it; pages that are one reader's must not be found. */
  indexed?: boolean
}

/** A whole page: no inline style or script, so that the strictest content security policy holds. */
export function page(
  frame: PageFrame,
  { title, body, scripts = [], wide = false, head, indexed = false }: Page,
): Markup {
  const { publication, language, assets } = frame
  const words = frameWords(language)
  return html`<!doctype html>
    <html lang="${language}" dir="${directionOf(language)}">
      <head>
        <meta charset="utf-8" />
        <title>${title} · ${publication.name}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        ${indexed ? '' : html`<meta name="robots" content="noindex" />`}
        <link rel="stylesheet" href="${assets}/daybreak.css" />
        ${head ?? ''}
        ${scripts.map((script) => html`<script src="${assets}/${script}" defer></script>`)}
      </head>
      <body>
        <a class="skip" href="#main">${words.skip}</a>
        <header class="masthead">
          <a href="${pageUrl(publication.url, 'the publication')}">${publication.name}</a>
        </header>
        <main id="main" class="${wide ? 'sheet wide' : 'sheet'}">${body}</main>
        <footer class="foot">
          <a href="${pageUrl(publication.privacyUrl, 'the privacy page')}">${words.privacy}</a>
        </footer>
      </body>
    </html> `
}

export type Question = {
  title: string
  sentence: string | Markup
  button: string
  /** Where the answer is posted: the address of the page never changes anything by being read. */
  action: string
  aside?: Markup
}

/** One question, one primary button. */
export function askPage(frame: PageFrame, { title, sentence, button, action, aside }: Question) {
  return page(frame, {
    title,
    body: html`<h1>${title}</h1>
      <p>${sentence}</p>
      <form method="post" action="${action}"><button class="primary">${button}</button></form>
      ${aside ?? ''}`,
  })
}

/** A result, said in a sentence. */
export function saidPage(
  frame: PageFrame,
  { title, sentence, aside }: { title: string; sentence: string | Markup; aside?: Markup },
): Markup {
  return page(frame, {
    title,
    body: html`<h1>${title}</h1>
      <p role="status">${sentence}</p>
      ${aside ?? ''}`,
  })
}

export function errorPage(frame: PageFrame, { message }: { message: string }): Markup {
  const { failedTitle } = frameWords(frame.language)
  return page(frame, {
    title: failedTitle,
    body: html`<h1>${failedTitle}</h1>
      <p role="alert">${message}</p>`,
  })
}
