import { namesOf } from './blocks.ts'
import { type HtmlDocument, type HtmlElement, type HtmlNode, isElement } from './dom.ts'

const NOISE_NAMES =
  /(^|[\s_-])(related|newsletter|news-?letter|share|sharing|social|subscribe|subscription|signup|sign-up|promo|promotion|advert|advertisement|ad-slot|sponsor(ed)?|breadcrumbs?|byline|author-?(bio|info|box|card)|bio|comments?|comment-list|disqus|tags?|taglist|tag-list|most-?(read|popular)|popular|recommend(ed|ations?)?|outbrain|taboola|teaser|read-?more|see-?also|you-?may|more-?(on|from|stories)|caption|credits?|copyright|image-?credit|photo-?credit|timestamp|dateline|publish(ed)?-?(date|time)|post-?(meta|date|author)|entry-?meta|meta|footer|nav|navigation|menu|sidebar|widget|pagination|toolbar|cookie|consent|modal|popup|print|skip-?link|screen-?reader|sr-only|visually-?hidden|gallery|slideshow|carousel|video-?(caption|info|title)|hidden|stand-?first|dek|deck|strapline|sub-?title|sub-?headline)([\s_-]|$)/i
const NOISE_TAGS = new Set(['NAV', 'FOOTER', 'ASIDE', 'FIGCAPTION', 'MENU', 'DIALOG'])
const NEVER_NOISE = new Set(['ARTICLE', 'MAIN', 'BODY', 'HTML', 'HEAD'])

/** Characters of text in an element, and of those the ones inside paragraphs. */
type Amount = { text: number; prose: number; paragraphs: number; heading: boolean }

/** Removes the parts that call themselves page furniture, unless much of the page's prose is in them. */
export function preClean(document: HtmlDocument): void {
  const root = document.querySelector('body') ?? document.documentElement
  if (root === null) return
  const amounts = new Map<HtmlNode, Amount>()
  const total = measure(root, amounts).prose || 1
  const noisy = [...root.querySelectorAll('*')].filter(isNoise)
  const names = proseByNames(noisy, amounts)
  for (const element of noisy) {
    if (element.parentNode === null || !isSmall(amounts.get(element), total)) continue
    // A page builder calls each paragraph of the article a widget.
    if ((names.get(namesOf(element)) ?? 0) < total * 0.5) element.remove()
  }
}

function proseByNames(
  elements: readonly HtmlElement[],
  amounts: ReadonlyMap<HtmlNode, Amount>,
): Map<string, number> {
  const prose = new Map<string, number>()
  for (const element of elements) {
    const names = namesOf(element)
    if (names.trim() === '') continue
    prose.set(names, (prose.get(names) ?? 0) + (amounts.get(element)?.prose ?? 0))
  }
  return prose
}

/** One walk for the whole tree: asking each noisy element again made large pages quadratic. */
function measure(element: HtmlElement, amounts: Map<HtmlNode, Amount>): Amount {
  const amount = { text: 0, prose: 0, paragraphs: 0, heading: false }
  for (let node = element.firstChild; node !== null; node = node.nextSibling) {
    if (node.nodeType === 3) amount.text += (node.nodeValue ?? '').replace(/\s+/g, ' ').length
    else if (isElement(node)) add(amount, node, amounts)
  }
  amounts.set(element, amount)
  return amount
}

function add(amount: Amount, child: HtmlElement, amounts: Map<HtmlNode, Amount>): void {
  const inside = measure(child, amounts)
  const tag = child.tagName.toUpperCase()
  amount.text += inside.text
  amount.prose += tag === 'P' ? inside.text : inside.prose
  amount.paragraphs += inside.paragraphs + (tag === 'P' ? 1 : 0)
  amount.heading ||= inside.heading || tag === 'H1'
}

function isNoise(element: HtmlElement): boolean {
  const tag = element.tagName.toUpperCase()
  if (NEVER_NOISE.has(tag)) return false
  return (
    NOISE_TAGS.has(tag) ||
    element.hasAttribute('hidden') ||
    element.getAttribute('aria-hidden') === 'true' ||
    /display\s*:\s*none/i.test(element.getAttribute('style') ?? '') ||
    NOISE_NAMES.test(namesOf(element))
  )
}

function isSmall(amount: Amount | undefined, total: number): boolean {
  if (amount === undefined || amount.heading) return false
  const own = amount.paragraphs > 0 ? amount.prose : amount.text
  return amount.prose < total * 0.2 && own < Math.max(1_200, total * 0.25)
}
