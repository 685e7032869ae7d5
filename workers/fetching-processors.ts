import type { ReadingPages } from '#articles/sources/items/take-items.ts'
import type { Polling } from '#articles/sources/polling/poll-source.ts'
import type { Context } from '#context.ts'
import type { Asked } from '#deliveries/preflight/run-preflight.ts'
import type { Processors } from '#queue/jobs.ts'
import { checkEditionProcessor } from './check-edition.ts'
import { fitImageProcessor } from './fit-image.ts'
import { pollSourceProcessor } from './poll-source.ts'
import { summariseArticleProcessor } from './summarise-article.ts'
import { takeItemsProcessor } from './take-items.ts'

export type Fetching = Pick<
  Processors,
  'poll-source' | 'take-items' | 'fit-image' | 'summarise-article' | 'check-edition'
>

/** A file of its own: the parsers of feeds and pages never load where mail is sent. */
export function fetchingProcessors(
  context: Context,
  polling: Polling & ReadingPages & Asked,
): Fetching {
  return {
    'poll-source': pollSourceProcessor(polling),
    'take-items': takeItemsProcessor(polling),
    'fit-image': fitImageProcessor({ ...context, fetch: polling.fetch }),
    'summarise-article': summariseArticleProcessor(context),
    'check-edition': checkEditionProcessor(context, polling),
  }
}
