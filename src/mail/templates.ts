import type { CompiledDigest } from './digest-blocks.ts'
import {
  storiesOf,
  viewOfAlert,
  viewOfCorrection,
  viewOfDigest,
  viewOfEnvelope,
  viewOfNote,
} from './edition-views.ts'
import { findPictureUrl, plainText } from './outside-text.ts'
import { type Block, type Own, renderTemplate, splitBlocks } from './template-engine.ts'
import type {
  AlertModel,
  ConfirmModel,
  CorrectionModel,
  DeskNoteModel,
  DigestModel,
  LetterModel,
  NoteModel,
  Publication,
  RenderedMail,
  WelcomeModel,
} from './template-model.ts'
import { pictureNote } from './template-view.ts'
import { counted, phrase } from './words.ts'

/** Renders a digest with all its stories, once, into the blocks that readers' mails are joined from. */
export async function compileDigest(model: DigestModel): Promise<CompiledDigest> {
  const view = viewOfDigest(model)
  const stories = storiesOf(model)
  const seen = view.stories
  const rendered = await renderTemplate('digest', view, model)

  const parts = { html: blocksOf(rendered.html), text: blocksOf(rendered.text) }
  const form = (key: string) => ({
    html: blockBody(parts.html, key),
    text: `${tidyText(blockBody(parts.text, key))}\n`,
  })
  return {
    language: view.language,
    moreOnWeb: Math.max(0, Math.trunc(model.moreOnWeb)),
    stories: stories.map(({ story, section }, place) => ({
      id: story.id,
      section,
      words: seen[place]?.words ?? 0,
      lead: form(`lead:${place}`),
      item: form(`item:${place}`),
      ...(story.gone === true ? { gone: true } : {}),
      since: seen[place]?.since == null ? null : form(`since:${place}`),
    })),
    headings: model.sections.map((_, place) => form(`heading:${place}`)),
    frame: { top: form('frame:0'), middle: form('frame:1'), end: form('frame:2') },
    more: form('more'),
    ...(seen.some(({ since }) => since !== null) ? { sinceHeading: form('sinceheading') } : {}),
    boxes: (model.boxes ?? []).map(({ after }, place) => ({ after, form: form(`box:${place}`) })),
    ...(model.corrections.length === 0
      ? {}
      : {
          corrections: {
            open: form('corrections'),
            lines: model.corrections.map((_, place) => form(`correction:${place}`)),
            close: form('correctionsend'),
          },
        }),
    notes: [...logoNote(model.publication), ...stories.flatMap(({ story }) => pictureNote(story))],
  }
}

export async function compileAlert(model: AlertModel): Promise<RenderedMail> {
  return renderMail('alert', model, viewOfAlert(model))
}

export async function compileCorrection(model: CorrectionModel): Promise<RenderedMail> {
  return renderMail('correction', model, viewOfCorrection(model))
}

export async function compileNote(model: NoteModel): Promise<RenderedMail> {
  return renderMail('note', model, viewOfNote(model))
}

export async function compileConfirm(model: ConfirmModel): Promise<RenderedMail> {
  const view = viewOfServiceMail(model)
  const { words, language, publication } = view
  const { name } = publication
  const hours = counted(words.hours, model.validHours, language)
  const reminds = model.reminder === true
  return renderMail('confirm', model, {
    ...view,
    title: reminds ? words.reminderTitle : words.confirmTitle,
    lead: phrase(reminds ? words.reminderLead : words.confirmLead, 'name', name),
    valid: phrase(words.confirmValid, 'hours', hours),
    why: phrase(words.confirmWhy, 'name', name),
  })
}

export async function compileWelcome(model: WelcomeModel): Promise<RenderedMail> {
  const view = viewOfServiceMail(model)
  const { words, publication } = view
  return renderMail('welcome', model, {
    ...view,
    title: phrase(words.welcomeTitle, 'name', publication.name),
    zone: phrase(words.welcomeZone, 'zone', plainText(model.zone)),
    why: phrase(words.welcomeWhy, 'name', publication.name),
  })
}

export async function compileLetter(model: LetterModel): Promise<RenderedMail> {
  const { title, lead, link, hint, why } = model
  return renderMail('letter', model, {
    ...viewOfEnvelope(model),
    title: plainText(title),
    lead: plainText(lead),
    link: link && {
      slot: link.slot,
      button: plainText(link.button),
      valid: plainText(link.valid),
    },
    hint: plainText(hint),
    why: plainText(why),
  })
}

export async function compileDeskNote(model: DeskNoteModel): Promise<RenderedMail> {
  return renderMail('desk-note', model, {
    ...viewOfEnvelope(model),
    title: plainText(model.title),
    dateLine: plainText(model.dateLine),
    passages: model.passages.map(({ title, lines }) => ({
      title: plainText(title),
      lines: lines.map(plainText),
    })),
    link:
      model.link == null
        ? null
        : { button: plainText(model.link.button), valid: plainText(model.link.valid) },
    foot: plainText(model.foot),
  })
}

async function renderMail(
  template: string,
  model: Own & { publication: Publication },
  view: object,
): Promise<RenderedMail> {
  const { html, text } = await renderTemplate(template, view, model)
  return { html, text: tidyText(text), notes: logoNote(model.publication) }
}

function viewOfServiceMail(model: ConfirmModel | WelcomeModel) {
  return {
    ...viewOfEnvelope(model),
    newsletters: model.newsletters.map(({ name, description, schedule }) => ({
      name: plainText(name),
      description: plainText(description),
      schedule: plainText(schedule),
    })),
  }
}

function blocksOf(rendered: string): Block[] {
  const blocks = splitBlocks(rendered)
  const frame = blocks.filter(({ key, body }) => key === 'frame' && body.trim() !== '')
  if (frame.length !== 3) throw new Error('the digest template has words between its blocks')
  return [
    ...blocks.filter(({ key }) => key !== 'frame'),
    ...frame.map(({ body }, place) => ({ key: `frame:${place}`, body })),
  ]
}

function blockBody(blocks: Block[], key: string): string {
  const block = blocks.find((each) => each.key === key)
  if (block === undefined) throw new Error(`the digest template has no block “${key}”`)
  return block.body
}

function tidyText(text: string): string {
  return `${text.trim().replace(/\n{3,}/g, '\n\n')}\n`
}

function logoNote({ logoUrl }: Publication): string[] {
  if (logoUrl === null || findPictureUrl(logoUrl) !== undefined) return []
  return ['The logo is left out: its address is not https.']
}
