import type { Entered, Out } from '#commands/command.ts'
import { describeNewsletter } from '#editions/newsletters/describe-newsletter.ts'

/** What was changed, in words; or the newsletter as it is then, as the API says it. */
export async function tellNewsletter(
  { house, out, json }: { house: Entered; out: Out; json: boolean },
  { slug, words }: { slug: string; words: string[] },
): Promise<void> {
  if (json) out.line(JSON.stringify(await describeNewsletter(house.app.context, slug)))
  else for (const line of words) out.line(line)
}
