import { foldedWords } from './clean-text.ts'
import { readDate } from './dates.ts'
import { type HtmlDocument, type HtmlElement, attributeOf, textOf } from './dom.ts'
import { leadImageOf } from './lead-image.ts'
import type { Metadata } from './metadata.ts'
import { findSchemaArticle, readSchemaArticle, splitKeywords } from './schema-org.ts'
import { canonicalAddress } from './web-address.ts'

/** What a page says about its article, from JSON-LD, then meta elements, then what a reader sees. */
export function metadataOfPage(page: HtmlDocument, base: string | null): Metadata {
  const meta = metaOf(page)
  const schema = schemaOf(page, meta)
  const publisher = schema?.publisher ?? meta('og:site_name', 'application-name')
  const sources = { page, schema, meta }
  return {
    headline: headlineOf(sources, publisher),
    standfirst: standfirstOf(schema, meta),
    byline: bylineOf(page, schema, meta),
    publisher,
    publishedAt: dateOf(page, schema, meta),
    updatedAt: updatedOf(schema, meta),
    language: languageOf(sources),
    url: addressOf(sources, base),
    twinUrls: twinsOf(sources),
    section: meta('article:section') ?? schema?.section ?? null,
    guid: schema?.guid ?? null,
    image: leadImageOf(sources, base),
    topics: topicsOf(page, schema, meta),
    body: schema?.body ?? null,
  }
}

function languageOf({ page, schema, meta }: Sources): string | null {
  const given = attributeOf(page.querySelector('html'), 'lang') || schema?.language
  return given ?? meta('og:locale', 'content-language')
}

function addressOf({ page, schema, meta }: Sources, base: string | null): string | null {
  const canonical = attributeOf(page.querySelector('link[rel~="canonical"]'), 'href')
  const given = [canonical, meta('og:url'), schema?.url ?? null]
  return given.find((address) => canonicalAddress(address, base) !== null) ?? null
}

type Meta = (...names: string[]) => string | null

function schemaOf(page: HtmlDocument, meta: Meta): Metadata | undefined {
  const values = [...page.querySelectorAll('script[type="application/ld+json"]')].map((script) =>
    parseLoosely(script.textContent ?? ''),
  )
  const titles = [
    ...[...page.querySelectorAll('h1')].map(textOf),
    meta('og:title') ?? '',
    textOf(page.querySelector('title')),
  ]
  const article = findSchemaArticle(values, titles)
  return article === undefined ? undefined : readSchemaArticle(article)
}

/** Pages put line breaks into JSON strings; a value that is still no JSON counts as absent. */
function parseLoosely(json: string): unknown {
  try {
    // oxlint-disable-next-line no-control-regex
    return JSON.parse(json.replace(/[\u0000-\u001F]+/g, ' '))
  } catch {
    return null
  }
}

function metaOf(page: HtmlDocument): Meta {
  const values = new Map<string, string>()
  for (const element of page.querySelectorAll('meta')) {
    const name = metaName(element)
    const content = attributeOf(element, 'content')?.trim() ?? ''
    if (content !== '' && !values.has(name)) values.set(name, content)
  }
  return (...names) => names.map((name) => values.get(name)).find((value) => value) ?? null
}

function metaName(element: HtmlElement): string {
  const name = ['property', 'name', 'itemprop', 'http-equiv']
    .map((attribute) => attributeOf(element, attribute))
    .find((value) => value !== null && value !== '')
  return name?.toLowerCase() ?? ''
}

type Sources = { page: HtmlDocument; schema: Metadata | undefined; meta: Meta }

function headlineOf({ page, schema, meta }: Sources, publisher: string | null): string | null {
  const heading = textOf(page.querySelector('article h1, main h1') ?? page.querySelector('h1'))
  const titles = [
    schema?.headline ?? null,
    meta('og:title', 'twitter:title'),
    heading,
    textOf(page.querySelector('title')),
  ].map((title) => withoutSite((title ?? '').slice(0, 1_000), publisher))
  const [given = null] = titles.filter((title) => title !== '')
  // A title that was cut for search engines is given whole by the heading.
  const stem = given?.replace(/\s*(…|\.{3})$/, '')
  return stem !== undefined && stem !== given && heading.startsWith(stem) ? heading : given
}

