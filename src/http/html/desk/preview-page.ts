import { html } from 'hono/html'
import { type Markup, page, type PageFrame } from '../page.ts'

/** What of the page's address says how it looks; an empty one is left out of links. */
export type Shown = {
  variant?: string | undefined
  blocks?: string | undefined
  scheme?: string | undefined
  images?: string | undefined
  part?: string | undefined
  width?: string | undefined
}

export type PreviewView = {
  /** Of the desk page; what it shows lies below. */
  path: string
  subject: string
  shown: Shown
  variants: readonly { name: string; words: string; topic: boolean }[]
  /** The text part, where that is asked for. */
  text: string | null
  /** Whether the person may look as a reader. */
  readers: boolean
  /** Whether it is a reader's choice of stories: whose is not said. */
  ofReader: boolean
  wrong: string | null
}

/** The mail as somebody gets it and some program shows it; every choice is a link, so that it works without a script. */
export function previewPage(frame: PageFrame, view: PreviewView): Markup {
  const { path, subject, shown, text, readers } = view
  const phone = shown.width !== 'desktop'
  const to = (changes: Shown) => `${path}/preview${queryOf({ ...shown, ...changes })}`
  const asHtml = text === null
  return page(frame, {
    title: `As readers see it: ${subject}`,
    wide: true,
    body: html`<p><a class="secondary" href="${path}">Back to the decision</a></p>
      <h1>As readers see it</h1>
      <p class="lede">${subject}</p>
      ${whoseMail(view, to)} ${readers ? readerForm(view) : ''}
      <div class="looks">
        ${choice('Form', [
          { words: 'Phone', to: to({ part: '', width: '' }), on: asHtml && phone },
          { words: 'Desktop', to: to({ part: '', width: 'desktop' }), on: asHtml && !phone },
          { words: 'Plain text', to: to({ part: 'text' }), on: !asHtml },
        ])}
        ${
          asHtml
            ? html`${choice('Colours', [
                { words: 'Light', to: to({ scheme: '' }), on: shown.scheme !== 'dark' },
                { words: 'Dark', to: to({ scheme: 'dark' }), on: shown.scheme === 'dark' },
              ])}
              ${choice('Pictures', [
                { words: 'With pictures', to: to({ images: '' }), on: shown.images !== 'off' },
                { words: 'No pictures', to: to({ images: 'off' }), on: shown.images === 'off' },
              ])}`
            : ''
        }
      </div>
      ${
        asHtml
          ? html`<iframe
              class="${phone ? 'mail phone' : 'mail'}"
              src="${path}/mail${queryOf({ ...shown, scheme: shown.scheme ?? 'light', width: '' })}"
              title="The mail"
              sandbox
            ></iframe>`
          : html`<pre tabindex="0" role="region" aria-label="The mail as plain text">${text}</pre>`
      }`,
  })
}

function whoseMail(
  { shown, variants, ofReader }: PreviewView,
  to: (changes: Shown) => string,
): Markup {
  const options = variants.map(({ name, words, topic }, place) => ({
    words,
    topic,
    to: to({ variant: place === 0 ? '' : name, blocks: '' }),
    on: !ofReader && (shown.variant === name || (place === 0 && !shown.variant)),
  }))
  const topics = options.filter(({ topic }) => topic)
  return html`${choice(
    'Mail',
    options.filter(({ topic }) => !topic),
  )}
  ${ofReader ? html`<p class="good" role="status">The mail of the reader that you named.</p>` : ''}
  ${
    topics.length === 0
      ? ''
      : html`<details class="fold" ${topics.some(({ on }) => on) ? 'open' : ''}>
          <summary>Of who follows one topic</summary>
          ${choice('Topic', topics)}
        </details>`
  }`
}

function queryOf(shown: Shown): string {
  const given = Object.entries(shown).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === '' ? [] : [[name, value]],
  )
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`
}

function choice(
  name: string,
  options: readonly { words: string; to: string; on: boolean }[],
): Markup {
  return html`<nav class="chips" aria-label="${name}">
    <b>${name}</b>
    ${options.map(
      ({ words, to, on }) =>
        html`<a class="chip" href="${to}" ${on ? html`aria-current="true"` : ''}>${words}</a>`,
    )}
  </nav>`
}

/** Posted, so that no address of a reader stands in the page's own. */
function readerForm({ path, wrong }: PreviewView): Markup {
  return html`<details class="fold" ${wrong === null ? '' : 'open'}>
    <summary>Of one reader</summary>
    <form method="post" action="${path}/preview">
      <div class="field">
        <label for="reader">Reader’s address or number</label>
        ${wrong === null ? '' : html`<p class="error" role="alert">${wrong}</p>`}
        <input id="reader" name="reader" required maxlength="254" autocomplete="off" />
        <p class="small">Your look is noted in the audit log. This page never shows who it is.</p>
      </div>
      <button>Show their mail</button>
    </form>
  </details>`
}
