import { html } from 'hono/html'
import type { Markup } from '../page.ts'
import type { DeskView } from './desk-view.ts'

/** Which change it is, and of which draft: of two people at once the second is told. */
export function hidden({ draftNumber }: DeskView, change: string): Markup {
  return html`<input type="hidden" name="change" value="${change}" /><input
      type="hidden"
      name="draft"
      value="${draftNumber}"
    />`
}

export function field({
  id,
  label,
  value,
  most,
  name = 'text',
}: {
  id: string
  label: string
  value: string
  most: number
  name?: string
}): Markup {
  return html`<div class="field">
    <label for="${id}">${label}</label>
    <input id="${id}" name="${name}" value="${value}" maxlength="${most}" />
  </div>`
}
