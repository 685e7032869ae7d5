import { checkAlignment } from './checks/alignment.ts'
import { checkBimi } from './checks/bimi.ts'
import { checkBlocklists } from './checks/blocklists.ts'
import { checkClock } from './checks/clock.ts'
import { checkDkim } from './checks/dkim.ts'
import { checkDmarc } from './checks/dmarc.ts'
import { checkMtaSts } from './checks/mta-sts.ts'
import { checkMx } from './checks/mx.ts'
import { checkProxy } from './checks/proxy.ts'
import { checkRelayTls } from './checks/relay-tls.ts'
import { checkMailboxes, checkReturns } from './checks/returns.ts'
import { checkReverse } from './checks/reverse.ts'
import { checkSpf } from './checks/spf.ts'
import { checkTlsReports } from './checks/tls-reports.ts'
import { checkUnsubscribe } from './checks/unsubscribe.ts'
import { DnsFailure } from './dns.ts'
import { type Finding, warning } from './finding.ts'
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

/** Every check of the list, side by side; one that gets no answer from the DNS says so. */
export async function examine(
  visit: Visit,
  names: readonly CheckName[] = checkNames,
): Promise<Examined[]> {
  return Promise.all(
    names.map(async (check) => ({ check, findings: await run(table[check], visit) })),
  )
}

async function run(check: Check, visit: Visit): Promise<Finding[]> {
  try {
    return await check(visit)
  } catch (error) {
    if (!(error instanceof DnsFailure)) throw error
    return [
      warning('dns-failed', `This could not be looked at: ${error.message}.`, {
        fix: 'Look at the name servers of the domain, or name another resolver with --resolver.',
      }),
    ]
  }
}
