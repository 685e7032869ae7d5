import { reasonOf, Refusal } from '#errors.ts'
import type { Log } from '#log.ts'
import { verifyRelay } from '#mail/relay/relay-pool.ts'
import { addressesOf, type Dns, DnsFailure } from '#mail/sender-dns/dns.ts'
import { isLoopback, parseRelays, type RelayConfig } from '#mail/smtp-url.ts'
import type { Answers } from './answers.ts'

export type World = { dns: Dns; log: Log; feed: (url: string) => Promise<string> }

/**
 * Looks whether an answer is true outside.
 * @returns what is well or still to be done, in words
 * @throws Refusal for what cannot work as it is
 */
export async function checkAnswer(
  answers: Partial<Record<keyof Answers, string | null>>,
  name: keyof Answers,
  world: World,
): Promise<string[]> {
  const value = answers[name]
  if (value === null || value === undefined) return []
  switch (name) {
    case 'publicUrl':
      return checkPublicUrl(new URL(value), world)
    case 'sender':
      return checkSender(value, world)
    case 'relay':
      return checkRelays(value, {
        name: new URL(answers.publicUrl ?? 'http://localhost').hostname,
        world,
      })
    case 'feed':
      return [await world.feed(value)]
    case 'publisher':
    case 'address':
    case 'timeZone':
      return []
  }
}

async function checkPublicUrl({ hostname }: URL, { dns }: World): Promise<string[]> {
  if (isLoopback(hostname)) return [`${hostname} is this machine: readers elsewhere cannot open it`]
  const found = await asked(async () => addressesOf(dns, hostname))
  if (typeof found === 'string') return [`${hostname} could not be looked up: ${found}`]
  return found.length === 0
    ? [`${hostname} is not in the DNS yet: publish an A record with the address of this machine`]
    : [`${hostname} leads to ${found.join(', ')}`]
}

async function checkSender(sender: string, { dns }: World): Promise<string[]> {
  const domain = sender.slice(sender.lastIndexOf('@') + 1)
  const found = await asked(async () => [
    ...(await dns.mx(domain)).map(({ exchange }) => exchange),
    ...(await addressesOf(dns, domain)),
  ])
  if (typeof found === 'string') return [`${domain} could not be looked up: ${found}`]
  return found.length === 0
    ? [
        `${domain} has no mail server in the DNS: answers to your newsletters would be lost, and some providers refuse mail from such a domain`,
      ]
    : []
}

async function checkRelays(
  urls: string,
  { name, world }: { name: string; world: World },
): Promise<string[]> {
  const lines: string[] = []
  for (const relay of parseRelays(urls)) {
    const trouble = await verifyRelay({ relay, name, connections: 1, log: world.log })
    if (trouble !== undefined) throw new Refusal(inWords(relay, trouble), { field: 'relay' })
    lines.push(`${relay.host} answers${relay.login === undefined ? '' : ' and takes the password'}`)
  }
  return lines
}

/** One sentence with the setting and the fix; never the password. */
export function inWords({ host, port, login }: RelayConfig, trouble: string): string {
  if (/\b53[0458]\b|auth|credential|password/i.test(trouble) && login !== undefined) {
    return `${host} refuses the user or the password in SMTP_URL (${trouble}): copy both from your provider again, and write @ : / % in them as %40 %3A %2F %25`
  }
  if (/\b530\b|authentication required/i.test(trouble)) {
    return `${host} wants a user and a password (${trouble}): put them into SMTP_URL, smtp://user:password@${host}:${port}`
  }
  if (/ECONNREFUSED|ETIMEDOUT|does not answer|EHOSTUNREACH|ENETUNREACH/i.test(trouble)) {
    return `${host} does not answer on port ${port} (${trouble}): look at the host and the port in SMTP_URL; many hosters block ports 25 and 587 until you ask`
  }
  if (/ENOTFOUND|EAI_AGAIN|EDNS|getaddrinfo/i.test(trouble))
    return `there is no host ${host} (${trouble}): look at SMTP_URL`
  if (/STARTTLS|TLS|certificate|self-signed/i.test(trouble)) {
    return `${host} cannot be talked to encrypted (${trouble}): use the host name of its certificate in SMTP_URL, or smtps:// for port 465`
  }
  return `${host} does not work (${trouble}): look at SMTP_URL`
}

async function asked(ask: () => Promise<string[]>): Promise<string[] | string> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof DnsFailure) return reasonOf(error)
    throw error
  }
}
