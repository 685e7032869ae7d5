import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { daybreak } from '../daybreak-command.ts'
import { type DnsServer, startDnsServer } from '../support/dns-server.ts'

let dataDir: string
let dns: DnsServer
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'daybreak-doctor-'))
  dns = await startDnsServer()
  dns.set('MX', 'example.org', '10 mx.example.org')
  dns.set('A', 'mx.example.org', '203.0.113.9')
  dns.set(
    'TXT',
    '_dmarc.example.org',
    'v=DMARC1; p=reject; pct=50; rua=mailto:postmaster@example.org',
  )
})
afterAll(async () => {
  await dns[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
})

const doctor = async (...args: string[]) =>
  daybreak(['doctor', '--resolver', dns.address, ...args], { dataDir })

describe('daybreak doctor', () => {
  test('names what is wrong with the record to publish, and ends with 2', async () => {
    const made = await daybreak(['dkim', 'keygen', 'example.org', '--selector', 'db1'], { dataDir })
    await daybreak(['dkim', 'use', 'example.org', 'db1r', 'db1e'], { dataDir })

    const { code, out, err } = await doctor('--only', 'dkim,dmarc,proxy')

    expect([made.code, code, err]).toEqual([0, 2, ''])
    expect(out).toContain(
      '✗ dkim: The key db1r signs, and db1r._domainkey.example.org is not published.',
    )
    expect(out).toMatch(
      /^ {6}db1r\._domainkey\.example\.org\. IN TXT "v=DKIM1; k=rsa; p=[^"]+" "[^"]+"$/m,
    )
    expect(out).toContain('! dmarc: The DMARC record of example.org uses pct')
    expect(out).toContain(
      '      _dmarc.example.org. IN TXT "v=DMARC1; p=reject; rua=mailto:postmaster@example.org"',
    )
    expect(out).toMatch(/✗ proxy: localhost, the name in PUBLIC_URL/)
    expect(out.trimEnd()).toMatch(/3 faults, 1 warning\.$/)
  })

  test('is calm where nothing is wrong, and a warning is no fault', async () => {
    const { code, out } = await doctor('--only', 'dmarc')

    expect(code).toBe(0)
    expect(out.trimEnd()).toMatch(/0 faults, 1 warning\.$/)
  })

  test('speaks to scripts with --json', async () => {
    const { code, out } = await doctor('--only', 'dmarc,spf', '--json')

    expect(code).toBe(2)
    expect(JSON.parse(out)).toMatchObject({
      faults: 1,
      checks: [
        {
          check: 'dmarc',
          findings: [
            {
              code: 'dmarc-removed',
              records: [{ type: 'TXT', zoneLine: expect.stringContaining('IN TXT') as string }],
            },
          ],
        },
        { check: 'spf', findings: [{ code: 'spf-missing', level: 'fault' }] },
      ],
    })
  })

  test('looks at another domain with --send-as', async () => {
    const { out } = await doctor('--only', 'dmarc', '--send-as', 'other.example')

    expect(out).toContain('other.example has no DMARC record')
  })

  test.each([
    [['--only', 'spf,dkmi'], 'there is no check "dkmi"'],
    [['--timeout', '0'], '--timeout takes seconds'],
    [['--send-as', 'x'], 'is not a domain'],
  ])('%j is refused in one line', async (args, words) => {
    const { code, out, err } = await doctor(...args)

    expect([code, out]).toEqual([1, ''])
    expect(err).toContain(words)
  })
})
