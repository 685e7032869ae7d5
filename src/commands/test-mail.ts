import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import type { Command } from '#commands/command.ts'
import { readSender } from '#commands/doctor.ts'
import { composeTestMail } from '#doctor/compose-test.ts'
import { type CheckName, examine, type Examined } from '#doctor/examine.ts'
import { openOutside } from '#doctor/outside.ts'
import { hasFaults, reportLines } from '#doctor/report.ts'
import { verifySignatures } from '#doctor/verify-mail.ts'
import { listMissingSettings } from '#editions/publication.ts'
import { Refusal } from '#errors.ts'
import { openDkim } from '#mail/dkim/dkim.ts'
import { readKeyFolder } from '#mail/dkim/key-folder.ts'
import { profiles } from '#mail/profiles.ts'
import { sendAloud } from '#mail/relay/send-aloud.ts'
import { isLoopback, parseRelays, type RelayConfig } from '#mail/smtp-url.ts'
import { inWords } from '#setup/check-answer.ts'

/** It went out, and an outside verifier finds a fault in it. */
const EXIT_FAULTY = 2
const CHECKS: CheckName[] = ['spf', 'dmarc', 'alignment']

export const testMail: Command = {
  usage: 'test-mail ADDRESS [--relay NAME] [--resolver HOST:PORT] [--json]',
  about:
    'Sends one real mail at once, tells the conversation with the relay, and what an outside verifier would say of the mail.',
  async run({ args, out, enter }) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        relay: { type: 'string' },
        resolver: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    const to = addressOf(positionals)
    await using house = await enter('send')
    const { context, dataDir } = house.app
    const relay = relayOf(context.config, values.relay)
    await refuseUnset(context)
    const dkimDir = context.config.dkimDir ?? join(dataDir, 'dkim')
    const dkim = await openDkim({ dir: dkimDir, log: context.log })
    const profile = profiles[relay.profile]
    const { envelope, bytes } = await composeTestMail(context, { to, dkim, profile })
    const name = context.config.publicUrl.hostname
    const { steps, trouble, last } = await sendAloud(relay, { envelope, bytes, name })
    await house.note('test mail', relay.name, { taken: trouble === undefined })
    const outside = openOutside({
      resolver: values.resolver ?? null,
      timeoutMs: 5000,
      now: () => context.clock.now(),
    })
    const sender = await readSender(house.app)
    const signatures = await verifySignatures(bytes, {
      dns: outside.dns,
      relaySigns: !profile.sign,
      domain: sender.fromDomain,
      waiting: (await readKeyFolder(dkimDir)).keys.flatMap((key) =>
        key.domain === sender.fromDomain ? [key.selector] : [],
      ),
    })
    const switches = { mailboxes: false, blocklists: false }
    const examined: Examined[] = [
      { check: 'dkim', findings: signatures },
      ...(await examine({ sender, outside, switches }, CHECKS)),
    ]
    if (hasFaults(examined)) process.exitCode = EXIT_FAULTY
    if (values.json) {
      out.line(
        JSON.stringify({ relay: relay.name, steps, taken: trouble === undefined, last, examined }),
      )
    } else {
      out.line(`${relay.name} (${relay.host}:${relay.port})`)
      for (const { what, reply } of steps) out.line(`  ${what.padEnd(20)} ${reply}`)
      if (trouble === undefined) {
        out.line(`  took the mail        ${last}`)
        out.line('\nWhat an outside verifier says:')
        for (const line of reportLines(examined)) out.line(`  ${line}`)
      }
    }
    if (trouble !== undefined) throw new Refusal(inWords(relay, trouble), { field: 'SMTP_URL' })
  },
}

function addressOf([address, ...more]: string[]): string {
  if (address !== undefined && more.length === 0 && z.email().safeParse(address).success)
    return address
  throw new Refusal(
    'name one mail address that you can read: "daybreak test-mail you@example.org"',
    {
      field: 'address',
    },
  )
}

function relayOf(
  { smtpUrl, publicUrl }: { smtpUrl: string | null; publicUrl: URL },
  named: string | undefined,
): RelayConfig {
  if (smtpUrl === null) {
    throw new Refusal(
      'SMTP_URL is not set, so mail stays in the built-in inbox: set it to your relay, or run "daybreak setup"',
      { field: 'SMTP_URL', status: 78 },
    )
  }
  if (isLoopback(publicUrl.hostname)) {
    throw new Refusal(
      `PUBLIC_URL is ${publicUrl.origin}, so every link in the mail would lead to the reader's own machine: set it to the public address, or run "daybreak setup"`,
      { field: 'PUBLIC_URL', status: 78 },
    )
  }
  const all = parseRelays(smtpUrl)
  const found = named === undefined ? all[0] : all.find(({ name }) => name === named)
  if (found !== undefined) return found
  throw new Refusal(
    `there is no relay "${named}": SMTP_URL names ${all.map(({ name }) => name).join(', ')}`,
    { field: 'relay' },
  )
}

async function refuseUnset(context: Parameters<typeof listMissingSettings>[0]): Promise<void> {
  const missing = await listMissingSettings(context)
  if (missing.length === 0) return
  throw new Refusal(
    `set first what every mail says of you: ${missing.join(', ')} ("daybreak settings set NAME VALUE", or "daybreak setup")`,
    { field: missing[0] ?? '' },
  )
}
