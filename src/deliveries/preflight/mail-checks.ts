import type { Context } from '#context.ts'
import { type Finding, gathered, stops } from '#editions/preflight/finding.ts'
import type { Link } from '#editions/preflight/link-checks.ts'
import type { Edition } from '#editions/store.ts'
import { openToken } from '#subscribers/tokens.ts'
import type { CheckedMail } from './compose-mails.ts'

/** Gmail cuts at 102 KB. */
const MOST_HTML = 90_000

/** What stops mails, seen in the mails themselves; the largest first. */
export function checkMails(
  { secrets, config }: Pick<Context, 'secrets' | 'config'>,
  { edition, mails }: { edition: Edition; mails: readonly [CheckedMail, ...CheckedMail[]] },
): Finding[] {
  const [largest] = mails
  const kilobytes = Math.round(Buffer.byteLength(largest.html) / 1000)
  return [
    ...gathered(
      'unsubscribe',
      unsubscribeFaults(largest, { secrets, edition, config }),
      'the link and the header work, and lead to us',
    ),
    ...gathered('leftovers', mails.flatMap(leftoversIn), 'nothing of a template is left'),
    ...gathered(
      'size',
      Buffer.byteLength(largest.html) > MOST_HTML
        ? [
            stops(
              'size',
              `the largest mail is ${kilobytes} KB, and Gmail cuts long ones: drop a story or a box`,
            ),
          ]
        : [],
      `the largest mail is ${kilobytes} KB`,
    ),
  ]
}

/** Where its mails lead, and the pictures in them, but for our own pages. */
export function linksOf(mails: readonly CheckedMail[], { compiled }: Edition): Link[] {
  const own = compiled.sender.publicUrl
  const inMails = mails.flatMap(({ html }) => [
    ...attributes(html, 'href').map((url): Link => ({ url, what: 'link' })),
    ...attributes(html, 'src').map((url): Link => ({ url, what: 'picture' })),
  ])
  const counted = (compiled.links ?? []).map(({ url }): Link => ({ url, what: 'link' }))
  return [...inMails, ...counted].filter(({ url }) => /^https?:/i.test(url) && !url.startsWith(own))
}

function attributes(html: string, name: 'href' | 'src'): string[] {
  const found = html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))
  return Array.from(found, ([, value = '']) => value.replaceAll('&amp;', '&'))
}

function unsubscribeFaults(
  { unsubscribe, post, html, text }: CheckedMail,
  { secrets, edition, config }: Pick<Context, 'secrets' | 'config'> & { edition: Edition },
): Finding[] {
  const url = /<(https?:[^>]+)>/.exec(unsubscribe)?.[1] ?? ''
  const opened = openToken(secrets, 'unsubscribe', url.slice(url.lastIndexOf('/') + 1))
  const own = edition.compiled.sender.publicUrl
  const here = config.publicUrl.href
  const faults: [boolean, string][] = [
    [opened?.reference !== edition.id, 'the link in the header List-Unsubscribe opens nothing'],
    [post !== 'List-Unsubscribe=One-Click', 'the header List-Unsubscribe-Post is missing'],
    [![html, text].every((part) => part.includes('/u/')), 'a part of the mail has no link'],
    [!url.startsWith(own), `the link does not lead to ${own}`],
    [own !== here, `it was composed for ${own}, and PUBLIC_URL is ${here}: compose it again`],
  ]
  return faults.flatMap(([wrong, reason]) => (wrong ? [stops('unsubscribe', reason)] : []))
}

/** Of Liquid, of our own slots, and of programs that a text may have been pasted from. */
const SYNTAX = /\{\{|\}\}|\{%|%\}|%%\w|\*\||\|\*|<%|%>|\$\{|\[object \w+\]|\blorem ipsum\b/i
/** Words of a program stand for nothing where they stand alone: "Nan" and "undefined" may be news. */
const ALONE = /^\s*(?:undefined|null|NaN)\s*$/m
const IN_MARKUP =
  /\{\{|\{%|%%slot|%7B%7B|(?:href|src)="[^"]*(?:\/|=)(?:undefined|null|NaN)(?=["/&])/i

function leftoversIn({ name, subject, html, text }: CheckedMail): Finding[] {
  const markup = html.replace(/<style[\s\S]*?<\/style>/g, '').replace(/<!--[\s\S]*?-->/g, '')
  const visible = markup.replace(/<[^>]+>/g, ' ')
  const [found] = [
    SYNTAX.exec(subject),
    SYNTAX.exec(visible),
    SYNTAX.exec(text),
    ALONE.exec(text),
    IN_MARKUP.exec(markup),
  ].filter((each) => each !== null)
  if (found === undefined) return []
  const words = found.input.slice(Math.max(0, found.index - 30), found.index + 30)
  return [stops('leftovers', `${name} holds “${words.replace(/\s+/g, ' ').trim()}”`)]
}
