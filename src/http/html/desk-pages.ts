import { html } from 'hono/html'
import type { DeskView } from './desk/desk-view.ts'
import { storyList } from './desk/stories.ts'
import { boxes, texts } from './desk/words.ts'
import { type Markup, page, type PageFrame } from './page.ts'

/** One edition for one person of the desk: on a phone, in under a minute. */
export function deskPage(frame: PageFrame, view: DeskView): Markup {
  const { newsletter, subject, preheader, closed, said } = view
  return page(frame, {
    title: subject,
    wide: true,
    scripts: ['desk.js'],
    body: html`<p class="muted">${newsletter} · ${stateLine(view)}</p>
      <h1>${subject}</h1>
      <p class="lede">${preheader}</p>
      ${said === null ? '' : html`<p class="${said.wrong ? 'error' : 'good'}" role="${said.wrong ? 'alert' : 'status'}">${said.words}</p>`}
      ${deadlineOf(view)} ${leaving(view)} ${closed === null ? decisions(view) : closedNote(view)}
      <p><a class="secondary" href="${view.path}/mail">See the mail</a></p>
      ${storyList(view)} ${view.editable ? texts(view) : ''} ${boxes(view)} ${history(view)}`,
  })
}

function stateLine({ kind, state, stateReason, name }: DeskView): string {
  const reason = stateReason === null ? '' : `: ${stateReason}`
  return `${kind}, ${state}${reason} · you are ${name}`
}

function deadlineOf({ deadline }: DeskView): Markup | string {
  if (deadline === null) return ''
  return html`<p class="banner">
    It is to leave at <time datetime="${deadline.iso}" data-countdown>${deadline.words}</time>.
  </p>`
}

function leaving({ leavesAt, path }: DeskView): Markup | string {
  if (leavesAt === null) return ''
  return html`<p class="banner">
      It leaves at <time datetime="${leavesAt.iso}" data-countdown>${leavesAt.words}</time>.
    </p>
    <form method="post" action="${path}/cancel">
      <button class="primary">Cancel: do not send</button>
    </form>`
}

function decisions({ path, hash }: DeskView): Markup {
  const seen = html`<input type="hidden" name="hash" value="${hash}" />`
  return html`<form method="post" action="${path}/approve" data-once>
      ${seen}<button class="primary">Approve</button>
    </form>
    <details class="fold">
      <summary>Send back with a note</summary>
      <form method="post" action="${path}/send-back" data-once>
        ${seen}
        <div class="field">
          <label for="note">What should be different?</label>
          <input id="note" name="note" required maxlength="500" />
        </div>
        <button>Send back</button>
      </form>
    </details>
    <details class="fold">
      <summary>Stop this edition</summary>
      <form method="post" action="${path}/stop" data-once>
        ${seen}
        <div class="field">
          <label for="reason">Why is it not to be sent?</label>
          <input id="reason" name="reason" required maxlength="300" />
        </div>
        <button>Stop it: nobody gets it</button>
      </form>
    </details>`
}

function closedNote({ closed, path }: DeskView): Markup | string {
  if (closed === null) return ''
  return html`<p role="alert" class="error">${closed.words} Nothing has happened.</p>
    ${
      closed.again
        ? html`<form method="post" action="${path}/again">
            <button class="primary">Mail me a new link</button>
          </form>`
        : ''
    }`
}

function history({ edits, verdicts }: DeskView): Markup | string {
  const lines = [
    ...edits.map(({ actor, changes, at }) => ({ at, words: `${actor} ${changes.join(', ')}` })),
    ...verdicts.map(({ actor, verdict, note, at }) => ({
      at,
      words: `${actor}: ${verdict}${note === null ? '' : ` (${note})`}`,
    })),
  ].toSorted((a, b) => a.at.localeCompare(b.at))
  if (lines.length === 0) return ''
  return html`<h2>Who did what</h2>
    <ul class="plain">
      ${lines.map(({ at, words }) => html`<li>${words} <span class="muted">${at}</span></li>`)}
    </ul>`
}
