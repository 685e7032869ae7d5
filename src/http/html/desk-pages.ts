import { html } from 'hono/html'
import type { DeskView } from './desk/desk-view.ts'
import { storyList } from './desk/stories.ts'
import { boxes, texts } from './desk/words.ts'
import { type Markup, page, type PageFrame, saidPage } from './page.ts'

/** One edition for one person of the desk: read and decided on a phone, in under a minute. */
export function deskPage(frame: PageFrame, view: DeskView): Markup {
  const { subject, preheader, editing } = view
  return page(frame, {
    title: subject,
    scripts: ['desk.js'],
    body: html`${head(view)}
      <h1>${subject}</h1>
      <p class="lede">${preheader}</p>
      ${saidOf(view)} ${closedNote(view)} ${leaving(view)} ${when(view)} ${findingList(view)}
      ${editing ? backLink(view) : theMail(view)} ${editing ? texts(view) : ''} ${storyList(view)}
      ${boxes(view)} ${editing ? '' : decisions(view)} ${history(view)}`,
  })
}

/** Asked once more: who stops it, stops it for everybody. */
export function stopPage(
  frame: PageFrame,
  { path, subject, hash }: Pick<DeskView, 'path' | 'subject' | 'hash'>,
): Markup {
  return page(frame, {
    title: 'Stop this edition?',
    scripts: ['desk.js'],
    body: html`<h1>Stop this edition?</h1>
      <p>“${subject}” is not sent to anybody, and cannot be started again.</p>
      <form method="post" action="${path}/stop" data-once>
        <input type="hidden" name="hash" value="${hash}" />
        <div class="field">
          <label for="reason">Why is it not to be sent?</label>
          <input id="reason" name="reason" required maxlength="300" />
        </div>
        <button class="primary">Stop it: nobody gets it</button>
      </form>
      <p class="small"><a class="secondary" href="${path}">Back, without stopping it</a></p>`,
  })
}

/** A link that opens nothing any more, and does not show what it opened. */
export function deadLinkPage(
  frame: PageFrame,
  { path, closed }: { path: string; closed: { words: string; again: boolean } },
): Markup {
  return saidPage(frame, {
    title: 'This link opens nothing any more',
    sentence: closed.words,
    aside: closed.again ? askAgain(path) : html``,
  })
}

const KINDS: Record<string, string> = {
  digest: 'edition',
  alert: 'breaking alert',
  correction: 'correction',
  note: 'note',
}

function head({ newsletter, kind, state, stateReason, name }: DeskView): Markup {
  return html`<p class="muted">${newsletter}, ${KINDS[kind] ?? kind} · for ${name}</p>
    ${
      ['draft', 'in review'].includes(state) && stateReason === null
        ? ''
        : html`<p><b>${state}</b>${stateReason === null ? '' : `: ${stateReason}`}</p>`
    }`
}

function saidOf({ said }: DeskView): Markup | string {
  if (said === null) return ''
  return said.wrong
    ? html`<p class="error" role="alert">${said.words}</p>`
    : html`<p class="good" role="status">${said.words}</p>`
}

/** Not where the person just decided: they know. */
function closedNote({ closed, said, path }: DeskView): Markup | string {
  if (closed === null) return ''
  const again = closed.again ? askAgain(path) : ''
  if (said !== null) return said.wrong || said.again === true ? again : ''
  return html`<p class="banner">${closed.words}</p>
    ${again}`
}

function askAgain(path: string): Markup {
  return html`<form class="undo" method="post" action="${path}/again" data-once>
    <button>Mail me a new link</button>
  </form>`
}

function leaving({ leavesAt, path, decides }: DeskView): Markup | string {
  if (leavesAt === null) return ''
  return html`<p class="banner">
      It leaves at <time datetime="${leavesAt.iso}">${leavesAt.words}</time>
      <b data-countdown="${leavesAt.iso}">in ${leavesAt.seconds} s</b>
    </p>
    ${
      decides
        ? html`<form class="undo" method="post" action="${path}/cancel" data-once>
            <button class="primary">Cancel: do not send</button>
          </form>`
        : ''
    }`
}

