import type { Context } from '#context.ts'
import type { Jobs } from '#queue/jobs.ts'
import { clusterArticle } from '#stories/cluster.ts'

export function clusterArticleProcessor(context: Context) {
  return async ({ articleId }: Jobs['cluster-article']) => clusterArticle(context, articleId)
}
