import { domainToASCII } from 'node:url'
import { setTimeout } from 'node:timers/promises'
import type { Context } from '#context.ts'
import { cannotCheck, type Finding, gathered, passed, warns } from '#editions/preflight/finding.ts'
import type { Edition } from '#editions/store.ts'
import { reasonOf } from '#errors.ts'
import { profiles } from '#mail/profiles.ts'
import { checkAlignment } from '#mail/sender-dns/check-alignment.ts'
import { checkDkim } from '#mail/sender-dns/check-dkim.ts'
import { checkDmarc } from '#mail/sender-dns/check-dmarc.ts'
import type { Dns } from '#mail/sender-dns/dns.ts'
import { fault, type Finding as Seen } from '#mail/sender-dns/finding.ts'
import type { OwnName } from '#mail/sender-dns/own-name.ts'
import { readSenderKeys } from '#mail/sender-dns/sender-keys.ts'
import { isSpf } from '#mail/sender-dns/spf-record.ts'
import { parseRelays } from '#mail/smtp-url.ts'

/** Nobody waits longer for name servers: what they say changes no edition. */
const PATIENCE_MS = 10_000

export type AskingDns = {
  dns: Dns
  /** Where the keys that sign are; null where that is not known here. */
  dkimDir: string | null
  patienceMs?: number | undefined
}

/**
 * Whether receivers will believe that mails of the edition come from its From domain: DKIM, SPF and DMARC as the DNS
 * has them. It warns, and never stops: without an answer nothing is known.
 */
export async function checkSender(
  context: Pick<Context, 'config' | 'relay'>,
  edition: Edition,
  asking: AskingDns,
): Promise<Finding[]> {
  if (context.relay.test)
    return [passed('sender', 'mails go into the built-in inbox: the DNS was not asked')]
  const late = new AbortController()
  try {
    return await Promise.race([
      lookAt(context, edition, asking),
      lateAfter(asking.patienceMs ?? PATIENCE_MS, late.signal),
    ])
  } catch (error) {
    return [cannotCheck('sender', reasonOf(error))]
  } finally {
    late.abort()
  }
}

async function lateAfter(ms: number, signal: AbortSignal): Promise<Finding[]> {
  await setTimeout(ms, undefined, { signal, ref: false }).catch(() => undefined)
  return [cannotCheck('sender', `the name servers did not answer within ${ms / 1000} s`)]
}

async function lookAt(
  { config }: Pick<Context, 'config'>,
  { compiled: { sender } }: Edition,
  { dns, dkimDir }: AskingDns,
): Promise<Finding[]> {
  const relays = config.smtpUrl === null ? [] : parseRelays(config.smtpUrl)
  const own: OwnName = {
    sender: {
      fromDomain: domainOf(sender.fromAddress),
      bounceDomain: sender.bounceDomain.toLowerCase(),
      keys: dkimDir === null ? [] : await readSenderKeys(dkimDir),
      relays,
    },
    outside: { dns },
  }
  const seen = await Promise.all([
    dkimDir === null ? [] : checkDkim(own),
    checkSpf(own),
    checkDmarc(own),
    checkAlignment(own),
  ])
  const unknown = dkimDir === null ? [cannotCheck('sender', KEYS_ELSEWHERE)] : []
  return gathered(
    'sender',
    [...seen.flat().flatMap(asWarning), ...unknown],
    `DKIM, SPF and DMARC speak for ${own.sender.fromDomain}`,
  )
}

const KEYS_ELSEWHERE =
  'where the DKIM keys are is not known here: set DAYBREAK_DKIM_DIR, or ask "daybreak doctor --only dkim" where mail is sent'

/** Hints are for the doctor's patients; of what is published wrong, the doctor says how to mend it. */
function asWarning({ level, says }: Seen): Finding[] {
  if (level !== 'fault' && level !== 'warning') return []
  return [warns('sender', `${says} "daybreak doctor" says what to publish.`)]
}

/** Whether there is one record at all: the doctor reads what is in it. */
async function checkSpf({ sender, outside }: OwnName): Promise<Seen[]> {
  const { bounceDomain, relays } = sender
  const ours = relays.some(({ profile }) => profiles[profile].bounces === 'envelope')
  if (relays.length > 0 && !ours) return []
  const records = (await outside.dns.txt(bounceDomain)).filter(isSpf)
  if (records.length === 1) return []
  return [
    records.length === 0
      ? fault('spf-missing', `${bounceDomain} has no SPF record, so nobody may send for it.`)
      : fault(
          'spf-several',
          `${bounceDomain} has ${records.length} SPF records, and receivers then read none.`,
        ),
  ]
}

function domainOf(address: string): string {
  return domainToASCII(address.slice(address.lastIndexOf('@') + 1)).toLowerCase()
}
