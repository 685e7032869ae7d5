import { html } from 'hono/html'

import { findPageUrl } from '#mail/outside-text.ts'

import { type Markup, page, type PageFrame } from './page.ts'

export type InboxItem = {
  id: string
  url: string
  from: string
  to: string
  subject: string
  /** Ready made, with its zone. */
  receivedAt: string
}

export type InboxList = {
  messages: readonly InboxItem[]
  total: number
  olderUrl: string | null
  /** Where a press on “Empty the inbox” is posted; without it there is no such button. */
  clearAction?: string
}

const NOTHING_LEAVES = html`<p class="banner">
  <b>Nothing leaves this machine:</b> this is Daybreak’s built-in inbox.
</p>`

export function inboxPage(frame: PageFrame, list: InboxList): Markup {
  return page(frame, {
    title: 'Inbox',
    wide: true,
    body: html`${NOTHING_LEAVES}
      <h1>Inbox</h1>
      ${list.messages.length === 0 ? emptyInbox() : inboxTable(list)}`,
  })
}

function emptyInbox(): Markup {
  return html`<p>
    No mail yet. Sign up with any address, or send a test mail, and it arrives here.
  </p>`
}

function inboxTable({ messages, total, olderUrl, clearAction }: InboxList): Markup {
  return html`<p class="muted">${total === 1 ? '1 mail' : `${total} mails, the newest first`}</p>
    <div class="scroll" role="region" aria-label="Mails" tabindex="0">
      <table class="stacked">
        <thead>
          <tr>
            <th scope="col">Subject</th>
            <th scope="col">To</th>
            <th scope="col">From</th>
            <th scope="col">Arrived</th>
          </tr>
        </thead>
        <tbody>
          ${messages.map(
            ({ url, from, to, subject, receivedAt }) =>
              html`<tr>
                <td>
                  <a class="row" href="${url}">${subject === '' ? '(no subject)' : subject}</a>
                </td>
                <td>${to}</td>
                <td>${from}</td>
                <td class="number">${receivedAt}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${olderUrl === null ? '' : html`<p><a class="secondary" href="${olderUrl}">Older mails</a></p>`}
    ${clearAction === undefined ? '' : clearForm(clearAction, total)}`
}

function clearForm(action: string, total: number): Markup {
  return html`<form method="post" action="${action}">
    <button class="secondary">Empty the inbox (${total})</button>
  </form>`
}

export const MESSAGE_TABS = ['html', 'text', 'headers', 'raw'] as const
export type MessageTab = (typeof MESSAGE_TABS)[number]

export type InboxMessage = {
  from: string
  to: string
  subject: string
  receivedAt: string
  /** Serves the HTML part alone, under a policy of its own; null when there is none. */
  htmlUrl: string | null
  text: string
  headers: readonly { name: string; value: string }[]
  raw: string
  /** The links of the mail: the sandboxed frame does not follow them. */
  links: readonly { label: string; url: string }[]
}

const TAB_NAMES: Record<MessageTab, string> = {
  html: 'As it looks',
  text: 'Text',
  headers: 'Headers',
  raw: 'Raw',
}

export function messagePage(
  frame: PageFrame,
  props: {
    message: InboxMessage
    tab: MessageTab
    tabUrl: (tab: MessageTab) => string
    inboxUrl: string
  },
): Markup {
  const { message, tab, tabUrl, inboxUrl } = props
  return page(frame, {
    title: message.subject === '' ? '(no subject)' : message.subject,
    wide: true,
    body: html`${NOTHING_LEAVES}
      <p><a class="row" href="${inboxUrl}">Back to the inbox</a></p>
      <h1>${message.subject === '' ? '(no subject)' : message.subject}</h1>
      <dl class="facts">
        <dt>From</dt>
        <dd>${message.from}</dd>
        <dt>To</dt>
        <dd>${message.to}</dd>
        <dt>Arrived</dt>
        <dd>${message.receivedAt}</dd>
      </dl>
      <nav class="tabs" aria-label="Views of this mail">
        ${MESSAGE_TABS.map((each) => html`<a href="${tabUrl(each)}" ${each === tab ? html` aria-current="page"` : ''}>${TAB_NAMES[each]}</a>`)}
      </nav>
      ${messageView(message, tab)} ${message.links.length === 0 ? '' : messageLinks(message)}`,
  })
}

function messageView({ htmlUrl, text, headers, raw }: InboxMessage, tab: MessageTab): Markup {
  switch (tab) {
    case 'html':
      return htmlUrl === null
        ? html`<p>This mail has no HTML part.</p>`
        : html`<iframe
            class="mail"
            title="The mail as it looks"
            sandbox=""
            referrerpolicy="no-referrer"
            src="${htmlUrl}"
          ></iframe>`
    case 'text':
      return html`<pre tabindex="0" role="region" aria-label="Text part">${text}</pre>`
    case 'headers':
      return html`<div class="scroll" role="region" aria-label="Headers" tabindex="0">
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Value</th>
            </tr>
          </thead>
          <tbody>
            ${headers.map(
              ({ name, value }) =>
                html`<tr>
                  <th scope="row">${name}</th>
                  <td class="code">${value}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>`
    case 'raw':
      return html`<pre tabindex="0" role="region" aria-label="Raw mail">${raw}</pre>`
  }
}

function messageLinks({ links }: InboxMessage): Markup {
  const safe = links.flatMap(({ label, url }) => {
    const found = findPageUrl(url)
    return found === undefined ? [] : [{ label, url: found }]
  })
  return html`<h2>Links in this mail</h2>
    <ul class="plain">
      ${safe.map(({ label, url }) => html`<li><a class="row" href="${url}" rel="noreferrer">${label}</a><br /><span class="muted code">${url}</span></li>`)}
    </ul>`
}
