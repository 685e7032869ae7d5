import { html } from 'hono/html'

import english from '../../../templates/words/pages/gate.en.json' with { type: 'json' }
import type { Markup, PageFrame } from './page.ts'
import { wordsOf } from './page-words.ts'

const gateWords = wordsOf('gate', english)

/** Why the browser is asked to work, and the field for its answer. `proof.js` fills it in, for the form's `data-proof`. */
export function proofField({ language }: PageFrame): Markup {
  const words = gateWords(language)
  return html`<div class="proof">
    <input type="hidden" name="proof" value="" />
    <p
      class="small"
      role="status"
      data-proof-status
      data-working="${words.working}"
      data-done="${words.done}"
      data-failed="${words.failed}"
    >
      ${words.why}
    </p>
    <noscript><p class="error">${words.noScript}</p></noscript>
  </div>`
}
