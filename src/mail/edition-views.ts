import { COUNT_MARK } from './digest-blocks.ts'
import { pageUrl, plainText } from './outside-text.ts'
import type {
  AlertModel,
  CorrectionModel,
  DigestModel,
  Frame,
  NoteModel,
  Publication,
  StoryBlock,
} from './template-model.ts'
import { viewOfBox, viewOfLanguage, viewOfPublication, viewOfStory } from './template-view.ts'
import { phrase, wordsFor } from './words.ts'

// What the forms of each kind of edition see.

export function viewOfDigest(model: DigestModel) {
  const view = viewOfFrame(model)
  const { words } = view
  const stories = storiesOf(model).map(({ story }, place) =>
    viewOfStory(story, { ...view, link: model.countClicks === true ? place : null }),
  )
  return {
    ...view,
    countMark: COUNT_MARK,
    greeting: viewOfGreeting(model.greeting),
    stories,
    headings: model.sections.map(({ name }) => plainText(name)),
    boxes: (model.boxes ?? []).map((box) => viewOfBox(box)),
    sinceHeading: stories.some(({ since }) => since !== null),
    corrections: model.corrections.map(({ text, url }) => viewOfCorrectionLine(text, url)),
    endMark: words.endMark[model.partOfDay ?? 'morning'],
  }
}

export function viewOfAlert(model: AlertModel) {
  const view = viewOfFrame(model)
  const { words, publication } = view
  const story = { ...model.story, image: null }
  return {
    ...view,
    story: viewOfStory(story, { ...view, link: model.countClicks === true ? 0 : null }),
    known: phrase(words.known, 'time', plainText(model.knownAt)),
    update: model.update === null ? null : phrase(words.update, 'n', String(model.update)),
    notKnownYet: model.notKnownYet === null ? null : plainText(model.notKnownYet),
    followStory: phrase(words.followStory, 'name', publication.name),
  }
}

/** Its first line says what was wrong, its second what is right. */
export function viewOfCorrection(model: CorrectionModel) {
  const view = viewOfFrame(model)
  const { label, was, isNow, about } = model
  const sorry = view.words.correction
  return {
    ...view,
    title: sorry.titles[label],
    was: plainText(was),
    isNow: plainText(isNow),
    about: phrase(sorry.about, 'headline', plainText(about.headline)),
    url: about.url === null ? null : pageUrl(about.url, 'the story'),
    read: sorry.read,
  }
}

export function viewOfNote(model: NoteModel) {
  return {
    ...viewOfFrame(model),
    passages: model.passages.map((passage) =>
      passage.kind === 'link'
        ? { kind: 'link', url: pageUrl(passage.url, 'the note'), text: plainText(passage.words) }
        : { kind: passage.kind, url: null, text: plainText(passage.text) },
    ),
  }
}

function viewOfFrame(model: Frame & { subject: string; preheader: string }) {
  return {
    ...viewOfEnvelope(model),
    newsletter: plainText(model.newsletter.name),
    dateLine: plainText(model.dateLine),
  }
}

export function viewOfEnvelope(model: {
  publication: Publication
  subject: string
  preheader: string
}) {
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

function viewOfCorrectionLine(text: string, url: string) {
  return { text: plainText(text), url: pageUrl(url, 'a correction') }
}

type PlacedStory = { story: StoryBlock; section: number | null }

/** The lead, then the sections' stories: the order of the mail. */
export function storiesOf({ lead, sections }: DigestModel): PlacedStory[] {
  const placed = sections.flatMap(({ stories }, section) =>
    stories.map((story): PlacedStory => ({ story, section })),
  )
  const all = [{ story: lead, section: null }, ...placed]
  const ids = new Set(all.map(({ story }) => story.id))
  if (ids.size !== all.length) throw new Error('a digest holds the same story twice')
  return all
}
