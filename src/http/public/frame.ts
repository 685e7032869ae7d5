import type { Context } from '#context.ts'
import { readSettings } from '#editions/publication.ts'
import { withSlash } from '#editions/story-block.ts'
import type { PageFrame } from '../html/page.ts'

/** Masthead and foot of a page, from the settings. */
export async function pageFrame({
  db,
  config,
}: Pick<Context, 'db' | 'config'>): Promise<PageFrame> {
  const { name, url, privacyUrl } = await readSettings({ db })
  return {
    publication: { name, url, privacyUrl },
    language: 'en',
    assets: pathOf(config, 'assets'),
  }
}

/** The path of one of our pages, below whatever path PUBLIC_URL has. */
export function pathOf({ publicUrl }: Context['config'], path: string): string {
  return new URL(path, withSlash(publicUrl)).pathname
}
