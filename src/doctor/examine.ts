import { reasonOf } from '#errors.ts'
import { checkAlignment } from '#mail/sender-dns/check-alignment.ts'
import { checkBimi } from './checks/bimi.ts'
import { checkBlocklists } from './checks/blocklists.ts'
import { checkClock } from './checks/clock.ts'
import { checkDkim } from '#mail/sender-dns/check-dkim.ts'
import { checkDmarc } from '#mail/sender-dns/check-dmarc.ts'
import { checkMtaSts } from './checks/mta-sts.ts'
import { checkMx } from './checks/mx.ts'
import { checkProxy } from './checks/proxy.ts'
import { checkRelayTls } from './checks/relay-tls.ts'
import { checkMailboxes, checkReturns } from './checks/returns.ts'
import { checkReverse } from './checks/reverse.ts'
import { checkSpf } from './checks/spf.ts'
import { checkTlsReports } from './checks/tls-reports.ts'
import { checkUnsubscribe } from './checks/unsubscribe.ts'
import { DnsFailure } from '#mail/sender-dns/dns.ts'
import { type Finding, warning } from '#mail/sender-dns/finding.ts'
import type { Check, Visit } from './sender.ts'

const table = {
  spf: checkSpf,
  dkim: checkDkim,
  dmarc: checkDmarc,
  alignment: checkAlignment,
  'reverse-dns': checkReverse,
  tls: checkRelayTls,
  mx: checkMx,
  returns: checkReturns,
  mailboxes: checkMailboxes,
  'mta-sts': checkMtaSts,
  'tls-rpt': checkTlsReports,
  bimi: checkBimi,
  blocklists: checkBlocklists,
  clock: checkClock,
  unsubscribe: checkUnsubscribe,
  proxy: checkProxy,
} satisfies Record<string, Check>

export type CheckName = keyof typeof table

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the table above
export const checkNames = Object.keys(table) as CheckName[]

export type Examined = { check: CheckName; findings: Finding[] }

/** Every check of the list, side by side; one that fails says so, and takes no other with it. */
export async function examine(
  visit: Visit,
  names: readonly CheckName[] = checkNames,
): Promise<Examined[]> {
  return Promise.all(names.map(async (check) => ({ check, findings: await run(check, visit) })))
}

async function run(name: CheckName, visit: Visit): Promise<Finding[]> {
  try {
    return await table[name](visit)
  } catch (error) {
    const says = `This could not be looked at: ${reasonOf(error)}.`
    return [
      error instanceof DnsFailure
        ? warning('dns-failed', says, {
            fix: 'Look at the name servers of the domain, or name another resolver with --resolver.',
          })
        : warning('check-failed', says, { fix: `Ask again with: daybreak doctor --only ${name}` }),
    ]
  }
}
