import type { Context } from '#context.ts'
import type { NoteModel } from '#mail/template-model.ts'
import { compileNote } from '#mail/templates.ts'
import { phrase, wordsFor } from '#mail/words.ts'
import { contentHashOf } from '../content-hash.ts'
import type { Compiled } from '../store.ts'
import { type Compiling, type Content, senderOf } from './compile-draft.ts'
import { mailFrameOf } from './mail-frame.ts'
import { withOwnForms } from './with-own-forms.ts'

/** The mail that says there is nothing to tell, where the newsletter does not skip such a day. */
export async function compileQuietDay(
  { config: { publicUrl } }: Pick<Context, 'config'>,
  { rules, set, day }: Compiling,
): Promise<Content> {
  const { subject: line, text } = wordsFor(set.language).quietDay
  const subject = phrase(line, 'newsletter', rules.name)
  const preheader = text
  const model: NoteModel = {
    ...mailFrameOf({ rules, set, day }),
    subject,
    preheader,
    passages: [{ kind: 'text', text }],
  }
  const { mail, ...made } = await withOwnForms(rules, async (forms) =>
    compileNote({ ...model, forms }),
  )
  const compiled: Compiled = {
    form: 'single',
    html: mail.html,
    text: mail.text,
    ...made,
    sender: senderOf({ rules, set, publicUrl }),
  }
  const contentHash = contentHashOf({ subject, preheader, compiled })
  return { subject, preheader, compiled, contentHash, stories: [], notes: mail.notes }
}
