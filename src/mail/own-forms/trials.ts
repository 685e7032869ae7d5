import { joinDigest, allBlocks, wholeDigest } from '../digest-blocks.ts'
import { viewOfAlert, viewOfCorrection, viewOfDigest, viewOfNote } from '../edition-views.ts'
import type { RenderedMail } from '../template-model.ts'
import { compileAlert, compileCorrection, compileDigest, compileNote } from '../templates.ts'
import type { OwnForms } from './form-names.ts'
import { sampleMails } from './sample-mails.ts'

/** One sample mail: what a form sees of it, and the mail that is made with own forms. */
export type Trial = {
  view: object
  /** What a digest's blocks are counted by. */
  digest?: ReturnType<typeof viewOfDigest>
  compile: (forms: OwnForms) => Promise<Pick<RenderedMail, 'html' | 'text'>>
}

const { digests, alerts, corrections, notes } = sampleMails

export const trials: Record<string, Trial[]> = {
  digest: digests.map((model): Trial => {
    const digest = viewOfDigest(model)
    return {
      view: digest,
      digest,
      async compile(forms) {
        const compiled = await compileDigest({ ...model, forms })
        const { text } = joinDigest(compiled, allBlocks(compiled))
        return { html: wholeDigest(compiled), text }
      },
    }
  }),
  alert: alerts.map((model) => ({
    view: viewOfAlert(model),
    compile: async (forms) => compileAlert({ ...model, forms }),
  })),
  correction: corrections.map((model) => ({
    view: viewOfCorrection(model),
    compile: async (forms) => compileCorrection({ ...model, forms }),
  })),
  note: notes.map((model) => ({
    view: viewOfNote(model),
    compile: async (forms) => compileNote({ ...model, forms }),
  })),
}
