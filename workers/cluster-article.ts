import type { Context } from '#context.ts'
import type { Jobs } from '#queue/jobs.ts'
import { clusterArticle } from '#stories/cluster.ts'
import { StoryWindow } from '#stories/story-window.ts'

export function clusterArticleProcessor(context: Context) {
  const window = new StoryWindow()
  return async ({ articleId }: Jobs['cluster-article']) =>
    clusterArticle(context, articleId, window)
}
