import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { Refusal } from '#errors.ts'
import type { ArticleInput, ArticleText } from './article.ts'
import type { ReadAnswer } from './read-worker.ts'
import { MAX_ARTICLE_BYTES, decodeArticle } from './reading/decode.ts'

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
  const worker = new Worker(new URL('./read-worker.ts', import.meta.url), {
    workerData: input,
    resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 },
  })
  try {
    const [answer]: ReadAnswer[] = await once(worker, 'message', {
      signal: AbortSignal.timeout(timeoutMs),
    })
    return articleOf(answer)
  } catch (error) {
    throw asRefusal(error, timeoutMs)
  } finally {
    await worker.terminate()
  }
}

function articleOf(answer: ReadAnswer | undefined): ArticleText {
  switch (answer?.kind) {
    case 'article':
      return answer.article
    case 'refusal': {
      const { message, field, status } = answer
      throw new Refusal(message, field === undefined ? { status } : { field, status })
    }
    case 'failure':
      throw new Error(`cannot read an article: ${answer.reason}`)
    case undefined:
      throw new Error('the reading thread gave no answer')
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
