import type { Context as Request } from 'hono'
import type { Context } from '#context.ts'
import { confirmSubject } from '#deliveries/service/confirmation.ts'
import { listNewsletters } from '#editions/newsletter.ts'
import { readSettings } from '#editions/publication.ts'
import { scheduleInWords } from '#editions/schedule-words.ts'
import { signFormTime } from '#subscribers/gate/form-time.ts'
import { listOfferedTopics } from '#subscribers/joining/join-store.ts'
import type { PageFrame } from '../../html/page.ts'
import { proofField } from '../../html/proof-field.ts'
import {
  type AskedWords,
  askedPage,
  type SignUpForm,
  signUpPage,
} from '../../html/sign-up-pages.ts'
import { pageFrame, pathOf, wishesOf } from '../frame.ts'
import type { SignUpFields } from './sign-up-form.ts'
import type { Taken } from './take-form.ts'

/** Null: all of them, none having been named. */
export type Chosen = { newsletter: readonly string[] | null; topic: readonly string[] }

/** Solving the proof of work takes a challenge of ours. */
const PROOF_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'"

/** The language that the form was in, or was asked for in the address, then what the browser asks for. */
export async function frameFor(
  context: Context,
  request: Request,
  language = request.req.query('lang') ?? request.req.query('language') ?? '',
): Promise<PageFrame> {
  return pageFrame(context, [language.slice(0, 80), ...wishesOf(request)])
}

/** What can be chosen, in the words of the page. */
export async function readOffer(
  { db }: Pick<Context, 'db'>,
  { chosen, language }: { chosen: Chosen; language: string },
): Promise<Pick<SignUpForm, 'newsletters' | 'topics'>> {
  const { timeZone: houseZone } = await readSettings({ db })
  const newsletters = (await listNewsletters(db)).map((newsletter) => ({
    slug: newsletter.slug,
    name: newsletter.name,
    description: newsletter.description,
    schedule: scheduleInWords(newsletter, { language, houseZone }),
    chosen: chosen.newsletter === null || chosen.newsletter.includes(newsletter.slug),
  }))
  const topics = (await listOfferedTopics(db)).map(({ slug, name }) => ({
    slug,
    name,
    chosen: chosen.topic.includes(slug),
  }))
  return { newsletters, topics }
}

/** The empty form. */
export async function freshForm(context: Context, request: Request, chosen: Chosen) {
  const frame = await frameFor(context, request)
  const offer = await readOffer(context, { chosen, language: frame.language })
  const now = context.clock.now()
  return signUpPage(frame, {
    ...offer,
    ...linksOf(context, chosen),
    email: '',
    mistakes: {},
    timeZone: '',
    seenAt: signFormTime(context.secrets, now),
  })
}

/** The answer to a form: what to do next, or the form again with what was typed and what is to be mended. */
export async function answerForm(
  context: Context,
  request: Request,
  { frame, asked, taken }: { frame: PageFrame; asked: SignUpFields; taken: Taken },
): Promise<Response> {
  if (taken.kind === 'asked') {
    const words = await askedWords(context, frame)
    return request.html(askedPage(frame, { ...words, retryUrl: pathOf(context.config, '') }))
  }
  const chosen = { newsletter: asked.newsletter, topic: asked.topic }
  const offer = await readOffer(context, { chosen, language: frame.language })
  const form = {
    ...offer,
    ...linksOf(context, chosen),
    email: asked.email,
    mistakes: taken.kind === 'mend' ? taken.mistakes : {},
    timeZone: asked.timeZone,
    seenAt: asked.seenAt ?? '',
  }
  switch (taken.kind) {
    case 'mend':
      return request.html(signUpPage(frame, form), 422)
    case 'doubt': {
      const { address, domain } = taken
      return request.html(signUpPage(frame, { ...form, hint: { address, domain } }), 422)
    }
    case 'prove': {
      const url = pathOf(context.config, 'sign-up/challenge')
      const proof = { field: proofField(frame), scripts: ['proof.js'], url }
      return request.html(signUpPage(frame, { ...form, proof }), 422, {
        'Content-Security-Policy': PROOF_POLICY,
      })
    }
  }
}

/** What to look for in the inbox. */
export async function askedWords(context: Context, frame: PageFrame): Promise<AskedWords> {
  const { name, fromAddress } = await readSettings(context)
  return { from: { name, address: fromAddress }, subject: confirmSubject(name, frame.language) }
}

function linksOf({ config }: Context, { newsletter, topic }: Chosen) {
  const page = pathOf(config, '')
  return {
    action: pathOf(config, 'sign-up'),
    languageUrl(language: string) {
      const query = new URLSearchParams({ lang: language })
      for (const slug of newsletter ?? []) query.append('newsletter', slug)
      for (const slug of topic) query.append('topic', slug)
      return `${page}?${query.toString()}`
    },
  }
}
