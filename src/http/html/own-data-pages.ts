import { html } from 'hono/html'

import { ownDataWords } from './consent-words.ts'
import { askPage, type Markup, page, type PageFrame, saidPage } from './page.ts'
import { fill, fillMarkup } from './page-words.ts'

// All that is held about a reader: seeing it, moving it to another address, and erasing it. Reached by a fresh link alone.

/** Which words stood above the buttons, for the consent ledger: changes with them. */
export const OWN_DATA_FORM_VERSION = 'own data 1'

export type OwnDataPaths = { download: string; address: string; erase: string }

export function ownDataPage(
  frame: PageFrame,
  { address, paths }: { address: string; paths: OwnDataPaths },
): Markup {
  const words = ownDataWords(frame.language)
  return page(frame, {
    title: words.title,
    body: html`<h1>${words.title}</h1>
      <p>${fillMarkup(words.intro, { address: whom(address) })}</p>
      <h2>${words.downloadTitle}</h2>
      <p>${words.downloadSentence}</p>
      <form method="post" action="${paths.download}">
        <button class="primary">${words.downloadButton}</button>
      </form>
      <h2>${words.addressTitle}</h2>
      <p>${words.addressSentence}</p>
      <form method="get" action="${paths.address}">
        <button class="secondary">${words.addressLink}</button>
      </form>
      <h2>${words.eraseTitle}</h2>
      <p>${words.eraseSentence}</p>
      <form method="get" action="${paths.erase}">
        <button class="secondary">${words.eraseLink}</button>
      </form>`,
  })
}

export type AddressProblem = 'wrong' | 'same'

export function newAddressPage(
  frame: PageFrame,
  {
    action,
    back,
    typed,
    problem,
  }: { action: string; back: string; typed: string; problem: AddressProblem | null },
): Markup {
  const words = ownDataWords(frame.language)
  const said = { wrong: words.addressWrong, same: words.addressSame }
  const error = problem === null ? '' : html`<p class="error" id="email-error">${said[problem]}</p>`
  const described =
    problem === null ? '' : html` aria-invalid="true" aria-describedby="email-error"`
  return page(frame, {
    title: words.addressTitle,
    body: html`<h1>${words.addressTitle}</h1>
      <p>${words.addressSentence}</p>
      <form method="post" action="${action}" novalidate>
        <div class="field">
          <label for="email">${words.addressLabel}</label>
          ${error}
          <input
            id="email"
            name="email"
            type="email"
            dir="ltr"
            autocomplete="email"
            inputmode="email"
            autocapitalize="none"
            spellcheck="false"
            required
            value="${typed}"
            ${described}
          />
        </div>
        <button class="primary">${words.addressButton}</button>
      </form>
      <p class="small"><a class="secondary" href="${back}">${words.back}</a></p>`,
  })
}

export function addressAskedPage(frame: PageFrame): Markup {
  const { addressAskedTitle, addressAskedSentence } = ownDataWords(frame.language)
  return saidPage(frame, { title: addressAskedTitle, sentence: addressAskedSentence })
}

/** What goes and what stays, before the only button here that cannot be taken back. */
export function erasePage(
  frame: PageFrame,
  { address, action, back }: { address: string; action: string; back: string },
): Markup {
  const words = ownDataWords(frame.language)
  return page(frame, {
    title: words.eraseAskTitle,
    body: html`<h1>${words.eraseAskTitle}</h1>
      <p class="lede">${whom(address)}</p>
      <h2>${words.goesTitle}</h2>
      ${listOf([words.goesAddress, words.goesChoices, words.goesLetters])}
      <h2>${words.staysTitle}</h2>
      ${listOf([words.staysCode, words.staysCounts, words.staysBackups])}
      <p><b>${words.eraseNoUndo}</b></p>
      <form method="post" action="${action}">
        <button class="primary">${words.eraseButton}</button>
      </form>
      <p class="small"><a class="secondary" href="${back}">${words.keep}</a></p>`,
  })
}

function listOf(items: readonly string[]): Markup {
  return html`<ul>
    ${items.map((item) => html`<li>${item}</li>`)}
  </ul>`
}

export function erasedPage(frame: PageFrame): Markup {
  const { erasedTitle, erasedSentence } = ownDataWords(frame.language)
  return saidPage(frame, { title: erasedTitle, sentence: erasedSentence })
}

export function expiredOwnDataPage(
  frame: PageFrame,
  { address, action }: { address: string; action: string },
): Markup {
  const words = ownDataWords(frame.language)
  return askPage(frame, {
    title: words.expiredTitle,
    sentence: fillMarkup(words.expiredSentence, { address: whom(address) }),
    button: words.freshButton,
    action,
  })
}

export function freshLinkPage(frame: PageFrame, { address }: { address: string }): Markup {
  const { freshTitle, freshSentence } = ownDataWords(frame.language)
  return saidPage(frame, {
    title: freshTitle,
    sentence: fillMarkup(freshSentence, { address: whom(address) }),
  })
}

/** Asks at the new address. */
export function moveHerePage(
  frame: PageFrame,
  { address, action }: { address: string; action: string },
): Markup {
  const words = ownDataWords(frame.language)
  return askPage(frame, {
    title: words.changeTitle,
    sentence: fillMarkup(words.changeSentence, { address: whom(address) }),
    button: words.changeButton,
    action,
  })
}

export function movedPage(frame: PageFrame, { address }: { address: string }): Markup {
  const { changedTitle, changedSentence } = ownDataWords(frame.language)
  return saidPage(frame, {
    title: changedTitle,
    sentence: fillMarkup(changedSentence, { address: whom(address) }),
  })
}

export function takenPage(frame: PageFrame, { address }: { address: string }): Markup {
  const { takenTitle, takenSentence } = ownDataWords(frame.language)
  return saidPage(frame, {
    title: takenTitle,
    sentence: fillMarkup(takenSentence, { address: whom(address) }),
  })
}

export function changeExpiredPage(frame: PageFrame): Markup {
  const { changeExpiredTitle, changeExpiredSentence } = ownDataWords(frame.language)
  return saidPage(frame, { title: changeExpiredTitle, sentence: changeExpiredSentence })
}

export function fileSentences(
  { publication, language }: PageFrame,
  { date, cut, most }: { date: string; cut: string[]; most: number },
): string[] {
  const { fileAbout, fileCut } = ownDataWords(language)
  const about = fill(fileAbout, { publication: publication.name, date })
  if (cut.length === 0) return [about]
  const n = new Intl.NumberFormat(language).format(most)
  return [about, fill(fileCut, { n, lists: cut.join(', ') })]
}

/** Addresses run from left to right in every script. */
function whom(address: string): Markup {
  return html`<b><bdi dir="ltr">${address}</bdi></b>`
}
