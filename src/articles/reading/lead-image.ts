import type { ArticleImage } from '../article.ts'
import { type HtmlDocument, type HtmlElement, attributeOf, isElement } from './dom.ts'
import type { Metadata } from './metadata.ts'
import { pixels } from './schema-org.ts'
import { webAddress } from './web-address.ts'

type Sources = {
  page: HtmlDocument
  schema: Metadata | undefined
  meta: (...names: string[]) => string | null
}

const MOST_RENDITIONS = 12

/** The image that a page gives for its article, with the other sizes of it that the page names. */
export function leadImageOf(
  { page, schema, meta }: Sources,
  base: string | null,
): ArticleImage | null {
  const lead =
    webAddress(schema?.image?.url, base) ??
    webAddress(meta('og:image:secure_url', 'og:image', 'twitter:image'), base)
  const shown = shownImage(page, lead, base)
  const url = lead ?? webAddress(attributeOf(shown, 'src'), base)
  if (url === null) return null
  const alts = [attributeOf(shown, 'alt'), meta('og:image:alt', 'twitter:image:alt')]
  const size = (side: 'width' | 'height') =>
    schema?.image?.[side] ?? pixels(meta(`og:image:${side}`)) ?? pixels(attributeOf(shown, side))
  const renditions = shown === null ? [] : renditionsOf(shown, base)
  return {
    url,
    alt: alts.find((alt) => alt !== null && alt !== '') ?? schema?.image?.alt ?? '',
    width: size('width'),
    height: size('height'),
    ...(renditions.length > 0 ? { renditions } : {}),
  }
}

/** The lead image where the page shows it, else the first figure. */
function shownImage(
  page: HtmlDocument,
  lead: string | null,
  base: string | null,
): HtmlElement | null {
  const within = lead === null ? 'article figure img, main figure img, figure img' : 'img'
  const images = [...page.querySelectorAll(within)]
  const shown = images.find((image) => {
    const address = webAddress(attributeOf(image, 'src'), base)
    if (lead === null) return address !== null
    const own = [address, ...renditionsOf(image, base).map(({ url }) => url)]
    return own.some((each) => withoutQuery(each) === withoutQuery(lead))
  })
  return shown ?? null
}

function withoutQuery(address: string | null): string | null {
  return address?.split('?')[0] ?? null
}

/** From `srcset`, also of the `picture` around it; sizes given by width only ("2x" says nothing of a mail's column). */
function renditionsOf(image: HtmlElement, base: string | null): { url: string; width: number }[] {
  const around = image.parentNode
  const sources =
    around !== null && isElement(around) && around.tagName === 'PICTURE'
      ? [...around.querySelectorAll('source')]
      : []
  const found = new Map<string, number>()
  for (const element of [image, ...sources]) {
    const list = (
      attributeOf(element, 'srcset') ??
      attributeOf(element, 'data-srcset') ??
      ''
    ).slice(0, 20_000)
    // An address may hold commas: a candidate ends at its width.
    for (const [, address, width] of list.matchAll(/(\S+)\s+(\d{2,5})w\s*(?:,|$)/g)) {
      const url = webAddress(address?.replace(/^,+/, ''), base)
      if (url !== null && found.size < MOST_RENDITIONS) found.set(url, Number(width))
    }
  }
  return [...found].map(([url, width]) => ({ url, width }))
}
