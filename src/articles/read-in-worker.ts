import { Refusal } from '#errors.ts'
import type { ArticleInput, ArticleText } from './article.ts'
import { createReaderPool } from './reader-pool.ts'
import type { ReadAnswer } from './read-worker.ts'
import { MAX_ARTICLE_BYTES, decodeArticle } from './reading/decode.ts'

/** The threads of this process; it starts none before the first page. */
const pool = createReaderPool()

/**
 * Reads an article in a thread of its own, so that a hostile page can neither hold the process up
 * nor eat its memory.
 * @throws Refusal for what `readArticle` refuses, and for a page that takes too long or too much memory
 */
export async function readArticleInWorker(
  input: ArticleInput,
  { timeoutMs }: { timeoutMs: number },
): Promise<ArticleText> {
  // Refused here, so that it is not copied to a thread first.
  if (input.bytes.length > MAX_ARTICLE_BYTES) decodeArticle(input)
  try {
    return articleOf(await pool.read(input, { timeoutMs }))
  } catch (error) {
    throw asRefusal(error, timeoutMs)
  }
}

function articleOf(answer: ReadAnswer): ArticleText {
  switch (answer.kind) {
    case 'article':
      return answer.article
    case 'refusal': {
      const { message, field, status } = answer
      throw new Refusal(message, field === undefined ? { status } : { field, status })
    }
    case 'failure':
      throw new Error(`cannot read an article: ${answer.reason}`)
  }
}

function asRefusal(cause: unknown, timeoutMs: number): unknown {
  if (!(cause instanceof Error)) return cause
  if (cause.name === 'AbortError')
    return new Refusal(
      `This page could not be read within ${timeoutMs / 1_000} s. Send the article's text, or its JSON, instead.`,
      { cause },
    )
  if ('code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new Refusal(
      "This page takes more memory than an article may. Send the article's text, or its JSON, instead.",
      { cause },
    )
  return cause
}
