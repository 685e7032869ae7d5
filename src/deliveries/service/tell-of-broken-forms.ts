import type { Context } from '#context.ts'
import { listBrokenForms } from '#editions/newsletters/newsletter-template.ts'
import { planDeskNotice } from './desk-notice.ts'

/**
 * Forms that a new version of Daybreak cannot use any more are told to the log and the desk when it starts, not at the
 * hour of an edition. The desk is told of the same fault once.
 */
export async function tellOfBrokenForms(
  context: Pick<Context, 'db' | 'clock' | 'secrets' | 'relay' | 'enqueue' | 'log'>,
): Promise<void> {
  for (const { slug, name, fault, key } of await listBrokenForms(context)) {
    context.log.error({ newsletter: slug, fault }, 'a form of its own does not work any more')
    await planDeskNotice(context, {
      key: `template ${slug} ${key}`,
      subject: `The forms of “${name}” do not work any more`,
      lines: [
        `${fault}.`,
        'Until they are mended its mails are made with the house’s forms.',
        `See all: daybreak newsletters template ${slug}`,
      ],
    })
  }
}
