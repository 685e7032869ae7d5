import type { ArticleText } from '#articles/article.ts'

const BODY = [
  'The ferry Marlow struck a dredger in fog on Saturday morning, and 14 of its 212 passengers were hurt, the harbour office of Port Ansel said.',
  'The harbour authority closed the eastern channel until divers have looked at the sea bed, which will take them until Tuesday at the least.',
  'Two other ferries took the passengers of the evening to Gull Island from the quay of the old fish market, where buses were waiting for them.',
  'The captain had asked for a pilot twice that morning, according to the log of the harbour, and none was free before the tide turned.',
]

export const OTHER_BODY = [
  'A cellist from the conservatory won the spring prize of the orchestra with a sonata that nobody had played in the town for sixty years.',
  'Judges heard eleven musicians behind a curtain, and gave their vote before any of them had spoken with another, as the statutes ask.',
  'She will play with the orchestra in June, and gets an instrument on loan that was made in Cremona and lay in a bank for decades.',
]

/** An article as the reader of articles hands it over. */
export function articleText(more: Partial<ArticleText> = {}): ArticleText {
  return {
    headline: 'Ferry strikes dredger in fog off Port Ansel',
    standfirst: null,
    byline: null,
    publisher: 'The Harbour Courier',
    publishedAt: new Date('2026-11-21T09:00:00Z'),
    updatedAt: null,
    language: 'en',
    canonicalUrl: 'https://courier.example/ferry',
    twinUrls: [],
    guid: null,
    paragraphs: BODY,
    image: null,
    topics: ['Harbour'],
    section: null,
    corrections: null,
    embargoUntil: null,
    place: null,
    breaking: false,
    ...more,
  }
}
