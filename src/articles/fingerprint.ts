import { createHash } from 'node:crypto'
import type { ArticleText } from './article.ts'
import { addressKeys } from './identity/address-key.ts'
import { minhashOf } from './identity/minhash.ts'
import { foldedWords } from './reading/clean-text.ts'

/** What makes two arrivals one article, and what makes the second a revision of the first. */
export type Fingerprint = {
  /** Of all its addresses, the canonical one first. */
  urlKeys: string[]
  guidKey: string | null
  contentKey: string
  /** Null where the body is too short to be told apart by it. */
  minhash: Uint8Array | null
  bodyHash: string
}

type Identified = Pick<
  ArticleText,
  'headline' | 'standfirst' | 'paragraphs' | 'canonicalUrl' | 'twinUrls' | 'guid' | 'corrections'
>

export function fingerprint(article: Identified): Fingerprint {
  const { headline, paragraphs } = article
  return {
    urlKeys: addressKeys([article.canonicalUrl, ...article.twinUrls.slice(0, MOST_TWINS)]),
    guidKey: article.guid?.trim() || null,
    contentKey: sha256([headline, ...paragraphs].map(foldedWords).join(' ')),
    minhash: minhashOf(article),
    bodyHash: bodyHash(article),
  }
}

const MOST_TWINS = 20

/**
 * The text that readers see: headline, standfirst, body, and the publisher's corrections. White space, paragraph breaks
 * and the shape of quotes and dashes do not count; letters, numbers and other punctuation do.
 */
function bodyHash({
  headline,
  standfirst,
  paragraphs,
  corrections,
}: Pick<ArticleText, 'headline' | 'standfirst' | 'paragraphs' | 'corrections'>): string {
  const parts = [headline, standfirst ?? '', paragraphs.join(' ')]
  return sha256(
    (corrections === null ? parts : [...parts, corrections]).map(withPlainTypography).join('\n'),
  )
}

export function withPlainTypography(text: string): string {
  return (
    text
      // Not NFKC: it makes 106 of 10⁶, and the correction of one to the other no revision.
      .normalize('NFC')
      .replace(/[‘’‚‛′`´]/g, "'")
      .replace(/[“”„‟″«»]/g, '"')
      .replace(/[‐‑‒–—―]/g, '-')
      .replace(/…/g, '...')
      .replace(/\s+/g, ' ')
      .trim()
  )
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
