import { fault, type Finding, right, warning } from '#mail/sender-dns/finding.ts'
import { publicAddress } from '../public-page.ts'
import type { Visit } from '../sender.ts'
import { CERTIFICATE_CODES, type WebAnswer } from '../web.ts'

const SLOW_MS = 2000
const FIELD = 'List-Unsubscribe=One-Click'
const BOUNDARY = 'daybreak-doctor'
/** RFC 8058 3.2 allows both. */
const BODIES = [
  { type: 'application/x-www-form-urlencoded', body: FIELD },
  {
    type: `multipart/form-data; boundary=${BOUNDARY}`,
    body: `--${BOUNDARY}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--${BOUNDARY}--\r\n`,
  },
]

/** Leaving through the public address, as Gmail asks for it, with a token that is nobody's. */
export async function checkUnsubscribe(visit: Visit): Promise<Finding[]> {
  const { publicUrl, probes } = visit.sender
  const address = await publicAddress(visit)
  // The check of the proxy says that it leads nowhere.
  if (address === undefined) return []
  const url = new URL(`u/${probes.unsubscribe}`, publicUrl)
  const { askWeb } = visit.outside
  const answers = [
    await askWeb({ url, address }),
    ...(await Promise.all(
      BODIES.map(async (body) => askWeb({ url, address, method: 'POST', ...body })),
    )),
  ]
  const findings = [
    ...new Map(answers.flatMap(faultsOf).map((finding) => [finding.code, finding])).values(),
  ]
  if (publicUrl.protocol !== 'https:')
    findings.unshift(
      fault(
        'unsubscribe-http',
        'PUBLIC_URL is not https, so no mail program shows a button to leave.',
        {
          fix: `Get a certificate and set PUBLIC_URL=https://${publicUrl.host}/`,
        },
      ),
    )
  return findings.length > 0
    ? findings
    : [right('unsubscribe', `Leaving works through ${publicUrl.origin}.`)]
}

function faultsOf(answer: WebAnswer): Finding[] {
  const of = 'The address to unsubscribe at'
  if (answer.kind === 'failed') {
    const why = CERTIFICATE_CODES[answer.code]
    return [
      why === undefined
        ? fault('unsubscribe-unreachable', `${of} cannot be reached: ${answer.reason}`, {
            fix: 'Let the proxy pass PUBLIC_URL on to HOST and PORT.',
          })
        : fault(
            'unsubscribe-certificate',
            `The certificate of ${of.toLowerCase()} does not count: ${why}.`,
            { fix: 'Renew it, with the whole chain.' },
          ),
    ]
  }
  const { status, headers, ms } = answer
  const findings: Finding[] = []
  if (status >= 300 && status < 400)
    findings.push(
      fault(
        'unsubscribe-redirect',
        `${of} answers with a redirect to ${headers['location'] ?? 'nowhere'}, and mail programs must not follow (RFC 8058).`,
        {
          fix: 'Set PUBLIC_URL to the address where no redirect is.',
        },
      ),
    )
  else if (status !== 200 && status !== 404)
    findings.push(
      fault(
        'unsubscribe-refused',
        `${of} answers with ${status}: something in front of Daybreak stops it.`,
        {
          fix: 'Let the proxy or firewall pass GET and POST of /u/ without a question, a login or a limit.',
        },
      ),
    )
  if (headers['set-cookie'] !== undefined)
    findings.push(
      warning(
        'unsubscribe-cookie',
        `${of} sets a cookie: something in front of Daybreak does that.`,
        {
          fix: 'Switch it off for /u/.',
        },
      ),
    )
  if (ms > SLOW_MS)
    findings.push(
      warning(
        'unsubscribe-slow',
        `${of} takes ${(ms / 1000).toFixed(1)} s, and mail programs give up.`,
        {
          fix: 'See "daybreak status" and the load of the machine.',
        },
      ),
    )
  return findings
}
