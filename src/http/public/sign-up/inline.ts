import { readFileSync } from 'node:fs'
import type { Context as Request } from 'hono'
import type { Context } from '#context.ts'
import { directionOf } from '#mail/words.ts'
import { signFormTime } from '#subscribers/gate/form-time.ts'
import { emailMistake, joinWords, type Mistakes } from '../../html/sign-up-pages.ts'
import { fill } from '../../html/page-words.ts'
import type { PageFrame } from '../../html/page.ts'
import { askedWords, type Chosen, frameFor, readOffer } from './sign-up-answers.ts'
import type { SignUpFields } from './sign-up-form.ts'
import type { Taken } from './take-form.ts'

// What the snippet on another site asks for and is told. Any site may: there is no cookie, and nothing here that is not
// on the public page.

const style = readFileSync(
  new URL('../../../../templates/pages/embed.css', import.meta.url),
  'utf8',
)

/** What the snippet needs to make its form. */
export async function offerFor(context: Context, request: Request, chosen: Chosen) {
  const frame = await frameFor(context, request)
  const { language, publication } = frame
  const words = joinWords(language)
  const { newsletters, topics } = await readOffer(context, { chosen, language })
  const named = newsletters.filter((newsletter) => newsletter.chosen)
  return {
    language,
    direction: directionOf(language),
    // One that names none of ours offers all.
    newsletters: (named.length > 0 ? named : newsletters).map(({ slug, name, schedule }) => ({
      slug,
      name,
      schedule,
    })),
    topics: topics.map(({ slug, name }) => ({ slug, name })),
    seenAt: signFormTime(context.secrets, context.clock.now()),
    privacyUrl: publication.privacyUrl,
    style,
    words: {
      legend: words.legend,
      topics: words.topicsLegend,
      email: words.email,
      trap: words.trap,
      button: words.button,
      promise: words.promise,
      privacy: words.privacy,
    },
  }
}

export type InlineAnswer =
  | { state: 'asked'; title: string; lines: string[] }
  | { state: 'mend'; mistakes: { email?: string; newsletters?: string; topics?: string } }
  | { state: 'doubt'; question: string; button: string; address: string }
  /** The script hands the person over to our page, which has the proof of work. */
  | { state: 'prove' }

export async function answerInline(
  context: Context,
  { frame, asked, taken }: { frame: PageFrame; asked: SignUpFields; taken: Taken },
): Promise<InlineAnswer> {
  const words = joinWords(frame.language)
  switch (taken.kind) {
    case 'asked': {
      const { from, subject } = await askedWords(context, frame)
      const lines = [
        words.askedSentence,
        `${words.from}: ${from.name} <${from.address}>`,
        `${words.subject}: ${subject}`,
        `${words.wait} ${words.onceADay}`,
      ]
      return { state: 'asked', title: words.askedTitle, lines }
    }
    case 'mend':
      return { state: 'mend', mistakes: inWords(frame, taken.mistakes, asked.email) }
    case 'doubt':
      return {
        state: 'doubt',
        question: `${fill(words.didYouMean, { domain: taken.domain })} ${words.orAsItIs}`,
        button: fill(words.useIt, { address: taken.address }),
        address: taken.address,
      }
    case 'prove':
      return { state: 'prove' }
  }
}

function inWords(frame: PageFrame, mistakes: Mistakes, email: string) {
  const { errors } = joinWords(frame.language)
  return {
    ...(mistakes.email !== undefined && { email: emailMistake(frame, mistakes, email) }),
    ...(mistakes.newsletters !== undefined && { newsletters: errors.newsletters }),
    ...(mistakes.topics !== undefined && { topics: errors.topics }),
  }
}
