import type { Edition } from '#editions/store.ts'
import { wholeDigest } from '#mail/digest-blocks.ts'
import { type PublicLinks, publicView } from '#mail/public-view.ts'

/** An edition as anybody can read it: the version that holds now, with all its stories and no reader in it. */
export function editionPage(
  { compiled }: Pick<Edition, 'compiled'>,
  links: Omit<PublicLinks, 'storyUrl'>,
): string {
  const html = compiled.form === 'single' ? compiled.html : wholeDigest(compiled.digest)
  const storyUrl = compiled.links?.map(({ url }) => url) ?? []
  return publicView(html, { ...links, storyUrl })
}
