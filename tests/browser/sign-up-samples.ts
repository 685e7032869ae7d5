import {
  confirmedPage,
  confirmPage,
  lateLinkPage,
  notMeDonePage,
  notMePage,
} from '#http/html/confirm-pages.ts'
import type { PageFrame } from '#http/html/page.ts'
import { proofField } from '#http/html/proof-field.ts'
import { askedPage, type SignUpForm, signUpPage } from '#http/html/sign-up-pages.ts'

// The way in, of the made-up newsroom.

export const offered = [
  {
    slug: 'morning',
    name: 'Morning Digest',
    description: 'Five to nine stories, four minutes',
    schedule: 'Every morning at 6:30',
    chosen: true,
  },
  {
    slug: 'weekend',
    name: 'The Long Weekend',
    description: 'The three stories worth an hour',
    schedule: 'Saturdays at 8:00',
    chosen: false,
  },
  {
    slug: 'breaking',
    name: 'Breaking news',
    description: 'Only what cannot wait',
    schedule: 'When it happens',
    chosen: false,
  },
]

export const formSample: SignUpForm = {
  action: '/sign-up',
  newsletters: offered,
  topics: [
    { slug: 'council', name: 'Council', chosen: false },
    { slug: 'harbour', name: 'Harbour and shipping', chosen: true },
    { slug: 'schools', name: 'Schools', chosen: false },
  ],
  email: '',
  mistakes: {},
  timeZone: '',
  seenAt: 'sample',
  languageUrl: (language) => `/?lang=${language}`,
}

export function signUpSamples(frame: PageFrame) {
  const names = ['Morning Digest', 'Breaking news']
  const typed = { ...formSample, email: 'mara.holm@gmial.example' }
  const hint = { address: 'mara.holm@gmail.example', domain: 'gmail.example' }
  const proof = { field: proofField(frame), scripts: ['proof.js'], url: '/sign-up/challenge' }
  return {
    'sign-up': signUpPage(frame, formSample),
    'sign-up-errors': signUpPage(frame, {
      ...formSample,
      newsletters: offered.map((each) => ({ ...each, chosen: false })),
      email: 'mara@harbour',
      mistakes: { email: 'emailForm', newsletters: 'newsletters' },
    }),
    'sign-up-hint': signUpPage(frame, { ...typed, hint }),
    'sign-up-proof': signUpPage(frame, { ...typed, proof }),
    asked: askedPage(frame, {
      from: { name: 'The Harbour Courier', address: 'news@courier.example' },
      subject: 'Is this you? One tap for The Harbour Courier',
      retryUrl: '/',
    }),
    confirm: confirmPage(frame, { action: '/c/sample', newsletters: names, topics: ['Council'] }),
    confirmed: confirmedPage(frame, {
      newsletters: offered.slice(0, 2),
      zone: 'Central European Time',
      latest: true,
      preferencesUrl: '/p/sample',
    }),
    'link-late': lateLinkPage(frame, { action: '/c/sample/again' }),
    'not-me': notMePage(frame, { action: '/n/sample' }),
    'not-me-done': notMeDonePage(frame),
  }
}
