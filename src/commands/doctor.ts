import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Command, Entered } from '#commands/command.ts'
import type { Config } from '#config.ts'
import { checkNames, type CheckName, examine } from '#doctor/examine.ts'
import { openOutside } from '#doctor/outside.ts'
import { hasFaults, reportLines, reportObject, summaryLine } from '#doctor/report.ts'
import type { Sender } from '#doctor/sender.ts'
import { readSettings } from '#editions/publication.ts'
import { withSlash } from '#editions/story-block.ts'
import { Refusal } from '#errors.ts'
import { selfProof } from '#http/public/self-check.ts'
import { parseDomain } from '#mail/dkim/key-folder.ts'
import { readSenderKeys } from '#mail/sender-dns/sender-keys.ts'
import { parseRelays } from '#mail/smtp-url.ts'
import { sealLocalPart, sealToken } from '#subscribers/tokens.ts'

/** So that a script can tell what is wrong from a command that did not work. */
const FAULTS = 2

export const doctor: Command = {
  usage:
    'doctor [--only CHECK,…] [--resolver HOST:PORT] [--send-as DOMAIN] [--mailboxes] [--blocklists] [--timeout SECONDS] [--json]',
  about:
    'Looks at SPF, DKIM, DMARC, your relay and your public address from outside, and says what to publish. Exit 2: something is wrong.',
  async run({ args, out, enter }) {
    const { values } = parseArgs({
      args,
      options: {
        only: { type: 'string' },
        resolver: { type: 'string' },
        'send-as': { type: 'string' },
        mailboxes: { type: 'boolean', default: false },
        blocklists: { type: 'boolean', default: false },
        timeout: { type: 'string', default: '10' },
        json: { type: 'boolean', default: false },
      },
    })
    const names = namesOf(values.only)
    const timeoutMs = timeoutOf(values.timeout)
    const sendAs = values['send-as'] === undefined ? undefined : parseDomain(values['send-as'])
    await using house = await enter('read')
    const outside = openOutside({
      resolver: values.resolver ?? null,
      timeoutMs,
      now: () => house.app.context.clock.now(),
    })
    const sender = await readSender(house.app, sendAs)
    const { mailboxes, blocklists } = values
    const examined = await examine({ sender, outside, switches: { mailboxes, blocklists } }, names)
    if (values.json) out.line(JSON.stringify(reportObject(examined)))
    else for (const line of [...reportLines(examined), '', summaryLine(examined)]) out.line(line)
    if (hasFaults(examined)) process.exitCode = FAULTS
  },
}

function namesOf(only: string | undefined): readonly CheckName[] {
  if (only === undefined) return checkNames
  return only.split(',').map((text) => {
    const name = checkNames.find((known) => known === text.trim())
    if (name !== undefined) return name
    throw new Refusal(`there is no check "${text}": use some of ${checkNames.join(', ')}`, {
      field: 'only',
    })
  })
}

function timeoutOf(text: string): number {
  const seconds = Number(text)
  if (seconds >= 1 && seconds <= 120) return seconds * 1000
  throw new Refusal('--timeout takes seconds from 1 to 120', { field: 'timeout' })
}

/** What the doctor must know, from the settings, the keys and the configuration. */
export async function readSender(
  app: Pick<Entered['app'], 'context' | 'dataDir'>,
  sendAs?: string,
): Promise<Sender> {
  const { config, db, secrets } = app.context
  const settings = await readSettings({ db })
  const nobody = { publicId: 0, reference: 0, addressVersion: 0 }
  const bounce = sealLocalPart(secrets, 'bounce', nobody)
  return {
    fromDomain: sendAs ?? domainOf(settings.fromAddress),
    bounceDomain: settings.bounceDomain.toLowerCase(),
    replyTo: settings.replyTo,
    publicUrl: withSlash(config.publicUrl),
    keys: await readSenderKeys(config.dkimDir ?? join(app.dataDir, 'dkim')),
    relays: config.smtpUrl === null ? [] : parseRelays(config.smtpUrl),
    returnsBy: returnsBy(config),
    trustedProxies: config.trustedProxies,
    ownAddresses: Object.values(networkInterfaces()).flatMap(
      (entries) => entries?.map(({ address }) => address) ?? [],
    ),
    probes: {
      bounce: `b-${bounce}`,
      forged: `b-${forge(bounce)}`,
      unsubscribe: sealToken(secrets, 'unsubscribe', nobody),
    },
    proofOf: (nonce) => selfProof(secrets, nonce),
  }
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase()
}

/** The same token with one letter of its signature changed. */
function forge(localPart: string): string {
  return `${localPart.slice(0, -8)}${localPart.at(-8) === 'a' ? 'b' : 'a'}${localPart.slice(-7)}`
}

function returnsBy({ inbound, imapUrl, webhooks }: Config): Sender['returnsBy'] {
  if (inbound !== null) return 'server'
  if (imapUrl !== null) return 'mailbox'
  const { sesTopics, sendgridKey, mailgunKeys, postmarkPassword } = webhooks
  const hooked =
    sesTopics.length > 0 ||
    mailgunKeys.length > 0 ||
    sendgridKey !== null ||
    postmarkPassword !== null
  return hooked ? 'webhook' : 'nowhere'
}
