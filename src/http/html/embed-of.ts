import type { Context } from '#context.ts'
import { listNewsletters, type Newsletter } from '#editions/newsletter.ts'
import { readSettings } from '#editions/publication.ts'
import { Refusal } from '#errors.ts'
import { LANGUAGES, languageOf } from '#mail/words.ts'
import { embedForm, embedLine } from './embed.ts'

export type EmbedWish = { slugs: string[]; topics: boolean; language?: string | undefined }

/**
 * The sign-up form to paste into a page: as one line, and as plain HTML that works without scripts.
 * @throws Refusal for a newsletter or a language that is not there
 */
export async function embedOf(
  context: Pick<Context, 'db' | 'config'>,
  { slugs, topics, language }: EmbedWish,
): Promise<{ line: string; form: string }> {
  if (language !== undefined && languageOf(language) === undefined) {
    throw new Refusal(
      `the form does not speak "${language.slice(0, 20)}": it speaks ${LANGUAGES.join(', ')}`,
      { field: 'language' },
    )
  }
  const wish = {
    publicUrl: context.config.publicUrl.href,
    newsletters: namedIn(await listNewsletters(context.db), slugs),
    topics,
    language: language ?? (await readSettings(context)).language,
  }
  const line = embedLine(wish)
  return { line, form: `${embedForm(wish)}\n${line}` }
}

/** In the order in which they were named; all of them where none was. */
function namedIn(all: Newsletter[], slugs: string[]): Newsletter[] {
  if (slugs.length === 0) return all
  return slugs.map((slug) => {
    const named = all.find((newsletter) => newsletter.slug === slug)
    if (named !== undefined) return named
    const known = all.map((newsletter) => newsletter.slug).join(', ')
    throw new Refusal(`there is no newsletter "${slug.slice(0, 60)}": use ${known}`, {
      field: 'newsletter',
      status: 404,
    })
  })
}
