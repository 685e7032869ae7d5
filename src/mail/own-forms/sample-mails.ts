import type {
  AlertModel,
  BoxBlock,
  CorrectionModel,
  DigestModel,
  Frame,
  NoteModel,
  StoryBlock,
} from '../template-model.ts'

// Made-up mails that a newsletter's own forms are tried on: one with all there can be, one with the least. What a form
// may name, and what is not there in every mail, follows from the two.

/** No markup in it, so that it stands in both parts of a mail as it is here. */
export const SAMPLE_ADDRESS = 'The Sample Courier, 1 Sample Street, Sampleton'

const fullFrame: Frame = {
  publication: {
    name: 'The Sample Courier',
    url: 'https://sample.example/',
    logoUrl: 'https://sample.example/logo.png',
    address: SAMPLE_ADDRESS,
    disclaimer: 'Times are local.',
    privacyUrl: 'https://sample.example/privacy',
    correctionsUrl: 'https://sample.example/corrections',
    correctionsAddress: 'corrections@sample.example',
    language: 'en',
  },
  newsletter: { name: 'Sample digest', description: 'A sample' },
  dateLine: 'Monday, 4 January 2027',
  countClicks: true,
}
const bareFrame: Frame = {
  ...fullFrame,
  publication: {
    ...fullFrame.publication,
    logoUrl: null,
    disclaimer: '',
    correctionsAddress: 'the newsroom',
  },
  countClicks: false,
}

const words = { subject: 'A sample subject', preheader: 'And what continues it' }

const fullStory: StoryBlock = {
  id: 'sample-1',
  section: 'City',
  headline: 'The first sample story',
  url: 'https://sample.example/1',
  sentences: ['This is a sentence of it.', 'This is another one.'],
  place: 'Sampleton',
  source: 'The Sample Courier',
  readingMinutes: 3,
  image: { url: 'https://sample.example/1.jpg', alt: 'A sample', width: 1200, height: 800 },
  since: 'More is known now.',
}
const bareStory: StoryBlock = {
  ...fullStory,
  id: 'sample-bare',
  section: '',
  place: null,
  source: '',
  image: null,
  since: null,
}

const fullBox: BoxBlock = {
  kind: 'sponsor',
  label: 'Advertisement',
  text: 'A sample of a box.',
  image: { url: 'https://sample.example/box.png', alt: 'A box', width: 552, height: 200 },
  link: { url: 'https://sample.example/box', words: 'Look into the box' },
  after: 1,
}
const bareBox: BoxBlock = { ...fullBox, kind: 'house', image: null, link: null, after: 2 }

const digests: DigestModel[] = [
  {
    ...fullFrame,
    ...words,
    greeting: { text: 'Good morning.', signedBy: 'The editor' },
    lead: fullStory,
    sections: [
      { name: 'City', stories: [{ ...fullStory, id: 'sample-2' }] },
      { name: 'Sport', stories: [{ ...bareStory, section: 'Sport' }] },
    ],
    boxes: [fullBox, bareBox],
    corrections: ['1', '2'].map((number) => ({
      text: `Correction ${number}: what was wrong.`,
      url: `https://sample.example/corrections/${number}`,
    })),
    moreOnWeb: 3,
  },
  {
    ...bareFrame,
    ...words,
    greeting: null,
    lead: bareStory,
    sections: [],
    corrections: [],
    moreOnWeb: 0,
    partOfDay: 'evening',
  },
]

const alerts: AlertModel[] = [
  {
    ...fullFrame,
    ...words,
    knownAt: '06:42 CET, 4 January',
    update: 2,
    story: fullStory,
    notKnownYet: 'How it went on.',
  },
  { ...bareFrame, ...words, knownAt: '06:42', update: null, story: bareStory, notKnownYet: null },
]

const said = { label: 'correction', was: 'We said one.', isNow: 'It is two.' } as const

const corrections: CorrectionModel[] = [
  {
    ...fullFrame,
    ...words,
    ...said,
    about: { headline: 'The first sample story', url: 'https://sample.example/1' },
  },
  { ...bareFrame, ...words, ...said, about: { headline: 'A sample story', url: null } },
]

const notes: NoteModel[] = [
  {
    ...fullFrame,
    ...words,
    passages: [
      { kind: 'heading', text: 'A heading' },
      { kind: 'text', text: 'Some words.' },
      { kind: 'link', url: 'https://sample.example/more', words: 'More about it' },
    ],
  },
  { ...bareFrame, ...words, passages: [{ kind: 'text', text: 'Some words.' }] },
]

export const sampleMails = { digests, alerts, corrections, notes }
