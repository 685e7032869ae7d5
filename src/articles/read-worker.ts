import { parentPort } from 'node:worker_threads'
import { Refusal, reasonOf } from '#errors.ts'
import type { ArticleInput, ArticleText } from './article.ts'
import { readArticle } from './read-article.ts'

/** What the worker answers; a Refusal does not survive the way between threads as itself. */
export type ReadAnswer =
  | { kind: 'article'; article: ArticleText }
  | { kind: 'refusal'; message: string; field: string | undefined; status: number }
  | { kind: 'failure'; reason: string }

// Loaded on the main thread (a test of its types, say) it does nothing.
parentPort?.on('message', (input: ArticleInput) => parentPort?.postMessage(answer(input), []))

function answer(input: ArticleInput): ReadAnswer {
  try {
    return { kind: 'article', article: readArticle(input) }
  } catch (error) {
    if (error instanceof Refusal) {
      const { message, field, status } = error
      return { kind: 'refusal', message, field, status }
    }
    return { kind: 'failure', reason: reasonOf(error) }
  }
}
