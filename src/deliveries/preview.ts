import PostalMime from 'postal-mime'
import type { Context } from '#context.ts'
import type { Edition } from '#editions/store.ts'
import { UNSIGNED } from '#mail/mime/write-message.ts'
import { composeReaderMail, openForm } from './reader-mail.ts'

/** The mail as a made-up reader with every story would get it; its links work for nobody. */
export async function previewOf(
  { secrets }: Pick<Context, 'secrets'>,
  edition: Edition,
): Promise<{ raw: Buffer; html: string; text: string }> {
  const stories = edition.compiled.form === 'digest' ? edition.compiled.digest.stories.length : 1
  const { message } = composeReaderMail(openForm({ secrets, signer: null }, edition), {
    subscriberId: 0,
    publicId: 0,
    addressVersion: 0,
    email: 'reader@example.org',
    blocks: Array.from({ length: stories }, (_, index) => index),
  })
  const { bytes: raw } = await message(UNSIGNED)
  const { html = '', text = '' } = await PostalMime.parse(raw)
  return { raw, html, text }
}