/** "Headline | The Courier" without the name of the site. */
function withoutSite(title: string, publisher: string | null): string {
  const match = /^(.{10,}?)\s+(?:[|·»–—-]|::)\s+([^|·»–—]{2,60})$/.exec(title)
  if (match === null || publisher === null) return title
  return foldedWords(match[2] ?? '') === foldedWords(publisher) ? (match[1] ?? title) : title
}

function standfirstOf(schema: Metadata | undefined, meta: Meta): string | null {
  const given = [schema?.standfirst ?? null, meta('og:description'), meta('description')]
  // Half a sentence is worse than none.
  return given.find((text) => text !== null && !/(…|\.{3}|\[…\])$/.test(text)) ?? null
}

function bylineOf(page: HtmlDocument, schema: Metadata | undefined, meta: Meta): string | null {
  const visible = page.querySelector(
    '[rel~="author"], [itemprop="author"], .byline, .article-byline, .author-name, .entry-author, .post-author, article .author, main .author, article .autor, article .auteur',
  )
  const given = [
    schema?.byline ?? null,
    meta('author', 'article:author', 'parsely-author'),
    textOf(visible),
  ]
  const byline = given.find((text) => text !== null && text !== '' && !/^https?:/i.test(text))
  return byline?.replace(/^(by|von|par|por|di|door|av|af|autor|texte?|foto)\s*:?\s+/i, '') ?? null
}

function dateOf(page: HtmlDocument, schema: Metadata | undefined, meta: Meta): Date | null {
  const time = page.querySelector('article time[datetime], main time[datetime], time[datetime]')
  return (
    schema?.publishedAt ??
    readDate(
      meta(
        'article:published_time',
        'datepublished',
        'date',
        'dc.date',
        'parsely-pub-date',
        'pubdate',
      ),
    ) ??
    readDate(attributeOf(time, 'datetime')) ??
    shownDate(page)
  )
}

const SHOWN_DATES = [
  'article time',
  'main time',
  '[itemprop~="datePublished"]',
  'article header .date, article .date, main .date',
  '.entry-date, .post-date, .article-date, .article__date, .published, .publish-date, .datum',
]

/** As a reader sees it, in words: "21. November 2026". Only where the page's own names say that it is a date. */
function shownDate(page: HtmlDocument): Date | null {
  const texts = SHOWN_DATES.map((selector) => textOf(page.querySelector(selector)))
  return texts.map((text) => readDate(text)).find((date) => date !== null) ?? null
}

function updatedOf(schema: Metadata | undefined, meta: Meta): Date | null {
  const given = meta('article:modified_time', 'og:updated_time', 'datemodified', 'last-modified')
  return schema?.updatedAt ?? readDate(given)
}

/** AMP and mobile twins, and what the page calls itself elsewhere. */
function twinsOf({ page, schema, meta }: Sources): string[] {
  const linked = [
    'link[rel~="canonical"]',
    'link[rel~="amphtml"]',
    'link[rel~="alternate"][media]',
    'link[rel~="shortlink"]',
  ].flatMap((selector) => [...page.querySelectorAll(selector)])
  const given = linked.map((link) => attributeOf(link, 'href'))
  return [...given, meta('og:url'), schema?.url].filter((url) => typeof url === 'string')
}

function topicsOf(page: HtmlDocument, schema: Metadata | undefined, meta: Meta): string[] {
  const tags = [...page.querySelectorAll('meta[property="article:tag"]')].flatMap((tag) =>
    splitKeywords(attributeOf(tag, 'content') ?? ''),
  )
  const section = meta('article:section')
  const keywords = splitKeywords(meta('news_keywords') ?? meta('keywords') ?? '')
  return [...(section === null ? [] : [section]), ...(schema?.topics ?? []), ...tags, ...keywords]
}
