import { join } from 'node:path'
import { createFetcher } from '#articles/fetching/fetch.ts'
import { type Entered, type Out, tableOf } from '#commands/command.ts'
import { overrideCheck } from '#deliveries/preflight/override-check.ts'
import { runPreflight } from '#deliveries/preflight/run-preflight.ts'
import { openDns } from '#mail/sender-dns/dns.ts'
import { requireDuty } from '#operators/operator.ts'

/** Looks at everything that could be wrong with an edition before it leaves; ends with 1 where something stops it. */
export async function checkByHand(
  { house, out, editionId }: { house: Entered; out: Out; editionId: number },
  {
    override,
    reason = '',
    json,
  }: { override?: string | undefined; reason?: string | undefined; json: boolean },
): Promise<void> {
  const { context, dataDir } = house.app
  if (override !== undefined) {
    requireDuty(house.operator, 'send')
    await overrideCheck(context, {
      editionId,
      check: override,
      operatorId: house.operator.id,
      reason,
    })
    await house.note('override check', `edition ${editionId}`, { check: override, reason })
  }
  const asked = {
    fetch: createFetcher({ contact: context.config.publicUrl }),
    openDns: () => openDns({ server: null }),
    dkimDir: context.config.dkimDir ?? join(dataDir, 'dkim'),
  }
  const { findings, overridden, fit, contentHash } = await runPreflight(context, {
    editionId,
    asked,
  })
  if (json)
    out.line(JSON.stringify({ edition: editionId, hash: contentHash, fit, overridden, findings }))
  else {
    const rows = findings.map(({ check, outcome, reason: why }) => ({
      check,
      outcome: overridden.includes(check) && outcome === 'stops' ? 'let pass' : outcome,
      reason: why,
    }))
    for (const line of tableOf(rows)) out.line(line)
    out.line(
      fit ? `edition ${editionId} may leave` : `edition ${editionId} should not leave like this`,
    )
  }
  if (!fit) process.exitCode = 1
}
