import { COUNT_MARK, type CompiledDigest } from './digest-blocks.ts'
import { pageUrl, findPictureUrl, plainText } from './outside-text.ts'
import { type Block, renderTemplate, splitBlocks } from './template-engine.ts'
import type {
  AlertModel,
  ConfirmModel,
  CorrectionModel,
  DeskNoteModel,
  DigestModel,
  Frame,
  LetterModel,
  NoteModel,
  Publication,
  RenderedMail,
  StoryBlock,
  WelcomeModel,
} from './template-model.ts'
import {
  pictureNote,
  viewOfBox,
  viewOfLanguage,
  viewOfPublication,
  viewOfStory,
} from './template-view.ts'
import { counted, phrase, wordsFor } from './words.ts'

/** Renders a digest with all its stories, once, into the blocks that readers' mails are joined from. */
export async function compileDigest(model: DigestModel): Promise<CompiledDigest> {
  const view = viewOfFrame(model)
  const { words, language } = view
  const stories = storiesOf(model)
  const seen = stories.map(({ story }, place) =>
    viewOfStory(story, { ...view, link: model.countClicks === true ? place : null }),
  )

  const rendered = await renderTemplate(
    'digest',
    {
      ...view,
      countMark: COUNT_MARK,
      greeting: viewOfGreeting(model.greeting),
      stories: seen,
      headings: model.sections.map(({ name }) => plainText(name)),
      boxes: (model.boxes ?? []).map((box) => viewOfBox(box)),
      sinceHeading: seen.some(({ since }) => since !== null),
      corrections: model.corrections.map(({ text, url }) => viewOfCorrection(text, url)),
      endMark: words.endMark[model.partOfDay ?? 'morning'],
    },
    model.colours,
  )

  const parts = { html: blocksOf(rendered.html), text: blocksOf(rendered.text) }
  const form = (key: string) => ({
    html: blockBody(parts.html, key),
    text: `${tidyText(blockBody(parts.text, key))}\n`,
  })
  return {
    language,
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
  const view = viewOfFrame(model)
  const { words, publication } = view
  const story = { ...model.story, image: null }
  return renderMail('alert', model, {
    ...view,
    story: viewOfStory(story, { ...view, link: model.countClicks === true ? 0 : null }),
    known: phrase(words.known, 'time', plainText(model.knownAt)),
    update: model.update === null ? null : phrase(words.update, 'n', String(model.update)),
    notKnownYet: model.notKnownYet === null ? null : plainText(model.notKnownYet),
    followStory: phrase(words.followStory, 'name', publication.name),
  })
}

/** Its first line says what was wrong, its second what is right. */
export async function compileCorrection(model: CorrectionModel): Promise<RenderedMail> {
  const view = viewOfFrame(model)
  const { words } = view
  const { label, was, isNow, about } = model
  const sorry = words.correction
  return renderMail('correction', model, {
    ...view,
    title: sorry.titles[label],
    was: plainText(was),
    isNow: plainText(isNow),
    about: phrase(sorry.about, 'headline', plainText(about.headline)),
    url: about.url === null ? null : pageUrl(about.url, 'the story'),
    read: sorry.read,
  })
}

export async function compileNote(model: NoteModel): Promise<RenderedMail> {
  return renderMail('note', model, {
    ...viewOfFrame(model),
    passages: model.passages.map((passage) =>
      passage.kind === 'link'
        ? { kind: 'link', url: pageUrl(passage.url, 'the note'), text: plainText(passage.words) }
        : { kind: passage.kind, text: plainText(passage.text) },
    ),
  })
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
  { publication, colours }: { publication: Publication; colours?: Record<string, string> },
  view: object,
): Promise<RenderedMail> {
  const { html, text } = await renderTemplate(template, view, colours)
  return { html, text: tidyText(text), notes: logoNote(publication) }
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

function viewOfFrame(model: Frame & { subject: string; preheader: string }) {
  return {
    ...viewOfEnvelope(model),
    newsletter: plainText(model.newsletter.name),
    dateLine: plainText(model.dateLine),
  }
}

function viewOfEnvelope(model: { publication: Publication; subject: string; preheader: string }) {
  const locale = viewOfLanguage(model.publication.language)
  return {
    ...locale,
    words: wordsFor(locale.language),
    publication: viewOfPublication(model.publication),
    subject: plainText(model.subject),
    preheader: plainText(model.preheader),
  }
}

function viewOfGreeting(greeting: DigestModel['greeting']) {
  if (greeting === null) return null
  return { text: plainText(greeting.text), signedBy: plainText(greeting.signedBy) }
}

function viewOfCorrection(text: string, url: string) {
  return { text: plainText(text), url: pageUrl(url, 'a correction') }
}

type PlacedStory = { story: StoryBlock; section: number | null }

/** The lead, then the sections' stories: the order of the mail. */
function storiesOf({ lead, sections }: DigestModel): PlacedStory[] {
  const placed = sections.flatMap(({ stories }, section) =>
    stories.map((story): PlacedStory => ({ story, section })),
  )
  const all = [{ story: lead, section: null }, ...placed]
  const ids = new Set(all.map(({ story }) => story.id))
  if (ids.size !== all.length) throw new Error('a digest holds the same story twice')
  return all
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
