import { createHash } from 'node:crypto'
import type { ArticleText } from './article.ts'
import { foldedWords } from './reading/clean-text.ts'
import { canonicalAddress } from './reading/web-address.ts'

/** What makes two arrivals one article, and what makes the second a revision of the first. */
export type Fingerprint = {
  urlKey: string | null
  guidKey: string | null
  contentKey: string
  bodyHash: string
}

type Identified = Pick<
  ArticleText,
  'headline' | 'standfirst' | 'paragraphs' | 'canonicalUrl' | 'guid'
>

export function fingerprint(article: Identified): Fingerprint {
  const { headline, paragraphs } = article
  return {
    urlKey: urlKeyOf(article.canonicalUrl),
    guidKey: article.guid?.trim() || null,
    contentKey: sha256([headline, ...paragraphs].map(foldedWords).join(' ')),
    bodyHash: bodyHash(article),
  }
}

/**
 * The text that readers see: headline, standfirst and body. White space, paragraph breaks and the
 * shape of quotes and dashes do not count; letters, numbers and other punctuation do.
 */
function bodyHash({
  headline,
  standfirst,
  paragraphs,
}: Pick<ArticleText, 'headline' | 'standfirst' | 'paragraphs'>): string {
  return sha256(
    [headline, standfirst ?? '', paragraphs.join(' ')].map(withPlainTypography).join('\n'),
  )
}

/** The same page under http or https, with or without `www.` and a closing slash, has one key. */
function urlKeyOf(address: string | null): string | null {
  const url = URL.parse(canonicalAddress(address) ?? '')
  if (url === null) return null
  url.searchParams.sort()
  return `${url.host.replace(/^www\./, '')}${url.pathname.replace(/\/+$/, '')}${url.search}`
}

function withPlainTypography(text: string): string {
  return (
    text
      // Not NFKC: it makes 106 of 10⁶, and the correction of one to the other no revision.
      .normalize('NFC')
      .replace(/[‘’‚‛′`´]/g, "'")
      .replace(/[“”„‟″«»]/g, '"')
      .replace(/[‐‑‒–—―]/g, '-')
      .replace(/\s+/g, ' ')
      .trim()
  )
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