function when({ deadline, waitsFor, objection, authors, alertTimes, reaches }: DeskView): Markup {
  return html`<dl class="facts">
    ${
      deadline === null
        ? ''
        : html`<dt>To leave at</dt>
            <dd>
              <time datetime="${deadline.iso}">${deadline.words}</time>
              <b data-countdown="${deadline.iso}"></b>
            </dd>`
    }
    ${
      waitsFor === null
        ? ''
        : html`<dt>Waits for</dt>
            <dd>${waitsFor}</dd>`
    }
    ${
      reaches === null
        ? ''
        : html`<dt>Reaches</dt>
            <dd>${reaches}</dd>`
    }
    ${
      alertTimes === null
        ? ''
        : html`<dt>From the article</dt>
            <dd>${alertTimes}</dd>`
    }
    ${
      objection === null
        ? ''
        : html`<dt>Not wanted</dt>
            <dd>by ${objection.actor}${objection.note === null ? '' : `: ${objection.note}`}</dd>`
    }
    <dt>Written by</dt>
    <dd>${authors.length === 0 ? 'nobody: it was put together by rule' : authors.join(', ')}</dd>
  </dl>`
}

const OUTCOMES = {
  stops: 'Stops it',
  warns: 'Look at this',
  'cannot check': 'Cannot be checked',
  'let pass': 'Let pass',
  passed: 'In order',
}

function findingList({ findings }: DeskView): Markup | string {
  if (findings === null) return ''
  const found = findings.filter(({ outcome }) => outcome !== 'passed')
  if (found.length === 0) return html`<p class="good">The checks before sending found nothing.</p>`
  return html`<h2>Checks</h2>
    <ul class="plain">
      ${found.map(
        ({ outcome, reason }) =>
          html`<li>
            <b class="${outcome === 'stops' ? 'error' : 'careful'}">${OUTCOMES[outcome]}:</b>
            ${folded(reason)}
          </li>`,
      )}
    </ul>`
}

/** Of many places the first; nobody reads a wall of addresses on a phone. */
function folded(reason: string): Markup | string {
  const [first = '', ...more] = reason.split('; ')
  if (more.length < 2) return reason
  return html`${first}
    <details class="fold">
      <summary>and ${more.length} more</summary>
      ${more.join('; ')}
    </details>`
}

function theMail({ path, tests }: DeskView): Markup {
  return html`<details class="fold">
    <summary>The mail as readers see it</summary>
    <iframe class="mail" src="${path}/mail" title="The mail" sandbox loading="lazy"></iframe>
    <div class="side">
      <a class="secondary" href="${path}/preview">Other readers, dark, plain text …</a>
      ${
        tests
          ? html`<form method="post" action="${path}/test" data-once>
              <button>Mail it to me as a test</button>
            </form>`
          : ''
      }
    </div>
  </details>`
}

function backLink({ path }: DeskView): Markup {
  return html`<p><a class="secondary" href="${path}">Back to the decision</a></p>`
}

function decisions(view: DeskView): Markup | string {
  const { path, hash, closed, decides, editable, name, state } = view
  const change = editable
    ? html`<p><a class="secondary" href="${path}/edit">Change something</a></p>`
    : ''
  if (closed !== null) return change
  if (!decides)
    return html`<h2>Your decision</h2>
      <p>${name}, your role lets you read it; a publisher decides.</p>
      ${change}`
  const seen = html`<input type="hidden" name="hash" value="${hash}" />`
  return html`<h2>Your decision</h2>
    ${
      state === 'approved'
        ? html`<p>It is approved. You can still send it back, or stop it.</p>`
        : html`<form class="decide" method="post" action="${path}/approve" data-once>
            ${seen}<button class="primary">Approve</button>
          </form>`
    }
    <details class="fold">
      <summary>Send back with a note</summary>
      <form method="post" action="${path}/send-back" data-once>
        ${seen}
        <div class="field">
          <label for="note">What should be different?</label>
          <textarea id="note" name="note" rows="3" required maxlength="500"></textarea>
        </div>
        <button>Send back</button>
      </form>
    </details>
    <div class="side">
      ${change}
      <p><a class="secondary" href="${path}/stop">Stop this edition …</a></p>
    </div>`
}

const SAID: Record<string, string> = {
  approve: 'approved it',
  'send back': 'sent it back',
  stop: 'stopped it',
  override: 'approved it alone, around the rule',
  cancel: 'took the countdown back',
}

function history({ edits, verdicts }: DeskView): Markup | string {
  const lines = [
    ...edits.map(({ actor, changes, at }) => ({ at, words: `${actor} ${changes.join(', ')}` })),
    ...verdicts.map(({ actor, verdict, note, at }) => ({
      at,
      words: `${actor} ${SAID[verdict] ?? verdict}${note === null ? '' : `: ${note}`}`,
    })),
  ].toSorted((a, b) => a.at.iso.localeCompare(b.at.iso))
  if (lines.length === 0) return ''
  return html`<h2>Who did what</h2>
    <ul class="plain">
      ${lines.map(({ at, words }) => html`<li>${words} <span class="muted">${at.words}</span></li>`)}
    </ul>`
}
