import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Command, type Entered, type Out, tableOf } from '#commands/command.ts'
import { isPinned } from '#editions/dkim-store.ts'
import { Refusal } from '#errors.ts'
import { openDkim } from '#mail/dkim/dkim.ts'
import { dnsRecordOf } from '#mail/dkim/dns-record.ts'
import {
  parseDomain,
  parseSelector,
  readKeyFolder,
  removeKey,
  writeInUse,
} from '#mail/dkim/key-folder.ts'
import { makeKeys, selectorOf } from '#mail/dkim/make-keys.ts'
import type { SigningKey } from '#mail/dkim/signature.ts'

export const dkim: Command = {
  usage:
    'dkim list | keygen <domain> [--selector NAME] | use <domain> <selector…> | retire <domain> <selector> [--json]',
  about:
    'Makes the keys that sign your mail, prints the DNS records to publish, and chooses which keys sign.',
  async run({ args, out, enter }) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { selector: { type: 'string' }, json: { type: 'boolean', default: false } },
    })
    const [verb, ...names] = positionals
    const run = verb === undefined ? undefined : verbs.get(verb)
    if (run === undefined)
      throw new Refusal(`dkim takes list, keygen, use or retire, not "${verb ?? ''}"`)
    await using house = await enter(verb === 'list' ? 'read' : 'change settings')
    const { config } = house.app.context
    const dir = config.dkimDir ?? join(house.app.dataDir, 'dkim')
    await run({ dir, names, selector: values.selector, json: values.json, out, house })
  },
}

type Step = {
  dir: string
  names: string[]
  selector: string | undefined
  json: boolean
  out: Out
  house: Entered
}

const verbs = new Map([
  ['list', list],
  ['keygen', keygen],
  ['use', use],
  ['retire', retire],
])

async function list({ dir, json, out }: Step): Promise<void> {
  const { keys, inUse } = await readKeyFolder(dir)
  const rows = keys.map((key) => ({
    domain: key.domain,
    selector: key.selector,
    algorithm: key.algorithm,
    signs: (inUse.get(key.domain) ?? []).includes(key.selector),
    record: dnsRecordOf(key),
  }))
  if (json) {
    out.line(JSON.stringify(rows))
    return
  }
  if (rows.length === 0)
    out.line('No keys yet, so your relay must sign: "daybreak dkim keygen DOMAIN" makes a pair.')
  const table = rows.map(({ domain, selector, algorithm, signs }) => ({
    domain,
    selector,
    algorithm,
    signs: signs ? 'yes' : 'no',
  }))
  for (const line of tableOf(table)) out.line(line)
  for (const { record } of rows) printRecord(out, record)
}

async function keygen({ dir, names, selector, json, out, house }: Step): Promise<void> {
  const domain = parseDomain(names[0])
  const keys = await makeKeys(dir, {
    domain,
    selector: selector ?? selectorOf(house.app.context.clock.now()),
  })
  const selectors = keys.map((key) => key.selector)
  await house.note('make DKIM keys', domain, { selectors })
  const records = keys.map(dnsRecordOf)
  if (json) {
    out.line(JSON.stringify({ domain, selectors, dir, records }))
    return
  }
  out.line(`Two keys for ${domain} are in ${dir}. They do not sign yet.`)
  out.line('\n1. Publish these records at your DNS provider:')
  for (const record of records) printRecord(out, record)
  out.line('\n2. When they can be seen in the DNS (minutes to hours), let them sign:')
  out.line(`     daybreak dkim use ${domain} ${selectors.join(' ')}`)
}

async function use({ dir, names, json, out, house }: Step): Promise<void> {
  const [domainName, ...chosen] = names
  const domain = parseDomain(domainName)
  const selectors = [...new Set(chosen.map(parseSelector))]
  const { keys, inUse } = await readKeyFolder(dir)
  const own = keys.filter((key) => key.domain === domain)
  requireUsable(own, { domain, selectors })
  const before = inUse.get(domain)
  await writeInUse(dir, domain, selectors)
  try {
    await openDkim({ dir, log: house.app.context.log })
  } catch (error) {
    await writeInUse(dir, domain, before ?? [])
    throw error
  }
  await house.note('choose DKIM keys', domain, { selectors })
  if (json) out.line(JSON.stringify({ domain, signs: selectors }))
  else if (selectors.length === 0)
    out.line(`Mail of ${domain} is not signed here any more: the relay must.`)
  else
    out.line(
      `Mail of ${domain} is signed with ${selectors.join(' and ')}, from the next edition on.`,
    )
}

function requireUsable(
  own: SigningKey[],
  { domain, selectors }: { domain: string; selectors: string[] },
): void {
  const known = own.map(({ selector }) => selector)
  const missing = selectors.find((selector) => !known.includes(selector))
  if (missing !== undefined) {
    throw new Refusal(
      `there is no key ${missing} of ${domain}: ${known.length === 0 ? `make a pair with "daybreak dkim keygen ${domain}"` : `there are ${known.join(', ')}`}`,
      { field: 'selector' },
    )
  }
  const signing = own.filter(({ selector }) => selectors.includes(selector))
  if (signing.length > 0 && signing.every(({ algorithm }) => algorithm !== 'rsa-sha256')) {
    throw new Refusal(
      'choose an RSA key too: Microsoft and Yahoo do not read Ed25519 signatures yet',
      { field: 'selector' },
    )
  }
}

async function retire({ dir, names, json, out, house }: Step): Promise<void> {
  const domain = parseDomain(names[0])
  const selector = parseSelector(names[1] ?? '')
  const { keys, inUse } = await readKeyFolder(dir)
  if (!keys.some((key) => key.domain === domain && key.selector === selector))
    throw new Refusal(`there is no key ${selector} of ${domain}`, { field: 'selector' })
  if (inUse.get(domain)?.includes(selector) === true)
    throw new Refusal(
      `${selector} signs the mail of ${domain}: choose others first with "daybreak dkim use"`,
      { field: 'selector', status: 409 },
    )
  if (await isPinned(house.app.context.db, { domain, selector }))
    throw new Refusal(
      `${selector} signs an edition that is not finished: retire it when that is sent or stopped`,
      { field: 'selector', status: 409 },
    )
  await removeKey(dir, { selector, domain })
  await house.note('retire DKIM key', domain, { selector })
  if (json) out.line(JSON.stringify({ domain, retired: selector }))
  else
    out.line(
      `The key ${selector} is deleted. Leave its DNS record for a week: mail that it signed may still be on its way.`,
    )
}

function printRecord(out: Out, { name, value, zoneLine }: ReturnType<typeof dnsRecordOf>): void {
  out.line(`\n   TXT record at  ${name}`)
  out.line(`   value          ${value}`)
  if (zoneLine.includes('" "')) out.line(`   in a zone file ${zoneLine}`)
}
