import { html } from 'hono/html'

import { askPage, type Markup, page, type PageFrame, saidPage } from './page.ts'

export type OfferedNewsletter = {
  slug: string
  name: string
  description: string
  /** What comes and at what hour: "Every morning at 6:30". */
  schedule: string
  chosen: boolean
}

export type SignUpForm = {
  action: string
  newsletters: readonly OfferedNewsletter[]
  email: string
  errors: { email?: string; newsletters?: string }
  /** Extra fields of the form, such as a challenge. */
  extra?: Markup
}

export function signUpPage(frame: PageFrame, form: SignUpForm): Markup {
  const { name } = frame.publication
  return page(frame, {
    title: 'Get the news by mail',
    scripts: ['signup.js'],
    body: html`<h1>The news, at your hour</h1>
<p class="lede">${name} by mail: short, checked, and over when you have read it.</p>
<form method="post" action="${form.action}" novalidate>
<fieldset${describedBy(form.errors.newsletters, 'newsletters-error')}>
<legend>What would you like?</legend>
${fieldError('newsletters-error', form.errors.newsletters)}
${form.newsletters.map((newsletter) => newsletterChoice(newsletter))}
</fieldset>
${emailField(form)}
<div class="trap" aria-hidden="true"><label>Leave this field empty <input name="website" tabindex="-1" autocomplete="off"></label></div>
<input type="hidden" name="timeZone" value="">
${form.extra ?? ''}
<button class="primary">Sign me up</button>
<p class="small">We send one mail to ask whether it was you. Nothing else comes until you say yes, and every mail has a way out.</p>
</form>`,
  })
}

function emailField({ email, errors }: SignUpForm): Markup {
  return html`<div class="field">
    <label for="email">Your mail address</label>
    ${fieldError('email-error', errors.email)}
    <input
      id="email"
      name="email"
      type="email"
      autocomplete="email"
      inputmode="email"
      autocapitalize="none"
      spellcheck="false"
      required
      value="${email}"
      ${describedBy(errors.email, 'email-error')}
    />
  </div>`
}

/** One newsletter with a box to tick, name and hour in one large target. */
export function newsletterChoice(newsletter: OfferedNewsletter): Markup {
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

function fieldError(id: string, error: string | undefined): Markup | '' {
  return error === undefined ? '' : html`<p class="error" id="${id}">${error}</p>`
}

function describedBy(error: string | undefined, id: string): Markup | '' {
  return error === undefined ? '' : html` aria-invalid="true" aria-describedby="${id}"`
}

/** The same for an address we know, do not know, or must not write to. */
export function checkMailPage(frame: PageFrame, { retryUrl }: { retryUrl: string }): Markup {
  return saidPage(frame, {
    title: 'Now look at your mail',
    sentence:
      'If we may write to that address, a mail with one button is on its way. Press the button, and you are in.',
    aside: html`<h2>Nothing there?</h2>
      <ul>
        <li>Give it five minutes, then look in the spam folder.</li>
        <li>A letter wrong in the address? <a href="${retryUrl}">Sign up once more</a>.</li>
      </ul>`,
  })
}

export function confirmPage(
  frame: PageFrame,
  { action, newsletters }: { action: string; newsletters: readonly string[] },
): Markup {
  return askPage(frame, {
    title: 'One last tap',
    sentence: html`You asked for ${listed(newsletters)}. Shall it come?`,
    button: 'Yes, send me these mails',
    action,
  })
}

export function confirmedPage(
  frame: PageFrame,
  {
    newsletters,
    preferencesUrl,
  }: { newsletters: readonly { name: string; schedule: string }[]; preferencesUrl: string },
): Markup {
  return saidPage(frame, {
    title: 'You are in',
    sentence: 'Thank you. This is what will come, and when.',
    aside: html`<ul class="plain">
        ${newsletters.map(({ name, schedule }) => html`<li><b>${name}</b><br /><span class="muted">${schedule}</span></li>`)}
      </ul>
      <p><a class="secondary" href="${preferencesUrl}">Change what I get</a></p>`,
  })
}

export function linkInvalidPage(
  frame: PageFrame,
  { reason, signUpUrl }: { reason: 'expired' | 'used' | 'unknown'; signUpUrl: string },
): Markup {
  return saidPage(frame, {
    title: 'This link no longer works',
    sentence: INVALID[reason],
    aside: html`<p><a class="secondary" href="${signUpUrl}">Sign up again</a></p>`,
  })
}

const INVALID = {
  expired: 'It was good for a while, and that while is over. Sign up again and you get a new one.',
  used: 'It has done its work already. If mails come, all is well.',
  unknown:
    'Perhaps the mail program cut it in two. Copy the whole link from the mail, or sign up again.',
}

export function notMePage(frame: PageFrame, { action }: { action: string }): Markup {
  return askPage(frame, {
    title: 'It was not you?',
    sentence: 'Then no mail will come. Shall we also never ask this address again?',
    button: 'Do not ask this address again',
    action,
  })
}

export function notMeDonePage(frame: PageFrame): Markup {
  return saidPage(frame, {
    title: 'Understood',
    sentence: 'We will not write to this address again. Sorry for the noise.',
  })
}

/** Names as a person lists them: “Morning Digest” and “Breaking news”. */
export function listed(names: readonly string[]): Markup {
  const last = names.at(-1) ?? ''
  const before = names.slice(0, -1).join(', ')
  return before === '' ? html`<b>${last}</b>` : html`<b>${before}</b> and <b>${last}</b>`
}
