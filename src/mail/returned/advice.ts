/** What to mend, in one sentence, and where it is explained. */
export type Advice = { words: string; docs: string }

export type AdviceRule = { pattern: RegExp; words: string; anchor: Anchor; example: string }

/** Headings of docs/deliverability.md. */
export const anchors = [
  'dkim',
  'spf',
  'dmarc',
  'alignment',
  'reverse-dns',
  'tls',
  'blocklists',
  'complaints',
  'content',
  'speed',
  'relay',
] as const
export type Anchor = (typeof anchors)[number]

const DOCUMENT = 'docs/deliverability.md'

/** What providers say of a sender, by their own codes first. They see the reason and the reply in lower case. */
export const ADVICE_RULES: readonly AdviceRule[] = [
  {
    pattern: /5\.7\.515/,
    anchor: 'alignment',
    words: 'SPF, DKIM and DMARC must all pass, with the domain of the From address',
    example:
      '550 5.7.515 access denied, sending domain does not meet the required authentication level',
  },
  {
    pattern: /[45]\.7\.32|did not align|not aligned|alignment/,
    anchor: 'alignment',
    words: 'the domain that SPF or DKIM vouches for is not the one of the From address',
    example: '421 4.7.32 the from: header is not aligned',
  },
  {
    pattern: /[45]\.7\.30|dkim/,
    anchor: 'dkim',
    words: 'DKIM did not pass or did not align',
    example: '550 5.7.26 dkim did not pass',
  },
  {
    pattern: /5\.7\.509|dmarc/,
    anchor: 'dmarc',
    words: 'DMARC of the From domain did not pass',
    example: '550 5.7.509 access denied, sending domain does not pass dmarc verification',
  },
  {
    pattern: /[45]\.7\.(?:23|27)|\bspf\b/,
    anchor: 'spf',
    words: 'SPF does not name the server that sends',
    example: '550 5.7.27 spf did not pass',
  },
  {
    pattern: /[45]\.7\.26|unauthenticated|sender authentication/,
    anchor: 'alignment',
    words: 'the mail is not authenticated: neither SPF nor DKIM passed for the From domain',
    example: '550 5.7.26 this mail is unauthenticated',
  },
  {
    pattern: /[45]\.7\.25|reverse dns|\bptr\b|reverse/,
    anchor: 'reverse-dns',
    words: 'the address that sends has no name that leads back to it',
    example: '550 5.7.25 the ip address sending this message does not have a ptr record',
  },
  {
    pattern: /[45]\.7\.29|encryption|starttls|\btls\b/,
    anchor: 'tls',
    words: 'the mail must arrive over TLS',
    example: '550 5.7.29 this message was not sent over a tls connection',
  },
  {
    pattern: /[45]\.7\.28|unusual rate|too fast|rate|throttl|tss0|too many/,
    anchor: 'speed',
    words: 'too much came at once: send slower, or warm the domain up',
    example: '421 4.7.28 unusual rate of mail',
  },
  {
    pattern: /complain|ph01/,
    anchor: 'complaints',
    words: 'too many readers pressed "this is spam"',
    example: '554 5.7.9 message not accepted for policy reasons [ph01] user complaints',
  },
  {
    pattern: /s31[45]0|5\.7\.6[0-4]\d|spamhaus|blocked|blocklist|black ?list|banned|\brbl\b|dnsbl/,
    anchor: 'blocklists',
    words: 'the address or domain that sends is on a blocklist',
    example: '550 5.7.606 access denied, banned sending ip',
  },
  {
    pattern: /reputation/,
    anchor: 'complaints',
    words: 'the reputation of the sending address or domain is low',
    example: '550 5.7.1 very low reputation of the sending domain',
  },
  {
    pattern: /spam|content|virus/,
    anchor: 'content',
    words: 'the mail looks like spam to it: check it with "daybreak lint --spam"',
    example: '550 5.7.1 message content rejected, ube',
  },
  {
    pattern: /relaying|relay|log ?in|auth/,
    anchor: 'relay',
    words:
      'your relay refuses to take mail from you: check its login and the From address it allows',
    example: '550 5.7.1 relaying denied',
  },
]

/** The advice for a reply that is about us, in the name of who gave it. */
export function adviceFor({
  reason,
  text,
  destination,
}: {
  reason: string
  text: string
  destination?: string | null
}): Advice {
  const line = `${reason} ${text.slice(0, 1000)}`.toLowerCase()
  const rule = ADVICE_RULES.find(({ pattern }) => pattern.test(line))
  const code = /\b[45]\.7\.\d{1,3}\b/.exec(text)?.[0]
  const who = nameOf(destination)
  const said = [code, rule?.words ?? 'it refuses our mail by a policy of its own'].filter(Boolean)
  const docs = `${DOCUMENT}#${rule?.anchor ?? 'relay'}`
  return { words: `${who}: ${said.join(', ')}; see ${docs}`, docs }
}

const NAMES: Record<string, string> = {
  google: 'Gmail',
  microsoft: 'Microsoft',
  yahoo: 'Yahoo',
  apple: 'Apple',
}

function nameOf(destination: string | null | undefined): string {
  if (destination == null || destination === 'other') return 'The other side'
  return NAMES[destination] ?? destination
}
