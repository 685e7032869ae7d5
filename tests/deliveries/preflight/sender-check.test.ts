import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '#config.ts'
import { checkSender } from '#deliveries/preflight/sender-check.ts'
import type { Edition } from '#editions/store.ts'
import { dnsRecordOf } from '#mail/dkim/dns-record.ts'
import { openDns } from '#mail/sender-dns/dns.ts'
import { type DnsServer, startDnsServer } from '../../support/dns-server.ts'

const FROM = 'courier.example'
const BOUNCE = 'bounce.courier.example'
const config = readConfig({ SMTP_URL: 'smtp://relay.courier.example:25' })
const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const record = dnsRecordOf({ domain: FROM, selector: 'db1', algorithm: 'rsa-sha256', key })

const edition = {
  compiled: { sender: { fromAddress: `news@${FROM}`, bounceDomain: BOUNCE } },
} as Edition

let dns: DnsServer
let dkimDir: string
beforeAll(async () => {
  dkimDir = await mkdtemp(join(tmpdir(), 'daybreak-keys-'))
  const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString()
  await writeFile(join(dkimDir, `db1.${FROM}.pem`), pem, { mode: 0o600 })
  await writeFile(join(dkimDir, `${FROM}.json`), JSON.stringify({ sign: ['db1'] }))
})
afterAll(async () => rm(dkimDir, { recursive: true, force: true }))

beforeEach(async () => {
  dns = await startDnsServer()
  dns.set('TXT', BOUNCE, 'v=spf1 ip4:203.0.113.5 -all')
  dns.set('TXT', `_dmarc.${FROM}`, `v=DMARC1; p=reject; rua=mailto:dmarc@${FROM}`)
  dns.set('TXT', record.name, record.value)
  return async () => dns[Symbol.asyncDispose]()
})

async function look({
  test: inbox = false,
  dir = dkimDir,
  server = dns.address,
  patienceMs = 5000,
}: { test?: boolean; dir?: string | null; server?: string; patienceMs?: number } = {}) {
  const asked = openDns({ server, timeoutMs: 400 })
  return checkSender({ config, relay: { test: inbox } }, edition, {
    dns: asked,
    dkimDir: dir,
    patienceMs,
  })
}

test('a sender whose DKIM, SPF and DMARC speak for its domain passes', async () => {
  expect(await look()).toEqual([
    { check: 'sender', outcome: 'passed', reason: `DKIM, SPF and DMARC speak for ${FROM}` },
  ])
})

describe('a warning names what is wrong, and never stops', () => {
  test.each<[string, () => void, RegExp]>([
    ['no DMARC', () => dns.set('TXT', `_dmarc.${FROM}`), /courier\.example has no DMARC record/],
    ['no SPF', () => dns.set('TXT', BOUNCE), /bounce\.courier\.example has no SPF record/],
    [
      'two of SPF',
      () => dns.set('TXT', BOUNCE, 'v=spf1 -all', 'v=spf1 a -all'),
      /has 2 SPF records/,
    ],
    ['a key that is not published', () => dns.set('TXT', record.name), /db1 signs, and .* is not/],
    [
      'SPF of another domain where the very same is asked for',
      () => dns.set('TXT', `_dmarc.${FROM}`, `v=DMARC1; p=reject; aspf=s; rua=mailto:d@${FROM}`),
      /SPF does not count for courier\.example/,
    ],
  ])('%s', async (_, spoil, reason) => {
    spoil()

    const found = await look()

    expect(found.map(({ outcome }) => outcome)).toEqual(['warns'])
    expect(found[0]?.reason).toMatch(reason)
    expect(found[0]?.reason).toContain('daybreak doctor')
  })
})

describe('nothing is known, and nothing is stopped,', () => {
  test('where name servers fail', async () => {
    dns.fail(BOUNCE)

    expect(await look()).toEqual([
      { check: 'sender', outcome: 'cannot check', reason: expect.stringContaining(BOUNCE) },
    ])
  })

  test('where nobody answers in time', async () => {
    const began = Date.now()

    const found = await look({ server: '127.0.0.1:9', patienceMs: 100 })

    expect(found).toMatchObject([{ outcome: 'cannot check' }])
    expect(Date.now() - began).toBeLessThan(2000)
  })

  test('of the keys, where they are on another machine', async () => {
    expect(await look({ dir: null })).toMatchObject([
      { outcome: 'cannot check', reason: expect.stringContaining('DAYBREAK_DKIM_DIR') },
    ])
  })

  test('with the built-in inbox, which asks no name server', async () => {
    expect(await look({ test: true })).toMatchObject([{ outcome: 'passed' }])
    expect(dns.questions).toEqual([])
  })
})
