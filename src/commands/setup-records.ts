import { join } from 'node:path'
import type { App } from '#app.ts'
import { readSender } from '#commands/doctor.ts'
import { type CheckName, examine } from '#doctor/examine.ts'
import { openOutside } from '#doctor/outside.ts'
import { dnsRecordOf } from '#mail/dkim/dns-record.ts'
import { readKeyFolder } from '#mail/dkim/key-folder.ts'
import { makeKeys, selectorOf } from '#mail/dkim/make-keys.ts'
import { profiles } from '#mail/profiles.ts'
import type { RecordToPublish } from '#mail/sender-dns/finding.ts'
import { parseRelays } from '#mail/smtp-url.ts'

export type Listed = {
  /** What is missing or wrong in the DNS. */
  publish: RecordToPublish[]
  /** The command that lets new keys sign; null where nothing waits for it. */
  useKeys: string | null
}

const CHECKS: CheckName[] = ['spf', 'dmarc', 'mx', 'returns']

/** What to publish for the sender's domain, with new keys where there are none and the relay does not sign itself. */
export async function listRecords(
  app: App,
  { resolver, hasRelay }: { resolver: string | null; hasRelay: boolean },
): Promise<Listed> {
  if (!hasRelay) return { publish: [], useKeys: null }
  const { config, clock } = app.context
  const sender = await readSender(app)
  const outside = openOutside({ resolver, timeoutMs: 5000, now: () => clock.now() })
  const switches = { mailboxes: false, blocklists: false }
  const examined = await examine({ sender, outside, switches }, CHECKS)
  const found = examined.flatMap(({ findings }) => findings.flatMap(({ records = [] }) => records))
  const dir = config.dkimDir ?? join(app.dataDir, 'dkim')
  const domain = sender.fromDomain
  const signs = parseRelays(config.smtpUrl ?? '').some(({ profile }) => profiles[profile].sign)
  const { keys, inUse } = await readKeyFolder(dir)
  const own = keys.filter((key) => key.domain === domain)
  if (!signs || inUse.has(domain)) return { publish: unique(found), useKeys: null }
  const waiting =
    own.length > 0 ? own : await makeKeys(dir, { domain, selector: selectorOf(clock.now()) })
  const missing: RecordToPublish[] = []
  for (const key of waiting) {
    const { name, value } = dnsRecordOf(key)
    const there = await outside.dns.txt(name).catch((): string[] => [])
    if (!there.includes(value)) missing.push({ name, type: 'TXT', value })
  }
  return {
    publish: unique([...found, ...missing]),
    useKeys: `npm run daybreak -- dkim use ${domain} ${waiting.map(({ selector }) => selector).join(' ')}`,
  }
}

function unique(records: RecordToPublish[]): RecordToPublish[] {
  return [
    ...new Map(
      records.map((record) => [`${record.type} ${record.name} ${record.value}`, record]),
    ).values(),
  ]
}
