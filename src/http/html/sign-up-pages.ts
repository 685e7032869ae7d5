import { html } from 'hono/html'

import { type Language, LANGUAGES } from '#mail/words.ts'
import english from '../../../templates/words/pages/join.en.json' with { type: 'json' }
import { type Markup, page, type PageFrame, saidPage } from './page.ts'
import { fill, fillMarkup, wordsOf } from './page-words.ts'

export const joinWords = wordsOf('join', english)

/** Which form the person saw, for the consent ledger: changes with the sentences above the button. */
export const SIGN_UP_FORM_VERSION = 'sign-up 1'

export type OfferedNewsletter = {
  slug: string
  name: string
  description: string
  /** What comes and at what hour: "Every morning at 6:30". */
  schedule: string
  chosen: boolean
}

export type OfferedTopic = { slug: string; name: string; chosen: boolean }

/** What the person can mend, named by what is wrong; the words are the page's. */
export type Mistakes = {
  email?: 'emailMissing' | 'emailSpace' | 'emailForm' | 'emailDomain'
  newsletters?: 'newsletters'
  topics?: 'topics'
}

export type SignUpForm = {
  action: string
  newsletters: readonly OfferedNewsletter[]
  topics: readonly OfferedTopic[]
  email: string
  mistakes: Mistakes
  /** "gmial.com" was typed: the address that was probably meant. Said once. */
  hint?: { address: string; domain: string }
  timeZone: string
  /** When this form was made, signed. */
  seenAt: string
  /** The same page in another language. */
  languageUrl: (language: Language) => string
  /** The field for a proof of work, and the script that fills it in. */
  proof?: { field: Markup; scripts: readonly string[]; url: string }
}

export function signUpPage(frame: PageFrame, form: SignUpForm): Markup {
  const words = joinWords(frame.language)
  const { proof } = form
  return page(frame, {
    title: words.title,
    scripts: ['signup.js', ...(proof?.scripts ?? [])],
    body: html`<h1>${words.heading}</h1>
      <p class="lede">${fill(words.lede, { name: frame.publication.name })}</p>
      ${hintForm(frame, form)}
      <form
        method="post"
        action="${form.action}"
        novalidate
        ${proof === undefined ? '' : html` data-proof="${proof.url}"`}
      >
        ${newsletterChoices(frame, form)} ${topicChoices(frame, form)} ${emailField(frame, form)}
        <div class="trap" aria-hidden="true">
          <label>${words.trap} <input name="website" tabindex="-1" autocomplete="off" /></label>
        </div>
        ${hiddenFields({
          timeZone: form.timeZone,
          language: frame.language,
          seenAt: form.seenAt,
          sure: form.hint === undefined ? '' : '1',
        })}
        ${proof?.field ?? ''}
        <button class="primary">${words.button}</button>
        <p class="small">${words.promise}</p>
      </form>
      ${languages(frame, form)}`,
  })
}

/** One press takes the address that was meant, with all that was chosen; the form below keeps what was typed. */
function hintForm(frame: PageFrame, form: SignUpForm): Markup | '' {
  const { hint, newsletters, topics } = form
  if (hint === undefined) return ''
  const words = joinWords(frame.language)
  return html`<form method="post" action="${form.action}" class="hint">
    <p role="alert">
      ${fillMarkup(words.didYouMean, { domain: html`<b><bdi dir="ltr">${hint.domain}</bdi></b>` })}
      ${words.orAsItIs}
    </p>
    ${hiddenFields({
      email: hint.address,
      timeZone: form.timeZone,
      language: frame.language,
      seenAt: form.seenAt,
      sure: '1',
    })}
    ${chosenFields('newsletter', newsletters)} ${chosenFields('topic', topics)}
    <button class="secondary">
      ${fillMarkup(words.useIt, { address: html`<bdi dir="ltr">${hint.address}</bdi>` })}
    </button>
  </form>`
}

function chosenFields(
  name: string,
  offered: readonly { slug: string; chosen: boolean }[],
): Markup[] {
  return offered
    .filter(({ chosen }) => chosen)
    .map(({ slug }) => html`<input type="hidden" name="${name}" value="${slug}" />`)
}

function hiddenFields(fields: Record<string, string>): Markup[] {
  return Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )
}

