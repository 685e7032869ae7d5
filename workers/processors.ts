import type { Context } from '#context.ts'
import type { Sender } from '#deliveries/sender.ts'
import type { Processors } from '#queue/jobs.ts'
import { clusterArticleProcessor } from './cluster-article.ts'
import { drainLaneProcessor } from './drain-lane.ts'
import type { Fetching } from './fetching-processors.ts'
import { planEditionProcessor } from './plan-edition.ts'
import { takeReturnsProcessor } from './take-returns.ts'
import { takeSignUpsProcessor } from './take-sign-ups.ts'

type Intake = Pick<Processors, 'cluster-article' | 'take-returns' | 'take-sign-ups'>

export function intakeProcessors(context: Context): Intake {
  return {
    'cluster-article': clusterArticleProcessor(context),
    'take-returns': takeReturnsProcessor(context),
    'take-sign-ups': takeSignUpsProcessor(context),
  }
}

/** Every job that is not the web role's: a job name without a processor does not compile. */
export function sendingProcessors(
  context: Context & { sender: Sender },
): Omit<Processors, keyof Intake | keyof Fetching> {
  return {
    'plan-edition': planEditionProcessor(context),
    'drain-lane': drainLaneProcessor(context),
  }
}
