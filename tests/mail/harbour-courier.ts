import type {
  AlertModel,
  ConfirmModel,
  DigestModel,
  Frame,
  StoryBlock,
  LetterModel,
  NoteModel,
  WelcomeModel,
} from '#mail/template-model.ts'

// A made-up newsroom, for tests and for looking at.

export const courier: Frame = {
  publication: {
    name: 'The Harbour Courier',
    url: 'https://courier.example/',
    logoUrl: null,
    address: 'The Harbour Courier, 4 Rope Walk\nPort Ansel PA1 2HC',
    disclaimer:
      'Times are local to Port Ansel. Summaries are short; the full reports are on our site.',
    privacyUrl: 'https://courier.example/privacy',
    correctionsUrl: 'https://courier.example/corrections',
    correctionsAddress: 'corrections@courier.example',
    language: 'en-GB',
  },
  newsletter: { name: 'Morning Digest', description: 'What Port Ansel needs to know before work' },
  dateLine: 'Sunday, 22 November 2026',
}

type Told = [section: string, place: string | null, headline: string, ...sentences: string[]]

const told: Told[] = [
  [
    'City',
    'Port Ansel',
    'Night ferries return after the harbour chain is lifted',
    'The last of the storm wreckage was cleared from the channel at 2 a.m., four days ahead of plan.',
    'Sailings to Low Island start at 22:15 tonight, and tickets bought for last week stay valid.',
  ],
  [
    'City',
    'Rope Walk',
    'Council votes to keep the covered market open on Sundays',
    'Traders won a two-year trial by 19 votes to 14.',
    'Stall rents stay where they are until the spring.',
  ],
  [
    'City',
    null,
    'Tram line 3 will stop at the hospital from January',
    'The new stop shortens the walk from 600 metres to 80.',
    'Line 7 keeps its night timetable.',
  ],
  [
    'Business',
    'Quay 9',
    'Shipyard hires 120 apprentices for two electric tugs',
    'It is the largest intake since 1998.',
    'Applications close on 12 December, and no school certificate is asked for.',
  ],
  [
    'Business',
    null,
    'Mussel prices fall by a fifth as the beds recover',
    'Warm water had closed half of the beds in summer.',
    'The fishery office lifted the last limits on Friday.',
  ],
  [
    'Science',
    'Cape Tern',
    'A seal nursery is counted from the air for the first time',
    'Two drones found 412 pups, a third more than the walkers had reported.',
    'Visitors are asked to stay behind the white posts until March.',
  ],
  [
    'Culture',
    'Old Customs House',
    'The lost map of 1714 goes on show, with its mistake',
    'The engraver put the lighthouse on the wrong side of the bay, and captains paid him for his silence.',
    'Entry is free on the first Sunday of the month.',
  ],
  [
    'Sport',
    null,
    'Harbour Rovers win the late derby 2–1',
    'Both goals came after the 80th minute.',
  ],
  [
    'Culture',
    null,
    'Three choirs, one rehearsal: the winter concert finds its hall',
    'The fire station offers its engine house on 18 December.',
  ],
  [
    'Weather',
    null,
    'Fog until ten, then the first dry day in two weeks',
    'South-westerly wind of 3, later 4.',
    'High water is at 11:42.',
  ],
]

export function storyOf(index: number): StoryBlock {
  const [section, place, headline, ...sentences] = told[index % told.length] ?? [
    'City',
    null,
    'News',
  ]
  return {
    id: `story-${index}`,
    section,
    headline,
    url: `https://courier.example/2026/11/22/${headline.toLowerCase().replace(/[^a-z0-9]+/g, '-')}?id=${index}&from=mail`,
    sentences,
    place,
    source: 'The Harbour Courier',
    readingMinutes: 2 + (index % 4),
    image:
      index === 0
        ? {
            url: 'https://images.courier.example/ferry.png',
            alt: 'A ferry with its lights on leaves the harbour before dawn',
            width: 1200,
            height: 675,
          }
        : null,
  }
}

/** A digest of so many stories, in sections as they come. */
export function digestOf(count: number): DigestModel {
  const [lead = storyOf(0), ...others] = Array.from({ length: count }, (_, index) => storyOf(index))
  return {
    ...courier,
    subject: lead.headline,
    preheader:
      'Sunday market stays, 120 apprentices wanted, and 412 seal pups counted from the air',
    greeting: {
      text: 'Good morning. The chain is up and so is the sun, nearly. If you take the first night boat, tell us what you saw.',
      signedBy: 'Mara Holm, morning editor',
    },
    lead,
    sections: [...Map.groupBy(others, ({ section }) => section)].map(([name, stories]) => ({
      name,
      stories,
    })),
    corrections: [
      {
        text: 'On Friday we said that the swimming hall opens at 7. It opens at 6:30 on weekdays.',
        url: 'https://courier.example/corrections/swimming-hall',
      },
    ],
    moreOnWeb: 0,
  }
}

