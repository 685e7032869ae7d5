import type { Context } from '#context.ts'
import { ingest, type Ingested } from '#articles/ingest.ts'

const BODY = [
  'The council of Port Ansel voted on Friday to rebuild the old fish market on the north quay, ending nine years of argument about the site.',
  'Work is to begin in March and to cost 14.2 million crowns, of which the region pays a third, according to the plan that councillors passed by 17 votes to 6.',
  'Traders will keep their stalls in a hall beside the station while the quay is closed, the harbour office said in a statement.',
  'Opponents had wanted a public vote first, and say that the price will rise before the first stone is laid.',
]

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
    paragraphs: paragraphs ?? [
      `${about}.`,
      ...BODY.map((text, index) =>
        text.replace('Port Ansel', `Port Ansel (${about}, part ${index + 1})`),
      ),
    ],
  }
  return ingest(context, {
    input: {
      bytes: new TextEncoder().encode(JSON.stringify(article)),
      contentType: 'application/json',
    },
    origin: { kind: 'api', name: 'test' },
  })
}
