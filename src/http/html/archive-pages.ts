import { html, raw } from 'hono/html'
import { escapeHtml, findPictureUrl } from '#mail/outside-text.ts'
import english from '../../../templates/words/pages/archive.en.json' with { type: 'json' }
import look from '../../../templates/look.json' with { type: 'json' }
import { type Markup, page, type PageFrame } from './page.ts'
import { fill, wordsOf } from './page-words.ts'

export const archiveWords = wordsOf('archive', english)

/** Where an archive's own addresses lead: whole, for the web. */
export type ArchiveLinks = {
  page: string
  signUp: string
  feeds: { rss: string; atom: string; json: string }
}

export type ListedEdition = {
  url: string
  subject: string
  preheader: string
  /** ISO, for machines, and in words. */
  day: { iso: string; words: string }
  /** In words; null where it is as it was sent. */
  correctedOn: string | null
}

export type ArchivePage = {
  newsletter: { name: string; description: string }
  links: ArchiveLinks
  /** This very page's. */
  url: string
  indexed: boolean
  editions: readonly ListedEdition[]
  olderUrl: string | null
  /** The first page, from another one. */
  newestUrl: string | null
}

export function archivePage(frame: PageFrame, archive: ArchivePage): Markup {
  const words = archiveWords(frame.language)
  const { newsletter, links, editions, indexed } = archive
  const title = fill(words.title, { newsletter: newsletter.name })
  const description = newsletter.description === '' ? title : newsletter.description
  return page(frame, {
    title,
    indexed,
    head: html`${sharing({
      type: 'website',
      title: `${title} · ${frame.publication.name}`,
      description,
      url: archive.url,
      site: frame.publication.name,
    })}${discovery(links.feeds, newsletter.name)}`,
    body: html`<h1>${title}</h1>
      ${newsletter.description === '' ? '' : html`<p class="lede" dir="auto">${newsletter.description}</p>`}
      <p><a class="primary" href="${links.signUp}">${words.signUp}</a></p>
      ${editions.length === 0 ? html`<p>${words.none}</p>` : editionList(editions, words)}
      ${pager(archive, words)}
      <p class="way">
        <a class="row" href="${links.feeds.rss}">RSS</a>
        <a class="row" href="${links.feeds.atom}">Atom</a>
        <a class="row" href="${links.feeds.json}">JSON Feed</a>
      </p>`,
  })
}

function editionList(editions: readonly ListedEdition[], words: typeof english): Markup {
  return html`<ol class="editions">
    ${editions.map(
      ({ url, subject, preheader, day, correctedOn }) =>
        html`<li>
          <a href="${url}">
            <p class="muted">
              <time datetime="${day.iso}">${day.words}</time>${
                correctedOn === null ? '' : ` · ${fill(words.corrected, { time: correctedOn })}`
              }
            </p>
            <h2 dir="auto">${subject}</h2>
            ${preheader === '' ? '' : html`<p dir="auto">${preheader}</p>`}
          </a>
        </li>`,
    )}
  </ol>`
}

function pager({ olderUrl, newestUrl }: ArchivePage, words: typeof english): Markup | '' {
  if (olderUrl === null && newestUrl === null) return ''
  return html`<nav class="way" aria-label="${words.pages}">
    ${newestUrl === null ? '' : html`<a class="row" href="${newestUrl}">${words.newest}</a>`}
    ${olderUrl === null ? '' : html`<a class="row" rel="next" href="${olderUrl}">${words.older}</a>`}
  </nav>`
}

export type EditionView = {
  mail: string
  language: string
  newsletter: string
  publication: string
  subject: string
  preheader: string
  url: string
  publishedAt: Date
  indexed: boolean
  picture: { url: string; alt: string } | undefined
  /** Null for a newsletter without an archive. */
  links: ArchiveLinks | null
  signUpUrl: string
  /** What changed and when, oldest first. */
  changes: readonly { time: string; lines: readonly string[] }[]
}

