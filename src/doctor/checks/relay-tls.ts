import { reasonOf } from '#errors.ts'
import { isLoopback, type RelayConfig } from '#mail/smtp-url.ts'
import { fault, type Finding, hint, right, warning } from '#mail/sender-dns/finding.ts'
import { openConversation } from '../relay-talk.ts'
import type { Visit } from '../sender.ts'
import { type Hello, TlsTrouble } from '../smtp-probe.ts'
import { CERTIFICATE_CODES } from '../web.ts'

const SOON_DAYS = 14
const DAY_MS = 24 * 3600 * 1000
const OLD = ['TLSv1', 'TLSv1.1', 'SSLv3']

/** Whether the way to each relay is encrypted, and for how long. */
export async function checkRelayTls(visit: Visit): Promise<Finding[]> {
  const { relays } = visit.sender
  if (relays.length === 0)
    return [
      fault('relay-none', 'No relay is set, so mail stays in the built-in inbox.', {
        fix: 'Set SMTP_URL: see docs/relays.md',
      }),
    ]
  return (await Promise.all(relays.map(async (relay) => checkRelay(visit, relay)))).flat()
}

async function checkRelay(visit: Visit, relay: RelayConfig): Promise<Finding[]> {
  let hello: Hello
  try {
    await using talk = await openConversation(visit, relay)
    hello = talk.hello
  } catch (error) {
    const says = `The relay ${relay.name} (${relay.host}:${relay.port}) cannot be used: ${reasonOf(error)}`
    return [
      error instanceof TlsTrouble
        ? fault('tls-handshake', says, {
            fix: 'Look at the certificate and the protocols of the relay.',
          })
        : fault('relay-unreachable', says, {
            fix: 'Check SMTP_URL, and whether a firewall is between.',
          }),
    ]
  }
  if (isLoopback(relay.host))
    return [right('relay-local', `The relay ${relay.name} answers on this machine.`)]
  const findings = [
    ...plainFaults(relay, hello),
    ...encryptionFaults(relay, { hello, now: visit.outside.now() }),
  ]
  if (findings.length > 0) return findings
  return [
    right('tls', `TLS to ${relay.name}: ${hello.encryption?.protocol}, the certificate is right.`),
  ]
}

function plainFaults(relay: RelayConfig, hello: Hello): Finding[] {
  const findings: Finding[] = []
  if (relay.starttls === 'off' && !relay.secure)
    findings.push(
      relay.login === undefined
        ? warning(
            'relay-plaintext',
            `Mail goes to the relay ${relay.name} in plain text (starttls=off).`,
            {
              fix: 'Take starttls=off out of SMTP_URL.',
            },
          )
        : fault(
            'login-plaintext',
            `The password goes to the relay ${relay.name} in plain text (starttls=off).`,
            {
              fix: 'Take starttls=off out of SMTP_URL.',
            },
          ),
    )
  if (!relay.secure && hello.plainExtensions.includes('AUTH'))
    findings.push(
      hint(
        'auth-before-tls',
        `The relay ${relay.name} takes passwords before the encryption; Daybreak does not send one then.`,
        {
          fix: 'Postfix: smtpd_tls_auth_only = yes',
        },
      ),
    )
  return findings
}

function encryptionFaults(
  { name, host }: RelayConfig,
  { hello: { encryption }, now }: { hello: Hello; now: Date },
): Finding[] {
  if (encryption === null)
    return [
      fault('tls-not-offered', `The relay ${name} does not offer encryption (STARTTLS).`, {
        fix: 'Postfix: smtpd_tls_security_level = may, with a certificate.',
      }),
    ]
  const { protocol, trouble, validTo } = encryption
  const findings: Finding[] = []
  if (OLD.includes(protocol))
    findings.push(
      fault('tls-old', `The relay ${name} speaks ${protocol}, and nothing newer.`, {
        fix: 'Let it speak TLS 1.2 and 1.3.',
      }),
    )
  if (trouble !== null)
    findings.push(
      fault(
        'tls-certificate',
        `The certificate of the relay ${name} does not count for ${host}: ${CERTIFICATE_CODES[trouble] ?? trouble}.`,
        {
          fix: `Give it a certificate for ${host} of a known authority, or use the name that is in its certificate in SMTP_URL.`,
        },
      ),
    )
  const days = validTo === null ? Infinity : (validTo.getTime() - now.getTime()) / DAY_MS
  if (trouble === null && days < SOON_DAYS)
    findings.push(
      warning(
        'tls-expiring',
        `The certificate of the relay ${name} ends in ${Math.max(0, Math.floor(days))} days.`,
        { fix: 'Renew it.' },
      ),
    )
  return findings
}
