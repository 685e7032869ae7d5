import { html } from 'hono/html'

import type { Markup } from '../page.ts'

export type Option = { value: string; text: string; chosen: boolean }

/** What is wrong with a field, beside it. */
export function fieldError(id: string, error: string | undefined): Markup | '' {
  return error === undefined ? '' : html`<p class="error" id="${id}">${error}</p>`
}

export function describedBy(error: string | undefined, id: string): Markup | '' {
  return error === undefined ? '' : html` aria-invalid="true" aria-describedby="${id}"`
}

/** A few choices side by side, each a target for a thumb. */
export function pills(
  name: string,
  {
    legend,
    note,
    options,
    error,
  }: { legend: string; note: string; options: readonly Option[]; error: string | undefined },
): Markup {
  const id = `${name}-error`
  return html`<fieldset class="pills" ${describedBy(error, id)}>
    <legend>${legend}</legend>
    ${note === '' ? '' : html`<p class="muted">${note}</p>`} ${fieldError(id, error)}
    <div>
      ${options.map(
        ({ value, text, chosen }) =>
          html`<label class="choice pill"
            ><input type="radio" name="${name}" value="${value}" ${chosen ? html` checked` : ''} />
            ${text}</label
          >`,
      )}
    </div>
  </fieldset>`
}

/** One of many. */
export function select(
  name: string,
  {
    label,
    body,
    error,
    row = false,
  }: { label: string; body: Markup; error: string | undefined; row?: boolean },
): Markup {
  const id = `${name}-error`
  return html`<div class="${row ? 'field row' : 'field'}">
    <label for="${name}">${label}</label>
    ${fieldError(id, error)}
    <select id="${name}" name="${name}" ${describedBy(error, id)}>
      ${body}
    </select>
  </div>`
}

export function optionsOf(options: readonly Option[]): Markup {
  return html`${options.map(
    ({ value, text, chosen }) =>
      html`<option value="${value}" ${chosen ? html` selected` : ''}>${text}</option>`,
  )}`
}
