import { html } from 'hono/html'

import { askPage, type Markup, page, type PageFrame, saidPage } from './page.ts'
import { listed, newsletterChoice, type OfferedNewsletter } from './sign-up-pages.ts'

// Leaving, pausing and changing: every page says what will happen before the button does it.

export type UnsubscribeQuestion = {
  action: string
  newsletter: string
  /** The gentler ways: choosing, and leaving all at once. Null where the question is about everything already. */
  other: { preferencesUrl: string; leaveAllAction: string } | null
}

export function unsubscribePage(frame: PageFrame, question: UnsubscribeQuestion): Markup {
  const { action, newsletter, other } = question
  return askPage(frame, {
    title: `Leave ${newsletter}?`,
    sentence: html`One press, and <b>${newsletter}</b> stops at
      once.${other === null ? '' : ' Other mails you asked for still come.'}`,
    button: `Unsubscribe from ${newsletter}`,
    action,
    ...(other !== null && { aside: otherWays(other) }),
  })
}

function otherWays({
  preferencesUrl,
  leaveAllAction,
}: NonNullable<UnsubscribeQuestion['other']>): Markup {
  return html`<h2>Or something else?</h2>
    <p><a class="secondary" href="${preferencesUrl}">Choose fewer mails</a></p>
    <form method="post" action="${leaveAllAction}">
      <button class="secondary">Leave everything</button>
    </form>`
}

export function unsubscribedPage(
  frame: PageFrame,
  props: {
    newsletter: string
    undoAction: string
    undoHours: number
    /** What still comes. */
    remaining: readonly string[]
    preferencesUrl: string
  },
): Markup {
  const { newsletter, undoAction, undoHours, remaining, preferencesUrl } = props
  return saidPage(frame, {
    title: 'Done, you have left',
    sentence: html`<b>${newsletter}</b> has stopped. A mail that was already on its way may still
      arrive.`,
    aside: html`${remaining.length > 0 ? html`<p>You still get ${listed(remaining)}. <a href="${preferencesUrl}">Change what I get</a></p>` : ''}
      <h2>A slip of the thumb?</h2>
      <form method="post" action="${undoAction}">
        <button class="secondary">Undo, keep sending it</button>
      </form>
      <p class="small">This works for ${undoHours} hours.</p>`,
  })
}

export function undonePage(frame: PageFrame, { newsletter }: { newsletter: string }): Markup {
  return saidPage(frame, {
    title: 'Welcome back',
    sentence: html`<b>${newsletter}</b> keeps coming, as if nothing had happened.`,
  })
}

export function alertsOffPage(frame: PageFrame, { action }: { action: string }): Markup {
  return askPage(frame, {
    title: 'No more breaking news?',
    sentence: 'Alerts stop at once. Your other mails still come.',
    button: 'Turn alerts off',
    action,
  })
}

export function storyOffPage(
  frame: PageFrame,
  { action, headline }: { action: string; headline: string },
): Markup {
  return askPage(frame, {
    title: 'Enough of this story?',
    sentence: html`For 24 hours no alert comes about “${headline}”. All other alerts still do.`,
    button: 'This story off for 24 hours',
    action,
  })
}

export type Preferences = {
  action: string
  /** Masked, so that a forwarded mail gives nothing away: m…@example.org. */
  address: string
  newsletters: readonly OfferedNewsletter[]
  saved: boolean
  leaveAllAction: string
}

export function preferencesPage(frame: PageFrame, preferences: Preferences): Markup {
  const { action, address, newsletters, saved, leaveAllAction } = preferences
  return page(frame, {
    title: 'What you get',
    body: html`<h1>What you get</h1>
      ${saved ? html`<p class="good" role="status">Saved. It counts from now on.</p>` : ''}
      <p>For <b>${address}</b></p>
      <form method="post" action="${action}">
        <fieldset id="fewer">
          <legend>Mails from ${frame.publication.name}</legend>
          ${newsletters.map((newsletter) => newsletterChoice(newsletter))}
        </fieldset>
        <button class="primary">Save</button>
      </form>
      <h2>Leave altogether</h2>
      <form method="post" action="${leaveAllAction}">
        <button class="secondary">Unsubscribe from everything</button>
      </form>`,
  })
}
