import { summariseByModel } from '#articles/model/summarise-by-model.ts'
import type { Context } from '#context.ts'
import type { Jobs } from '#queue/jobs.ts'

/** The library of the model loads with the first article that a model is asked about. */
export function summariseArticleProcessor(context: Context) {
  return async ({ articleId }: Jobs['summarise-article']) => {
    const { llm } = context.config
    if (llm === null) return undefined
    const { openModel } = await import('#articles/model/client.ts')
    const model = openModel(llm)
    return summariseByModel({ ...context, model, tokensADay: llm.tokensADay }, articleId)
  }
}
