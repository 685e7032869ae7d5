import type { Context } from '#context.ts'
import { planDeskNotice } from '../service/desk-notice.ts'

/** The desk is told of a yes that went around its rule. */
export async function announceOverride(
  context: Pick<Context, 'db' | 'clock' | 'secrets' | 'relay' | 'enqueue'>,
  { editionId, by, reason }: { editionId: number; by: string; reason: string },
): Promise<void> {
  await planDeskNotice(context, {
    key: `override ${editionId} ${context.clock.now().toISOString()}`,
    subject: `${by} has approved edition ${editionId} alone`,
    lines: [
      `The reason: ${reason}`,
      'The rule of the newsletter asks for more. The audit log keeps this.',
    ],
  })
}
