import { html } from 'hono/html'
import type { DigestDraft, Draft } from '#editions/draft/draft.ts'
import type { ShownStory } from '#editions/draft/shown-stories.ts'
import { findPageUrl } from '#mail/outside-text.ts'
import type { Markup } from '../page.ts'
import type { DeskView } from './desk-view.ts'
import { field, hidden } from './fields.ts'

/** The stories in the mail’s order, why each is there, and what may be changed. */
export function storyList(view: DeskView): Markup | string {
  const { stories, draft } = view
  if (stories.length === 0) return correctionOf(draft)
  const everybodys = stories.filter(({ followers }) => !followers)
  const followers = stories.length - everybodys.length
  return html`<h2>In it</h2>
    <ol class="plain">
      ${everybodys.map((story, place) => storyItem(view, { story, place, last: everybodys.length - 1 }))}
    </ol>
    ${
      followers === 0
        ? ''
        : html`<p class="muted">
            ${followers === 1 ? 'One more story goes' : `${followers} more stories go`} only to
            readers who follow its topic.
          </p>`
    }
    ${draft?.form === 'digest' && view.editing ? adding(view, draft) : ''}`
}

function storyItem(
  view: DeskView,
  { story, place, last }: { story: ShownStory; place: number; last: number },
): Markup {
  const { shownHeadline, shownSummary, section, why, publisher } = story
  const by = story.headline?.by ?? story.sentences?.by
  const url = story.url === null ? undefined : findPageUrl(story.url)
  return html`<li>
    <p class="muted">
      ${section} ·
      ${publisher}${story.pinned ? ' · pinned' : ''}${by === undefined ? '' : ` · rewritten by ${by}`}
    </p>
    <h3>${url === undefined ? shownHeadline : html`<a href="${url}">${shownHeadline}</a>`}</h3>
    <p>${shownSummary}</p>
    ${why.length === 0 ? '' : html`<p class="muted">Why: ${why.join('; ')}.</p>`}
    ${view.editing ? storyForms(view, { story, place, last }) : ''}
  </li>`
}

function storyForms(
  view: DeskView,
  { story, place, last }: { story: ShownStory; place: number; last: number },
): Markup {
  const { storyId, shownHeadline, shownSummary } = story
  const digest = view.draft?.form === 'digest'
  const about = html`<input type="hidden" name="story" value="${storyId}" />`
  const press = (change: string, words: string) =>
    html`<form method="post" action="${view.path}/edit">
      ${hidden(view, change)}${about}<button aria-label="${words}: ${shownHeadline}">
        ${words}
      </button>
    </form>`
  return html`<div class="side">
      ${digest && place > 0 ? press('up', 'Up') : ''}
      ${digest && place < last ? press('down', 'Down') : ''}
      ${digest ? press(story.pinned ? 'unpin' : 'pin', story.pinned ? 'Unpin' : 'Pin') : ''}
      ${digest && last > 0 ? press('drop', 'Drop') : ''}
    </div>
    <details class="fold">
      <summary>Rewrite<span class="hidden"> ${shownHeadline}</span></summary>
      <form method="post" action="${view.path}/edit">
        ${hidden(view, 'headline')}${about}
        ${field({ id: `headline-${storyId}`, label: 'Headline', value: shownHeadline, most: 300 })}
        <button>Save the headline</button>
      </form>
      <form method="post" action="${view.path}/edit">
        ${hidden(view, 'summary')}${about}
        <div class="field">
          <label for="summary-${storyId}">Summary</label>
          <textarea id="summary-${storyId}" name="text" rows="5" maxlength="1200" required>
${shownSummary}</textarea>
        </div>
        <button>Save the summary</button>
      </form>
    </details>`
}

function adding(view: DeskView, draft: DigestDraft): Markup {
  return html`<details class="fold">
    <summary>Add a story</summary>
    <form method="post" action="${view.path}/edit">
      ${hidden(view, 'add')}
      <div class="field">
        <label for="add-url">Address of an article that came in</label>
        <input id="add-url" name="url" type="url" required />
      </div>
      <button>Add it</button>
    </form>
    ${
      draft.leftOut.length === 0
        ? ''
        : html`<p>Not in it, and why:</p>
            <ul class="plain">
              ${draft.leftOut.slice(0, 15).map(
                ({ storyId, headline, reason }) =>
                  html`<li>
                    ${headline} <span class="muted">${reason}</span>
                    <form method="post" action="${view.path}/edit">
                      ${hidden(view, 'add')}<input type="hidden" name="story" value="${storyId}" />
                      <button aria-label="Add: ${headline}">Add</button>
                    </form>
                  </li>`,
              )}
            </ul>`
    }
  </details>`
}

function correctionOf(draft: Draft | null): Markup | string {
  if (draft?.form !== 'correction') return ''
  return html`<h2>What readers are told</h2>
    <p>${draft.was}</p>
    <p><b>${draft.isNow}</b></p>
    <p class="muted">About “${draft.about.headline}”</p>`
}
