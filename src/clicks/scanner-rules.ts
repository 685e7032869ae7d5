// Programs that follow links before people do: what they say of themselves, and how they behave.

/** What kind of program asked, as far as it says so itself. */
export type Agent = 'browser' | 'nameless' | 'scanner' | 'preview' | 'program' | 'prefetch'

type AgentRule = { agent: Agent; words: RegExp; example: string }

/** The first that fits decides. */
export const agentRules: readonly AgentRule[] = [
  { agent: 'nameless', words: /^\s*$/, example: '' },
  {
    agent: 'scanner',
    words:
      /barracuda|mimecast|proofpoint|urldefense|safelinks|ironport|ciscosecure|symantec|trendmicro|sophos|fortimail|forcepoint|checkpoint|virustotal|urlscan/i,
    example:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/96.0.4664.110 Safari/537.36 Barracuda Sentinel (EE)',
  },
  {
    // Outlook asks for a page itself before it hands the link to a browser.
    agent: 'preview',
    words: /ms-office|microsoft office|bingpreview|skypeuripreview|snap url preview|google-safety/i,
    example: 'Mozilla/4.0 (compatible; ms-office; MSOffice 16)',
  },
  {
    agent: 'preview',
    words:
      /slackbot|facebookexternal|facebot|twitterbot|linkedinbot|telegrambot|discordbot|^whatsapp\//i,
    example: 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
  },
  {
    agent: 'program',
    words: /headlesschrome|phantomjs|puppeteer|playwright|selenium|electron/i,
    example:
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36',
  },
  {
    // CUBOT makes telephones.
    agent: 'program',
    words: /(?<!cu)bot\b|crawler|spider|scanner|link ?check|monitoring/i,
    example: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  },
  {
    // Every browser calls itself Mozilla, and Opera Mini Opera: curl, python-requests and Go-http-client do not.
    agent: 'program',
    words: /^(?!mozilla\/|opera\/)/i,
    example: 'python-requests/2.31.0',
  },
]

/** `purpose` is what the browser says it wants the page for: Sec-Purpose, or Purpose and X-Moz of older ones. */
export function agentOf({ name, purpose }: { name: string; purpose: string }): Agent {
  if (/prefetch|prerender|preview/i.test(purpose)) return 'prefetch'
  return agentRules.find(({ words }) => words.test(name))?.agent ?? 'browser'
}

/** Nobody has opened the mail and chosen a story before this. */
export const EARLY_SECONDS = 10

/**
 * One reader's links, so many different ones within so many seconds. A person can open two in a row, but not in one
 * second; four in ten seconds is the pace of a program that pauses between its requests.
 */
export const bursts: readonly { links: number; seconds: number }[] = [
  { links: 2, seconds: 1 },
  { links: 3, seconds: 2 },
  { links: 4, seconds: 10 },
]

/** All links of a mail in a minute, if it has at least so many: a program that takes its time. */
export const WHOLE_MAIL = { links: 5, seconds: 60 }

/**
 * Links of so many readers from one network at once: a gateway that opens one link of each mail. A large office or the
 * shared addresses of a mobile operator may look the same after an alert; then too few are counted, not too many.
 */
export const CROWD = { readers: 10, seconds: 5 }

/** A click is judged when those around it are known. */
export const SETTLE_MS = 3 * 60_000
