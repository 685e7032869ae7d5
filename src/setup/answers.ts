import { z } from 'zod'
import { Refusal, reasonOf } from '#errors.ts'
import { parseTimeZone } from '#subscribers/address.ts'
import { parseRelays } from '#mail/smtp-url.ts'

/** What a newsroom says of itself at the beginning. */
export type Answers = {
  publicUrl: string
  sender: string
  publisher: string
  address: string
  timeZone: string
  /** SMTP_URL; null: the built-in inbox, to try things out. */
  relay: string | null
  feed: string | null
}

export type Question = {
  name: keyof Answers
  /** On the command line. */
  flag: string
  asks: string
  example: string
}

export const QUESTIONS: readonly Question[] = [
  {
    name: 'publicUrl',
    flag: 'public-url',
    asks: 'The web address at which readers reach Daybreak',
    example: 'https://news.example.org',
  },
  {
    name: 'sender',
    flag: 'sender',
    asks: 'The mail address that newsletters come from',
    example: 'news@example.org',
  },
  {
    name: 'publisher',
    flag: 'publisher',
    asks: 'The name on the masthead',
    example: 'The Harbour Courier',
  },
  {
    name: 'address',
    flag: 'address',
    asks: 'The postal address of the publisher, which every mail must show',
    example: 'The Harbour Courier, 1 Quay Street, Port Ansel',
  },
  {
    name: 'timeZone',
    flag: 'zone',
    asks: 'The time zone of the newsroom',
    example: 'Europe/Berlin',
  },
  {
    name: 'relay',
    flag: 'relay',
    asks: 'The mail relay, or "none" to try things out with the built-in inbox',
    example: 'smtp://user:password@smtp.example.org:587',
  },
  {
    name: 'feed',
    flag: 'feed',
    asks: 'The first feed, or a page that names one, or "none"',
    example: 'https://www.example.org/feed',
  },
]

/** An answer in its shape. @throws Refusal that names the setting and the fix */
export function parseAnswer(name: keyof Answers, text: string): string | null {
  const given = text.trim()
  return parsers[name](given)
}

const parsers: Record<keyof Answers, (text: string) => string | null> = {
  publicUrl: parsePublicUrl,
  sender(text) {
    if (z.email().safeParse(text).success) return text
    throw wrong('sender', 'the sender must be a mail address such as news@example.org', text)
  },
  publisher: (text) => lineOf('publisher', text),
  address(text) {
    const address = lineOf('address', text)
    if (!/example street|exampletown/i.test(address)) return address
    throw wrong('address', 'the postal address must be your own, not the example', text)
  },
  timeZone(text) {
    try {
      return parseTimeZone(text)
    } catch {
      throw wrong(
        'zone',
        'the time zone must be one such as Europe/Berlin or America/New_York',
        text,
      )
    }
  },
  relay(text) {
    if (text === 'none') return null
    try {
      parseRelays(text)
      return text
    } catch (cause) {
      // It may hold a password, so it is not repeated.
      throw new Refusal(reasonOf(cause), { field: 'relay', cause })
    }
  },
  feed(text) {
    if (text === 'none') return null
    if (URL.canParse(text) && /^https?:\/\//i.test(text)) return text
    throw wrong(
      'feed',
      'the feed must be a web address such as https://www.example.org/feed, or "none"',
      text,
    )
  },
}

function parsePublicUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:\/\//i.test(text))
    throw wrong(
      'public-url',
      'the public URL must be an address such as https://news.example.org',
      text,
    )
  const url = new URL(text)
  if (url.search !== '' || url.hash !== '')
    throw wrong(
      'public-url',
      'the public URL must end with its path: nothing behind a ? or #',
      text,
    )
  if (url.protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)) {
    throw wrong(
      'public-url',
      'the public URL must begin with https://: mail programs and browsers warn of http, and links in mails work for years',
      text,
    )
  }
  return url.pathname === '/' ? url.origin : url.href.replace(/\/$/, '')
}

function lineOf(field: string, text: string): string {
  if (text !== '' && text.length <= 200 && !/[\p{Cc}]/u.test(text)) return text
  throw wrong(field, `the ${field} must be one line of at most 200 characters`, text)
}

function wrong(field: string, says: string, text: string): Refusal {
  return new Refusal(
    text === '' ? `${says}; it is empty` : `${says}, not "${text.slice(0, 100)}"`,
    {
      field,
    },
  )
}

/** What follows from the answers, until somebody says something else. */
export function derivedSettings({ sender }: Pick<Answers, 'sender'>): {
  replyTo: string
  bounceDomain: string
  url: string
  privacyUrl: string
} {
  const domain = sender.slice(sender.lastIndexOf('@') + 1).toLowerCase()
  const site = `https://www.${domain}`
  return {
    replyTo: sender,
    bounceDomain: `bounce.${domain}`,
    url: `${site}/`,
    privacyUrl: `${site}/privacy`,
  }
}
