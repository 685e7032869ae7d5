import { isIPv4 } from 'node:net'
import { z } from 'zod'
import { isInside } from '../address-range.ts'
import { fault, type Finding, right, warning } from '#mail/sender-dns/finding.ts'
import { publicAddress } from '../public-page.ts'
import type { Visit } from '../sender.ts'
import { CERTIFICATE_CODES, type WebAnswer } from '../web.ts'

const SOON_DAYS = 14
const DAY_MS = 24 * 3600 * 1000

const SelfCheck = z.object({
  proof: z.string(),
  client: z.enum(['public', 'private', 'unknown']),
  range: z.string().nullable(),
  forwarded: z.enum(['none', 'believed', 'ignored']),
})

/** Whether the public address comes back to this installation, and shows it who asks. */
export async function checkProxy(visit: Visit): Promise<Finding[]> {
  const { sender, outside } = visit
  const { publicUrl } = sender
  const address = await publicAddress(visit)
  if (address === undefined)
    return [
      fault(
        'public-name',
        `${publicUrl.hostname}, the name in PUBLIC_URL, has no address.`,
        nameFix(visit),
      ),
    ]
  if (isInside(address))
    return [
      fault(
        'public-inside',
        `${publicUrl.hostname}, the name in PUBLIC_URL, leads to ${address}, which readers cannot reach.`,
        {
          fix: 'Set PUBLIC_URL to the address that readers use, such as https://news.example.org/',
        },
      ),
    ]
  const nonce = outside.nonce()
  const url = new URL(`.well-known/daybreak?nonce=${nonce}`, publicUrl)
  const answer = await outside.askWeb({ url, address })
  if (answer.kind === 'failed') return [unreachable(visit, answer)]
  const said = readAnswer(answer.body)
  if (answer.status !== 200 || said === undefined || said.proof !== sender.proofOf(nonce))
    return [
      fault(
        'public-elsewhere',
        `${publicUrl.origin} does not come back to this installation (it answers with ${answer.status}).`,
        {
          fix: 'Let the proxy pass PUBLIC_URL on to HOST and PORT, and use the same DAYBREAK_TOKEN_KEY everywhere.',
        },
      ),
    ]
  const findings = [...clientFaults(visit, { answer, said, address }), ...endOf(visit, answer)]
  return findings.length > 0
    ? findings
    : [right('proxy', `${publicUrl.origin} comes back here, and readers' addresses are seen.`)]
}

type Answered = Extract<WebAnswer, { kind: 'answered' }>
type Said = z.infer<typeof SelfCheck>

function nameFix({ sender: { ownAddresses, publicUrl } }: Visit): Pick<Finding, 'fix' | 'records'> {
  const own = ownAddresses.find((address) => isIPv4(address) && !isInside(address))
  if (own === undefined)
    return { fix: `Publish an A record for ${publicUrl.hostname} with the address of this server.` }
  return {
    fix: 'Publish, or the address of the proxy in front:',
    records: [{ name: publicUrl.hostname, type: 'A', value: own }],
  }
}

function unreachable(
  { sender: { publicUrl } }: Visit,
  { code, reason }: Extract<WebAnswer, { kind: 'failed' }>,
): Finding {
  const why = CERTIFICATE_CODES[code]
  return why === undefined
    ? fault('public-unreachable', `${publicUrl.origin} cannot be reached: ${reason}`, {
        fix: 'Start Daybreak, and let the proxy pass PUBLIC_URL on to HOST and PORT.',
      })
    : fault(
        'public-certificate',
        `The certificate of ${publicUrl.hostname} does not count: ${why}.`,
        {
          fix: 'Renew it, with the whole chain.',
        },
      )
}

function readAnswer(body: string): Said | undefined {
  try {
    return SelfCheck.parse(JSON.parse(body))
  } catch {
    return undefined
  }
}

function clientFaults(
  { sender: { ownAddresses, trustedProxies } }: Visit,
  { answer, said, address }: { answer: Answered; said: Said; address: string },
): Finding[] {
  if (said.client === 'public') return publicFaults(trustedProxies, said)
  const network = said.range ?? 'the network of the proxy'
  const setting = [...trustedProxies, network].join(',')
  if (said.client === 'private' && said.forwarded === 'ignored')
    return [
      fault(
        'proxy-untrusted',
        `Public pages see the proxy's address (in ${network}) for every reader's: what it says of readers is not believed.`,
        {
          fix: `Set TRUSTED_PROXIES=${setting} (or the proxy's own address in it).`,
        },
      ),
    ]
  // The question did not come from outside: a private address is then what must be seen.
  if (ownAddresses.includes(address) || (said.forwarded === 'believed' && isInside(answer.from)))
    return [
      warning(
        'proxy-same-place',
        'The question came from inside your network, so it does not show what readers from outside look like.',
        {
          fix: 'Run "daybreak doctor --only proxy" on a machine outside, with the same settings.',
        },
      ),
    ]
  if (said.forwarded === 'believed')
    return [
      fault(
        'proxy-chain',
        `Public pages see an address in ${network} for every reader's: there is a second proxy.`,
        {
          fix: `Set TRUSTED_PROXIES=${setting}`,
        },
      ),
    ]
  return [
    fault(
      'proxy-silent',
      `Public pages see an address in ${network} for every reader's, and the proxy does not say whose request it is.`,
      {
        fix: `Let it send X-Forwarded-For (nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;) and set TRUSTED_PROXIES=${setting}`,
      },
    ),
  ]
}

/** The doctor sends no X-Forwarded-For: one that was ignored came from a proxy, at an address that counts as a reader's. */
function publicFaults(trustedProxies: string[], { forwarded }: Said): Finding[] {
  if (forwarded !== 'ignored') return []
  const also = trustedProxies.length === 0 ? '' : `${trustedProxies.join(',')} and `
  return [
    fault(
      'proxy-untrusted',
      "Public pages see the public address of a proxy (a CDN) for every reader's: what it says of readers is not believed.",
      {
        fix: `Set TRUSTED_PROXIES to ${also}the networks that the provider of the proxy publishes, with commas between.`,
      },
    ),
  ]
}

function endOf({ sender, outside }: Visit, { validTo }: Answered): Finding[] {
  const days = validTo === null ? Infinity : (validTo.getTime() - outside.now().getTime()) / DAY_MS
  if (days >= SOON_DAYS) return []
  return [
    warning(
      'public-expiring',
      `The certificate of ${sender.publicUrl.hostname} ends in ${Math.max(0, Math.floor(days))} days.`,
      { fix: 'Renew it.' },
    ),
  ]
}
