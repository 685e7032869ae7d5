import { z } from 'zod'
import { Refusal } from '#errors.ts'
import type { ArticleText } from '../article.ts'
import { filterBlocks } from './block-filter.ts'
import { blocksOf } from './blocks.ts'
import { readDate } from './dates.ts'
import { dropComments } from './drop-comments.ts'
import { parsePage, refuseHostileMarkup } from './dom.ts'
import { finishArticle } from './finish.ts'
import { looksLikeMarkup, textOfMarkup } from './markup.ts'
import type { Metadata } from './metadata.ts'
import { paragraphsOfText } from './paragraphs.ts'
import { findSchemaArticle, isObject, readSchemaArticle } from './schema-org.ts'

export function readJson(json: unknown, url: string | null): ArticleText {
  if (isObject(json) && ('@type' in json || '@graph' in json)) return readSchemaJson(json, url)
  if (!isObject(json))
    throw notAnArticle('It must be one object, such as {"headline": …, "body": …}.')
  const given = parseGiven(json)
  const headline = given.headline ?? given.title
  if (headline === undefined) throw notAnArticle('`headline` is missing.', 'headline')
  return finishArticle({
    metadata: metadataOf(given, headline),
    paragraphs: bodyOf(given),
    url,
    breaking: given.breaking ?? false,
  })
}

const Text = z.string()
const OptionalText = z.string().nullish()
const Size = z.number().int().positive().nullish()
const Moment = z.string().refine((text) => readDate(text) !== null, {
  message: 'must be a date, such as 2026-11-21T09:00:00Z',
})
const Named = z.union([z.string(), z.object({ name: z.string() })])

const Given = z.object({
  headline: Text.optional(),
  title: Text.optional(),
  body: OptionalText,
  text: OptionalText,
  html: OptionalText,
  paragraphs: z.array(z.string()).nullish(),
  url: OptionalText,
  guid: OptionalText,
  id: z.union([z.string(), z.number()]).nullish(),
  byline: OptionalText,
  author: z.union([Named, z.array(Named)]).nullish(),
  publisher: Named.nullish(),
  publishedAt: Moment.nullish(),
  updatedAt: Moment.nullish(),
  embargoUntil: Moment.nullish(),
  section: OptionalText,
  language: OptionalText,
  image: z
    .union([
      z.string(),
      z.object({ url: z.string(), alt: OptionalText, width: Size, height: Size }),
    ])
    .nullish(),
  topics: z.union([z.array(z.string()), z.string()]).nullish(),
  standfirst: OptionalText,
  description: OptionalText,
  breaking: z.boolean().nullish(),
})
type Given = z.infer<typeof Given>

function parseGiven(json: Record<string, unknown>): Given {
  const parsed = Given.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue?.path.map(String).join('.') ?? ''
  throw notAnArticle(`\`${field}\`: ${issue?.message ?? 'not as expected'}.`, field)
}

function metadataOf(given: Given, headline: string): Metadata {
  const id = given.guid ?? given.id ?? null
  return {
    headline: textOfMarkup(headline),
    standfirst: textOfMarkup(given.standfirst ?? given.description ?? ''),
    byline: textOfMarkup(given.byline ?? namesOf(given.author)),
    publisher: textOfMarkup(namesOf(given.publisher)),
    publishedAt: readDate(given.publishedAt),
    updatedAt: readDate(given.updatedAt),
    embargoUntil: readDate(given.embargoUntil),
    section: textOfMarkup(given.section ?? ''),
    language: given.language ?? null,
    url: given.url ?? null,
    guid: id === null ? null : String(id),
    image: imageOf(given.image),
    topics: [given.topics ?? []].flat().map(textOfMarkup),
    body: null,
  }
}

type Named = z.infer<typeof Named>

function namesOf(names: Named | Named[] | null | undefined): string {
  return [names ?? []]
    .flat()
    .map((named) => (typeof named === 'string' ? named : named.name))
    .join(', ')
}

function imageOf(image: Given['image']): Metadata['image'] {
  if (image === null || image === undefined) return null
  const { url, alt, width, height } =
    typeof image === 'string' ? { url: image, alt: '', width: null, height: null } : image
  return { url, alt: textOfMarkup(alt ?? ''), width: width ?? null, height: height ?? null }
}

function bodyOf({ paragraphs, body, text, html }: Given): string[] {
  const written = body ?? text
  if (paragraphs !== null && paragraphs !== undefined) return paragraphs.map(textOfMarkup)
  if (written !== null && written !== undefined) return bodyOfField(written)
  if (html !== null && html !== undefined) return bodyOfMarkup(html)
  throw notAnArticle('It has no `body` (nor `text`, `paragraphs` or `html`).', 'body')
}

/** Many systems put markup into a field that is called body or text. */
function bodyOfField(text: string): string[] {
  return looksLikeMarkup(text) ? bodyOfMarkup(text) : paragraphsOfText(text)
}

function bodyOfMarkup(html: string): string[] {
  refuseHostileMarkup(html)
  const body = parsePage(`<!doctype html><html><body>${html}</body></html>`).querySelector('body')
  if (body === null) return []
  dropComments(body)
  return filterBlocks(blocksOf(body), '').map(({ text }) => text)
}

function readSchemaJson(json: Record<string, unknown>, url: string | null): ArticleText {
  const article = findSchemaArticle(json)
  if (article === undefined) throw notAnArticle('`@type` names no article.', '@type')
  for (const field of ['headline', 'articleBody'])
    if (typeof article[field] !== 'string') throw notAnArticle(`\`${field}\` must be text.`, field)
  const metadata = readSchemaArticle(article)
  return finishArticle({ metadata, paragraphs: bodyOfField(String(article['articleBody'])), url })
}

function notAnArticle(reason: string, field?: string): Refusal {
  return new Refusal(
    `This JSON is not an article. ${reason} Send {"headline": "…", "body": "…"}, or a schema.org NewsArticle.`,
    field === undefined ? {} : { field },
  )
}
