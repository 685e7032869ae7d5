import type { Context } from '#context.ts'
import { ingest, type Ingested } from '#articles/ingest.ts'

const SYLLABLES = 'bal dor fen gim kal lur mav nor pel ros sil tam ven wyk zor hest'.split(' ')

/** Four paragraphs whose telling words no other subject has: alike bodies would be one story, or copies of one text. */
function bodyAbout(subject: string): string[] {
  let seed = 0
  for (const character of subject)
    seed = (Math.imul(seed, 31) + (character.codePointAt(0) ?? 0)) >>> 0
  const next = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((seed / 2 ** 32) * below)
  }
  const word = () => Array.from({ length: 3 }, () => SYLLABLES[next(SYLLABLES.length)]).join('')
  const name = () => word().replace(/^./, (first) => first.toUpperCase())
  const [place, person] = [name(), `${name()} ${name()}`]
  return [
    `The ${word()} of ${place} was the ${word()} that ${person} and the ${word()} had said it would be, with ${word()} after ${word()} and more ${word()} than before.`,
    `On Monday ${person} said to the ${word()} of ${place} that this was not what the ${word()} and their ${word()} had been told by ${name()} last week.`,
    `They were with the ${word()} when the ${word()} of ${name()} came, and ${person} said that there will be ${word()} for the ${word()} of the ${word()}.`,
    `Before that, the ${word()} had been in ${place} for ${7 + next(80)} years, and from there the ${word()} was said to be under the ${word()} of the ${word()}.`,
  ]
}

/** A text in words that people write, for what reads it. */
export function councilText(about: string): string[] {
  return [
    `${about}.`,
    `The council of Port Ansel (${about}) voted on Friday to rebuild the old fish market on the north quay, ending nine years of argument about the site.`,
    'Work is to begin in March and to cost 14.2 million crowns, of which the region pays a third, according to the plan that councillors passed by 17 votes to 6.',
    'Traders will keep their stalls in a hall beside the station while the quay is closed, the harbour office said in a statement.',
    'Opponents had wanted a public vote first, and say that the price will rise before the first stone is laid.',
  ]
}

/** One article as an API client sends it; `about` makes its words its own. */
export async function ingestArticle(
  context: Pick<Context, 'db' | 'clock' | 'enqueue'>,
  {
    headline,
    about = headline,
    topics = ['Council'],
    breaking = false,
    paragraphs,
  }: {
    headline: string
    about?: string
    topics?: string[]
    breaking?: boolean
    paragraphs?: string[]
  },
): Promise<Ingested> {
  const slug = headline.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  const article = {
    headline,
    url: `https://courier.example/${slug}`,
    publisher: 'The Harbour Courier',
    topics,
    breaking,
    paragraphs: paragraphs ?? [`${about}.`, ...bodyAbout(about)],
  }
  return ingest(context, {
    input: {
      bytes: new TextEncoder().encode(JSON.stringify(article)),
      contentType: 'application/json',
    },
    // Nearly the same words from one desk are one article: each headline has a desk of its own.
    origin: { kind: 'api', name: `desk of ${slug}` },
  })
}