/** A mail as a page for everybody: the mail itself, with what the web wants in its head and what changed on top. */
export async function editionViewPage(view: EditionView): Promise<string> {
  const head = html`${view.indexed ? '' : html`<meta name="robots" content="noindex" />`}
    <meta name="referrer" content="no-referrer" />
    ${sharing({
      type: 'article',
      title: view.subject,
      description: view.preheader,
      url: view.url,
      site: view.publication,
      publishedAt: view.publishedAt,
      picture: view.picture,
    })}
    ${view.links === null ? '' : discovery(view.links.feeds, view.newsletter)}`
  const [inHead, onTop] = await Promise.all([head, topOf(view)])
  return view.mail
    .replace('<head>', () => `<head>${String(inHead)}`)
    .replace('<div role="main">', (main) => `${main}${String(onTop)}`)
}

const { light, sans } = look
const STRIP = `max-width:600px;margin:0 auto;padding:8px 24px 0;font:14px/22px ${sans};color:${light.muted}`
const LINK = `display:inline-block;padding:11px 0;margin-inline-end:24px;color:${light.muted}`
const NOTE = `max-width:600px;box-sizing:border-box;margin:8px auto 0;padding:16px 24px;border-radius:6px;background-color:${light.sheet};font:16px/26px ${sans};color:${light.ink}`

function topOf({ language, links, signUpUrl, changes }: EditionView): Markup {
  const words = archiveWords(language)
  // In the dark a mail gives the ground of the page to what stands directly in its main part.
  return html`<div>
    <div class="muted" style="${STRIP}">
      ${links === null ? '' : html`<a class="muted" href="${links.page}" style="${LINK}">${words.all}</a>`}
      <a class="muted" href="${signUpUrl}" style="${LINK}">${words.signUp}</a>
    </div>
    ${changes.map(
      ({ time, lines }) =>
        html`<div role="note" class="sheet ink" style="${NOTE}">
          <p style="margin:0"><b>${fill(words.corrected, { time })}</b></p>
          ${lines.map((line) => html`<p dir="auto" style="margin:4px 0 0">${line}</p>`)}
        </div>`,
    )}
  </div>`
}

type Sharing = {
  type: 'website' | 'article'
  title: string
  description: string
  url: string
  site: string
  publishedAt?: Date
  picture?: { url: string; alt: string } | undefined
}

/** For search engines, and for the preview of a link in a chat. */
function sharing(about: Sharing): Markup {
  const picture = about.picture && findPictureUrl(about.picture.url)
  const properties: [string, string][] = [
    ['og:type', about.type],
    ['og:title', about.title],
    ['og:description', about.description],
    ['og:url', about.url],
    ['og:site_name', about.site],
    ...(about.publishedAt === undefined
      ? []
      : [['article:published_time', about.publishedAt.toISOString()] satisfies [string, string]]),
    ...(picture === undefined || about.picture === undefined
      ? []
      : ([
          ['og:image', picture],
          ['og:image:alt', about.picture.alt],
        ] satisfies [string, string][])),
  ]
  return html`<meta name="description" content="${about.description}" />
    <link rel="canonical" href="${about.url}" />
    ${properties.map(([name, value]) => html`<meta property="${name}" content="${value}" />`)}
    <meta
      name="twitter:card"
      content="${picture === undefined ? 'summary' : 'summary_large_image'}"
    />`
}

function discovery({ rss, atom, json }: ArchiveLinks['feeds'], name: string): Markup {
  const feeds = [
    ['application/rss+xml', `${name} (RSS)`, rss],
    ['application/atom+xml', `${name} (Atom)`, atom],
    ['application/feed+json', `${name} (JSON Feed)`, json],
  ]
  const links = feeds.map(
    ([type = '', title = '', url = '']) =>
      `<link rel="alternate" type="${type}" title="${escapeHtml(title)}" href="${escapeHtml(url)}">`,
  )
  return html`${raw(links.join(''))}`
}
