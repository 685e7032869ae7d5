import { isSecure } from '#mail/lint/headers.ts'
import {
  all,
  type Breach,
  type Element,
  type Examined,
  placeOf,
  type Rule,
  shortened,
  squeezed,
} from '#mail/lint/subject.ts'

const SHORTENERS = new Set(
  'bit.ly t.co goo.gl tinyurl.com ow.ly is.gd buff.ly lnkd.in rebrand.ly cutt.ly t.ly shorturl.at dlvr.it rb.gy'.split(
    ' ',
  ),
)

// What a screen reader's list of links must not be full of.
const EMPTY_WORDS = new Set(
  'click here|click|here|link|this link|more|read more|learn more|details|continue|go|hier|hier klicken|mehr|weiter|weiterlesen|mehr lesen|ici|cliquez ici|en savoir plus|aquí|haga clic aquí|leer más|هنا|اضغط هنا|المزيد'.split(
    '|',
  ),
)

// A whole text that is an address: `example.org/a`, not a headline that names a company.
const ADDRESS = /^(?:https?:\/\/)?((?:[a-z0-9-]{1,63}\.)+[a-z]{2,24})(?:[/?#]\S*)?$/i

/** Where a click leads, and whether the words say so. */
export const LINK_RULES: readonly Rule[] = [
  {
    name: 'links-secure',
    says: 'an address is not https',
    fix: 'Link to https addresses only.',
    where: 'the body',
    check: (mail) => addressesOf(mail).filter((url) => !isAllowed(url)),
  },
  {
    name: 'no-shortener',
    says: 'a shortener hides where a link leads',
    fix: 'Link to the page itself: blocklists know shorteners.',
    where: 'the body',
    check: (mail) => addressesOf(mail).filter((url) => SHORTENERS.has(hostOf(url))),
  },
  {
    name: 'link-text',
    says: 'a link does not say where it leads',
    fix: 'Use the words of the page it leads to; a linked picture says it in its alt.',
    where: 'the HTML part',
    check: (mail) =>
      linksOf(mail).flatMap((link) => {
        const words = wordsOf(link)
        const bare = words.toLowerCase().replace(/[\s.…!›»→>]+$/u, '')
        return bare === '' || EMPTY_WORDS.has(bare) ? [at(link, words || 'no text')] : []
      }),
  },
  {
    name: 'link-text-unique',
    says: 'the same words lead to different pages',
    fix: 'Tell the links apart in their words.',
    where: 'the HTML part',
    check: twins,
  },
  {
    name: 'link-text-honest',
    says: 'a link shows one site and leads to another',
    fix: 'Show the address it leads to, or words: filters take this for phishing.',
    where: 'the HTML part',
    check: (mail) =>
      linksOf(mail).flatMap((link) => {
        const shown = ADDRESS.exec(wordsOf(link))?.[1]?.toLowerCase()
        const host = hostOf(link.getAttribute('href') ?? '')
        if (shown === undefined || host === '' || siteOf(shown) === siteOf(host)) return []
        return [at(link, `${shown} leads to ${host}`)]
      }),
  },
  {
    name: 'no-active-content',
    says: 'mail programs strip or refuse active content',
    fix: 'Leave scripts, forms, frames and event handlers out, and link to a page instead.',
    where: 'the HTML part',
    check: (mail) => [
      ...all(
        mail,
        'script, form, iframe, object, embed, input, select, textarea, button, base',
      ).map((element) => ({
        what: element.localName,
        where: placeOf(element),
      })),
      ...all(mail, '*').flatMap(handlersOf),
    ],
  },
]

/** What can be clicked. */
export function linksOf(mail: Examined): Element[] {
  return all(mail, 'a[href]')
}

/** The words of a link as they are read aloud. */
function wordsOf(link: Element): string {
  const named = link.getAttribute('aria-label')
  if (named !== null && named.trim() !== '') return squeezed(named)
  const pictures = [...link.querySelectorAll('img')].map((image) => image.getAttribute('alt') ?? '')
  return squeezed([link.textContent, ...pictures].join(' '))
}

function at(link: Element, what: string): Breach {
  return { what: shortened(what, 80), where: placeOf(link) }
}

// A part of one page (#fewer) is the same page to who hears the link.
function twins(mail: Examined): Breach[] {
  const targets = new Map<string, string>()
  return linksOf(mail).flatMap((link) => {
    const words = wordsOf(link).toLowerCase()
    const target = (link.getAttribute('href') ?? '').replace(/#.*$/s, '')
    const first = targets.get(words)
    if (first === undefined) targets.set(words, target)
    return words !== '' && first !== undefined && first !== target ? [at(link, words)] : []
  })
}

/** Every address that a click or a picture would follow, in both parts. */
function addressesOf(mail: Examined): string[] {
  const attributes = ['href', 'src', 'background', 'action'].flatMap((name) =>
    all(mail, `[${name}]`).map((element) => element.getAttribute(name) ?? ''),
  )
  const styled = [...mail.html.matchAll(/url\(\s{0,9}['"]?([^'")(]{1,2000})/gi)].map(
    (match) => match[1] ?? '',
  )
  const written = mail.text.match(/\b(?:https?|javascript|data|ftp):[^\s<>"]+/gi) ?? []
  return [...attributes, ...styled, ...written].map((url) => url.trim())
}

function isAllowed(url: string): boolean {
  return isSecure(url) || /^(?:mailto:|tel:|cid:|#.)/i.test(url)
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^www\./, '') : ''
}

// Close enough without the list of public suffixes: news.example.org and example.org are one site.
function siteOf(host: string): string {
  return host.split('.').slice(-2).join('.')
}

function handlersOf(element: Element): Breach[] {
  return [...element.attributes].flatMap(({ name }) =>
    /^on[a-z]/i.test(name) ? [{ what: name, where: placeOf(element) }] : [],
  )
}
