import { reasonOf } from '#errors.ts'
import { fault, type Finding, hint, right, warning } from '#mail/sender-dns/finding.ts'
import { openConversation } from '../relay-talk.ts'
import type { Visit } from '../sender.ts'
import type { Conversation } from '../smtp-probe.ts'

/** Where port 25 is blocked, none of them answers, and each takes its time. */
const MOST_SERVERS = 3

/** Whether a bounce would be taken, and a forged one refused. */
export async function checkReturns(visit: Visit): Promise<Finding[]> {
  const { bounceDomain, returnsBy, probes } = visit.sender
  if (returnsBy !== 'server' && returnsBy !== 'mailbox') return []
  const asked = await ask(visit, {
    domain: bounceDomain,
    mailboxes: [probes.bounce, probes.forged],
  })
  if (typeof asked === 'string')
    return [
      warning(
        'returns-unreachable',
        `Whether ${bounceDomain} takes returned mail could not be seen: ${asked}`,
        {
          fix: 'Many networks block port 25 on the way out: ask from another machine too.',
        },
      ),
    ]
  const [real, forged] = asked
  if (real !== undefined && real.code >= 400)
    return [
      fault(
        'returns-refused',
        `The mail server of ${bounceDomain} refuses returned mail: ${real.code} ${real.text}`,
        {
          fix:
            returnsBy === 'server'
              ? 'Let the MX record lead to Daybreak, with the same DAYBREAK_TOKEN_KEY as where mail is sent.'
              : 'Let the mailbox take every address of the domain (a catch-all).',
        },
      ),
    ]
  // Behind a mailbox stands a catch-all, and what is forged is thrown away when it is read.
  if (returnsBy === 'server' && forged !== undefined && forged.code < 300)
    return [
      fault(
        'returns-open',
        `The mail server of ${bounceDomain} takes mail to forged addresses too.`,
        {
          fix: 'Let the MX record lead to Daybreak itself, or let the server in front ask it about each address.',
        },
      ),
    ]
  return [right('returns', `Returns: ${bounceDomain} takes them.`)]
}

/** RFC 2142: people and complaint systems write there. */
export async function checkMailboxes(visit: Visit): Promise<Finding[]> {
  const { fromDomain, bounceDomain } = visit.sender
  const domains = [...new Set([fromDomain, bounceDomain])]
  if (!visit.switches.mailboxes)
    return [
      hint(
        'mailboxes-unasked',
        `Somebody must read postmaster@ and abuse@ of ${domains.join(' and ')}.`,
        {
          fix: 'Ask their servers with: daybreak doctor --mailboxes',
        },
      ),
    ]
  const findings: Finding[] = []
  for (const domain of domains) {
    const names = ['postmaster', 'abuse']
    const asked = await ask(visit, { domain, mailboxes: names })
    if (typeof asked === 'string')
      findings.push(
        warning(
          'mailboxes-unreachable',
          `Whether ${domain} has postmaster@ and abuse@ could not be seen: ${asked}`,
        ),
      )
    else
      names.forEach((name, at) => {
        const reply = asked[at]
        if (reply !== undefined && reply.code >= 500)
          findings.push(
            fault('mailbox-refused', `${name}@${domain} is refused: ${reply.text}`, {
              fix: `Make ${name}@${domain} lead to somebody who reads it.`,
            }),
          )
      })
  }
  return findings.length > 0
    ? findings
    : [right('mailboxes', `postmaster@ and abuse@ of ${domains.join(' and ')} are taken.`)]
}

type Reply = { code: number; text: string }

type Question = { domain: string; mailboxes: string[] }

/** The replies to RCPT of the first server that gives any, or why none does. No mail is sent. */
async function ask(visit: Visit, question: Question): Promise<Reply[] | string> {
  const hosts = (await visit.outside.dns.mx(question.domain))
    .toSorted((one, other) => one.priority - other.priority)
    .map(({ exchange }) => exchange)
    .filter((exchange) => exchange !== '')
  if (hosts.length === 0) return 'it has no mail server.'
  const reasons: string[] = []
  for (const host of hosts.slice(0, MOST_SERVERS)) {
    try {
      await using talk = await openConversation(visit, { host, port: 25, secure: false })
      return await repliesOf(talk, question)
    } catch (error) {
      reasons.push(`${host}: ${reasonOf(error)}`)
    }
  }
  return reasons.join('; ')
}

async function repliesOf(talk: Conversation, { domain, mailboxes }: Question): Promise<Reply[]> {
  const open = await talk.say('MAIL FROM:<>')
  if (open.code !== 250)
    throw new Error(`it answers an empty sender with ${open.code} ${open.text}`)
  const replies: Reply[] = []
  for (const mailbox of mailboxes) replies.push(await talk.say(`RCPT TO:<${mailbox}@${domain}>`))
  return replies
}
