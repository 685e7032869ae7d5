import { html } from 'hono/html'
import type { Markup } from '../page.ts'
import type { DeskView } from './desk-view.ts'
import { field, hidden } from './fields.ts'

export function texts(view: DeskView): Markup | string {
  const { draft, subject, preheader } = view
  if (draft === null || draft.form === 'correction') return ''
  const greeting = draft.form === 'digest' ? draft.greeting : null
  return html`<h2>Words</h2>
    <form method="post" action="${view.path}/edit">
      ${hidden(view, 'subject')}
      ${field({ id: 'subject', label: 'Subject', value: subject, most: 200 })}
      <button>Save the subject</button>
    </form>
    <form method="post" action="${view.path}/edit">
      ${hidden(view, 'preview text')}
      ${field({ id: 'preview-text', label: 'Preview text', value: preheader, most: 200 })}
      <button>Save the preview text</button>
    </form>
    ${
      draft.form === 'alert'
        ? html`<form method="post" action="${view.path}/edit">
            ${hidden(view, 'not known yet')}
            ${field({ id: 'unknown', label: 'What is not known yet', value: draft.notKnownYet?.text ?? '', most: 400 })}
            <button>Save</button>
          </form>`
        : html`<form method="post" action="${view.path}/edit">
            ${hidden(view, 'greeting')}
            ${field({ id: 'greeting', label: 'A greeting of a few words', value: greeting?.text ?? '', most: 300 })}
            ${field({ id: 'signed', name: 'signedBy', label: 'Signed by', value: greeting?.signedBy ?? view.name, most: 80 })}
            <button>Save the greeting</button>
          </form>`
    }`
}

export function boxes(view: DeskView): Markup | string {
  const { draft } = view
  if (draft?.form !== 'digest' || draft.boxes.length === 0) return ''
  return html`<h2>Boxes</h2>
    <ul class="plain">
      ${draft.boxes.map(
        ({ label, text, after }, place) =>
          html`<li>
            <p><b>${label}</b> ${text} <span class="muted">behind ${after} stories</span></p>
            ${
              view.editing
                ? html`<form method="post" action="${view.path}/edit">
                    ${hidden(view, 'drop box')}<input type="hidden" name="place" value="${place}" />
                    <button aria-label="Drop the box ${label}">Drop</button>
                  </form>`
                : ''
            }
          </li>`,
      )}
    </ul>`
}
