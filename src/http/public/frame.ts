import type { Context as Request } from 'hono'
import type { Context } from '#context.ts'
import { readSettings } from '#editions/publication.ts'
import { withSlash } from '#editions/story-block.ts'
import { languageOf } from '#mail/words.ts'
import type { PageFrame } from '../html/page.ts'

/**
 * Masthead and foot of a page, from the settings.
 * @param wishes languages by preference (BCP 47): the first that we speak is the page's, else the publisher's
 */
export async function pageFrame(
  { db, config }: Pick<Context, 'db' | 'config'>,
  wishes: readonly string[] = [],
): Promise<PageFrame> {
  const { name, url, privacyUrl, language } = await readSettings({ db })
  const spoken = [...wishes, language].find((wish) => languageOf(wish) !== undefined)
  return {
    publication: { name, url, privacyUrl },
    language: spoken ?? 'en',
    assets: pathOf(config, 'assets'),
  }
}

/** The path of one of our pages, below whatever path PUBLIC_URL has. */
export function pathOf({ publicUrl }: Context['config'], path: string): string {
  return new URL(path, withSlash(publicUrl)).pathname
}

/** What the browser asks for, best first: `Accept-Language: de-CH, fr;q=0.8`. */
export function wishesOf(request: Request): string[] {
  const header = request.req.header('accept-language')?.slice(0, 500) ?? ''
  const wishes = header.split(',').map((part) => {
    const [tag = '', quality = ''] = part.trim().split(';')
    return { tag: tag.trim(), weight: Number(/^\s*q=([\d.]+)$/.exec(quality)?.[1] ?? 1) }
  })
  return wishes
    .filter(({ tag, weight }) => /^[a-z]{2,3}(-[a-z\d]{1,8})*$/i.test(tag) && weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag)
}
