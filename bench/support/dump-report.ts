import { readFile } from 'node:fs/promises'
import { readArticle } from '#articles/read-article.ts'
import { summarise } from '#articles/summarise.ts'

const LONG_WORDS = 40

export type DumpReport = {
  headline: string
  byline: string
  kept: string[]
  dropped: string[]
  summary: { text: string; words: number; verbatim: boolean; long: boolean }[]
}

/** What becomes of a page that was copied as text, with all that stood around the article. */
export async function readDump(file: string): Promise<DumpReport> {
  const bytes = await readFile(file)
  const article = readArticle({ bytes, contentType: 'text/plain' })
  const kept = article.paragraphs
  const body = kept.join('\n')
  const taken = [...kept, article.headline, article.standfirst ?? ''].map(folded)
  const lines = bytes.toString('utf8').split(/\r?\n/)
  const dropped = lines.filter((line) => {
    const text = folded(line)
    return text !== '' && !taken.some((each) => each.includes(text))
  })
  return {
    headline: article.headline,
    byline: article.byline ?? 'none',
    kept,
    dropped: dropped.map((line) => line.trim()),
    summary: summarise(article).sentences.map(({ text }) => {
      const words = text.split(/\s+/).length
      return { text, words, verbatim: body.includes(text), long: words > LONG_WORDS }
    }),
  }
}

function folded(text: string): string {
  return (
    text
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu)
      ?.join(' ') ?? ''
  )
}
