import type { SummarySentence } from '#articles/article.ts'
import { doubtsAbout } from '#articles/model/gate/gate.ts'
import { type DoubtKind, readSubject } from '#articles/model/gate/evidence.ts'
import { materialOf } from '#articles/model/material.ts'
import type { ArticleRow } from '#articles/store.ts'

/** A sentence that its article does not bear out, and why; undefined where it bears out all of them. */
export function ungroundedIn(article: ArticleRow): { text: string; why: string } | undefined {
  const sentences = [...article.sentences, ...(article.longer ?? [])]
  if (article.method === 'llm') return doubtedIn(article, sentences)
  const missing = sentences.find((sentence) => textAt(article, sentence) !== sentence.text)
  return missing === undefined
    ? undefined
    : { text: missing.text, why: 'it does not stand in the article' }
}

/** What a person wrote and the article does not know: a number, a name, a date or a quotation. */
export function unknownIn(
  article: ArticleRow,
  texts: readonly string[],
): { text: string; why: string } | undefined {
  const { material, subject } = readArticle(article)
  const sources = [...material.sentences.keys()]
  for (const text of texts) {
    const [fact] = doubtsAbout({ text, sources }, subject).flatMap(({ kind }) => FACTS[kind] ?? [])
    if (fact !== undefined) return { text, why: `${fact} in it is not in the article` }
  }
  return undefined
}

const FACTS: Partial<Record<DoubtKind, string>> = {
  number: 'a number',
  name: 'a name',
  date: 'a date',
  quote: 'a quotation',
}

/** What a model wrote is compared anew with the sentences that it names. */
function doubtedIn(article: ArticleRow, sentences: readonly SummarySentence[]) {
  const { material, subject } = readArticle(article)
  for (const { text, sources, ...own } of sentences) {
    const spans = sources ?? [own]
    const places = material.sentences.flatMap((shown, place) =>
      spans.some((span) => overlap(shown, span)) ? [place] : [],
    )
    const [doubt] = doubtsAbout({ text, sources: places }, subject)
    if (doubt !== undefined) return { text, why: doubt.reason }
  }
  return undefined
}

function readArticle(article: ArticleRow) {
  const material = materialOf(article)
  const { language, headline, sentences } = material
  const subject = { language, headline, sentences: sentences.map(({ text }) => text) }
  return { material, subject: readSubject(subject) }
}

type Span = Pick<SummarySentence, 'paragraph' | 'start' | 'end'>

function overlap(one: Span, other: Span): boolean {
  return one.paragraph === other.paragraph && one.start < other.end && other.start < one.end
}

function textAt({ paragraphs, standfirst }: ArticleRow, { paragraph, start, end }: Span) {
  const text = paragraph === -1 ? standfirst : paragraphs[paragraph]
  return text?.slice(start, end)
}
