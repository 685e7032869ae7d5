import PostalMime from 'postal-mime'
import type { Context } from '#context.ts'
import type { Edition } from '#editions/store.ts'
import { UNSIGNED } from '#mail/mime/write-message.ts'
import { asShown, type Look } from './preview/look.ts'
import { composeReaderMail, openForm } from './reader-mail.ts'

/**
 * The mail as a made-up reader would get it, with everybody's stories or these blocks; its links work for nobody. The look
 * is that of its HTML.
 */
export async function previewOf(
  { secrets }: Pick<Context, 'secrets'>,
  edition: Edition,
  { blocks = everybodysBlocks(edition), ...look }: { blocks?: number[] | undefined } & Look = {},
): Promise<{ raw: Buffer; html: string; text: string }> {
  const { message } = composeReaderMail(openForm({ secrets, signer: null }, edition), {
    subscriberId: 0,
    publicId: 0,
    addressVersion: 0,
    email: 'reader@example.org',
    blocks,
  })
  const { bytes: raw } = await message(UNSIGNED)
  const { html = '', text = '' } = await PostalMime.parse(raw)
  return { raw, html: asShown(html, look), text }
}

/** What a reader gets who chose no topics, and to whom nothing was told before. */
export function everybodysBlocks({
  compiled,
  draft,
}: Pick<Edition, 'compiled' | 'draft'>): number[] {
  if (compiled.form === 'single') return [0]
  const items = draft?.form === 'digest' ? draft.items : []
  return compiled.digest.stories.flatMap((_, place) =>
    items[place]?.followers === true ? [] : [place],
  )
}
