import { parseHTML } from 'linkedom'
import PostalMime, { type Email } from 'postal-mime'

import type { MailKind } from '#mail/message.ts'

export type Expected = {
  kind: MailKind
  messageIdDomain?: string
  postalAddress?: string
  /** The line that says why the reader gets this. */
  why?: string
  /** Where the mail's own link leads, when it is not the address of List-Unsubscribe. */
  unsubscribeUrl?: string
}

export type Violation = { rule: string; detail: string }

/** `check` returns one detail a breach, none when the mail keeps the rule. */
export type Rule = { name: string; check: (mail: Examined, expected: Expected) => string[] }

/** The little of the DOM that the rules look at; linkedom's own types need TypeScript's browser library. */
export type Element = {
  tagName: string
  textContent: string
  attributes: Iterable<{ name: string; value: string }>
  getAttribute(name: string): string | null
  hasAttribute(name: string): boolean
  querySelectorAll(selector: string): Iterable<Element>
}

/** A mail taken apart once, for all rules. */
export type Examined = {
  /** One character a byte. */
  bytes: string
  bodyLines: string[]
  /** Unfolded, not decoded, in order; names in lower case. */
  headers: Array<{ name: string; value: string }>
  email: Email
  html: string
  text: string
  page: Element
  /** Everything a reader can see in the HTML part, the preview text included. */
  visible: string
}

export async function examine(raw: Buffer): Promise<Examined> {
  const bytes = raw.toString('latin1')
  const [head = '', ...rest] = bytes.split(/\r?\n\r?\n/)
  const email = await PostalMime.parse(raw)
  const html = email.html ?? ''
  const { documentElement: page }: { documentElement: Element } = parseHTML(
    html || '<html></html>',
  ).document
  return {
    bytes,
    bodyLines: rest.join('\r\n\r\n').split('\r\n'),
    headers: unfold(head),
    email,
    html,
    text: email.text ?? '',
    page,
    visible: visibleText(html),
  }
}

function unfold(head: string): Examined['headers'] {
  const lines = head.replace(/\r?\n(?=[ \t])/g, '').split(/\r?\n/)
  return lines.map((line) => {
    const [, name = line, value = ''] = /^([^:]*):\s*(.*)$/s.exec(line) ?? []
    return { name: name.toLowerCase(), value: value.trim() }
  })
}

function visibleText(html: string): string {
  const { document }: { document: Element } = parseHTML(html || '<html></html>')
  const bodies = [...document.querySelectorAll('body')]
  return bodies.map((body) => withoutCode(body)).join(' ')
}

function withoutCode(body: Element): string {
  const hidden = [...body.querySelectorAll('style, script')].map((node) => node.textContent)
  return hidden.reduce((text, code) => text.replace(code, ' '), body.textContent)
}

/** All values of a header. */
export function valuesOf({ headers }: Examined, name: string): string[] {
  return headers.filter((header) => header.name === name).map(({ value }) => value)
}

export function valueOf(mail: Examined, name: string): string {
  return valuesOf(mail, name)[0] ?? ''
}

export function all({ page }: Examined, selector: string): Element[] {
  return [...page.querySelectorAll(selector)]
}

/** A rule that a mail keeps or breaks as a whole. */
export function unless(kept: boolean, detail: string): string[] {
  return kept ? [] : [detail]
}

export function goesToReaders({ kind }: Expected): boolean {
  return kind !== 'service'
}