function newsletterChoices({ language }: PageFrame, form: SignUpForm): Markup {
  const words = joinWords(language)
  const { newsletters } = form.mistakes
  return html`<fieldset ${describedBy(newsletters, 'newsletters-error')}>
    <legend>${words.legend}</legend>
    ${fieldError('newsletters-error', newsletters && words.errors[newsletters])}
    ${form.newsletters.map(newsletterChoice)}
  </fieldset>`
}

/** One newsletter with a box to tick, name and hour in one large target. */
function newsletterChoice(newsletter: OfferedNewsletter): Markup {
  const { slug, name, description, schedule, chosen } = newsletter
  return html`<label class="choice">
    <input type="checkbox" name="newsletter" value="${slug}" ${chosen ? html` checked` : ''} />
    <span
      ><b>${name}</b><br /><span class="muted"
        >${schedule}${description === '' ? '' : ` · ${description}`}</span
      ></span
    >
  </label>`
}

function topicChoices({ language }: PageFrame, { topics, mistakes }: SignUpForm): Markup | '' {
  if (topics.length === 0) return ''
  const words = joinWords(language)
  return html`<fieldset class="topics" ${describedBy(mistakes.topics, 'topics-error')}>
    <legend>${words.topicsLegend}</legend>
    <p class="muted">${words.topicsNote}</p>
    ${fieldError('topics-error', mistakes.topics && words.errors[mistakes.topics])}
    <div class="chips">
      ${topics.map(
        ({ slug, name, chosen }) =>
          html`<label class="chip"
            ><input type="checkbox" name="topic" value="${slug}" ${chosen ? html` checked` : ''} />
            ${name}</label
          >`,
      )}
    </div>
  </fieldset>`
}

function emailField(frame: PageFrame, { email, mistakes, hint }: SignUpForm): Markup {
  const words = joinWords(frame.language)
  const said = mistakes.email === undefined ? undefined : emailMistake(frame, mistakes, email)
  const doubted = hint === undefined ? '' : html` aria-invalid="true"`
  return html`<div class="field">
    <label for="email">${words.email}</label>
    ${fieldError('email-error', said)}
    <input
      id="email"
      name="email"
      type="email"
      dir="ltr"
      autocomplete="email"
      inputmode="email"
      autocapitalize="none"
      spellcheck="false"
      required
      value="${email}"
      ${said === undefined ? doubted : describedBy(said, 'email-error')}
    />
  </div>`
}

/** In words; the domain as it was typed. */
export function emailMistake(
  { language }: Pick<PageFrame, 'language'>,
  { email: mistake = 'emailForm' }: Mistakes,
  email: string,
): string {
  const domain = email.slice(email.lastIndexOf('@') + 1).trim()
  return fill(joinWords(language).errors[mistake], { domain })
}

function fieldError(id: string, error: string | undefined): Markup | '' {
  return error === undefined ? '' : html`<p class="error" id="${id}">${error}</p>`
}

function describedBy(error: string | undefined, id: string): Markup | '' {
  return error === undefined ? '' : html` aria-invalid="true" aria-describedby="${id}"`
}

function languages(frame: PageFrame, { languageUrl }: SignUpForm): Markup {
  const words = joinWords(frame.language)
  return html`<nav class="languages" aria-label="${words.languages}">
    ${LANGUAGES.map((language) => {
      const name = new Intl.DisplayNames(language, { type: 'language' }).of(language) ?? language
      const current = frame.language.split('-')[0] === language
      return html`<a
        href="${languageUrl(language)}"
        lang="${language}"
        hreflang="${language}"
        ${current ? html` aria-current="true"` : ''}
        >${name}</a
      >`
    })}
  </nav>`
}

export type AskedWords = {
  /** The sender as an inbox shows it. */
  from: { name: string; address: string }
  subject: string
}

/** The same for an address we know, do not know, or must not write to. */
export function askedPage(
  frame: PageFrame,
  { from, subject, retryUrl }: AskedWords & { retryUrl: string },
): Markup {
  const words = joinWords(frame.language)
  return saidPage(frame, {
    title: words.askedTitle,
    sentence: words.askedSentence,
    aside: html`<dl class="facts">
        <dt>${words.from}</dt>
        <dd>${from.name} <bdi dir="ltr">&lt;${from.address}&gt;</bdi></dd>
        <dt>${words.subject}</dt>
        <dd>${subject}</dd>
      </dl>
      <h2>${words.nothingThere}</h2>
      <ul>
        <li>${words.wait}</li>
        <li>${words.onceADay}</li>
        <li>${words.wrongLetter} <a href="${retryUrl}">${words.again}</a></li>
      </ul>`,
  })
}