export const alert: AlertModel = {
  ...courier,
  newsletter: { name: 'Breaking news', description: 'Only what cannot wait' },
  subject: 'Harbour tunnel closed after a lorry fire; no one is hurt',
  preheader: 'Both directions are shut. Ferries run every ten minutes.',
  knownAt: '06:42 CET, 22 November',
  update: null,
  story: {
    ...storyOf(1),
    headline: 'Harbour tunnel closed after a lorry fire; no one is hurt',
    place: 'Port Ansel',
    sentences: [
      'Both directions are shut since 06:20.',
      'The fire is out, and 31 people walked out through the escape gallery.',
      'Ferries run every ten minutes from Quay 2.',
    ],
  },
  notKnownYet: 'When the tunnel opens again, and what set the lorry on fire.',
}

export const note: NoteModel = {
  ...courier,
  subject: 'We start at six from Monday',
  preheader: 'What changes, and how to keep your hour.',
  passages: [
    { kind: 'text', text: 'Dear readers, from Monday on the digest comes at six.' },
    { kind: 'heading', text: 'If seven suits you better' },
    { kind: 'text', text: 'Keep your hour: it is two taps, and it stays when the clocks change.' },
    { kind: 'link', url: 'https://courier.example/hours', words: 'How to keep your hour' },
    { kind: 'link', url: 'https://courier.example/', words: 'https://courier.example/' },
    { kind: 'text', text: 'Yours, Mara Holm, morning editor' },
  ],
}

const newsletters = [
  {
    name: 'Morning Digest',
    description: 'Five to nine stories, four minutes',
    schedule: 'Every morning at 6:30',
  },
  { name: 'Breaking news', description: 'Only what cannot wait', schedule: 'When it happens' },
]

export const confirm: ConfirmModel = {
  publication: courier.publication,
  subject: 'Please confirm: mails from The Harbour Courier',
  preheader: 'One tap, and the first one comes tomorrow morning.',
  newsletters,
  validHours: 48,
}

export const welcome: WelcomeModel = {
  publication: courier.publication,
  subject: 'Welcome to The Harbour Courier',
  preheader: 'What comes, at what hour, and how to change it.',
  newsletters,
  zone: 'Central European Time',
}

export const letter: LetterModel = {
  publication: courier.publication,
  subject: 'Your data at The Harbour Courier: the link you asked for',
  preheader: 'Download it, change your address, or have everything erased.',
  title: 'Your data',
  lead: 'You asked for this link. It opens the page with all that we keep about you.',
  link: {
    slot: 'ownDataUrl',
    button: 'Open my data',
    valid: 'The link works for 1 hour. Do not forward this mail.',
  },
  hint: 'You did not ask for it? Then do nothing, and nothing changes.',
  why: 'You get this one mail because somebody asked for it on a page of The Harbour Courier.',
}

const news = 'https://news.courier.example'

export const slotValues = {
  unsubscribeUrl: `${news}/u/AbCdEf0123456789AbCdEf0123456789AbCdEf012345678`,
  preferencesUrl: `${news}/p/AbCdEf0123456789AbCdEf0123456789AbCdEf012345678`,
  webViewUrl: `${news}/w/AbCdEf0123456789AbCdEf0123456789AbCdEf012345678`,
  signUpUrl: `${news}/sign-up`,
  whyLine:
    'You get this mail because you signed up for Morning Digest on 3 May 2026 and confirmed it the same day.',
  confirmUrl: `${news}/c/AbCdEf0123456789AbCdEf0123456789AbCdEf012345678`,
  ownDataUrl: `${news}/me/AbCdEf0123456789AbCdEf0123456789AbCdEf012345678`,
  addressChangeUrl: `${news}/a2/AbCdEf0123456789AbCdEf0123456789AbCdEf012345678`,
  notMeUrl: `${news}/n/AbCdEf0123456789AbCdEf0123456789AbCdEf012345678`,
  alertsOnlyOffUrl: `${news}/a/AbCdEf0123456789AbCdEf0123456789AbCdEf012345678`,
  storyOffUrl: `${news}/s/AbCdEf0123456789AbCdEf0123456789AbCdEf012345678`,
}
