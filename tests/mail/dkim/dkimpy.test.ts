import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { dnsRecordOf } from '#mail/dkim/dns-record.ts'
import { ed25519, rsa, signMail } from './signed-mail.ts'

// Debian's python3-dkim with python3-nacl: an implementation that shares no line with ours.
const PYTHON = '/usr/bin/python3'
const here = spawnSync(PYTHON, ['-c', 'import dkim, nacl']).status === 0
if (!here && process.env['CI'] === 'true')
  throw new Error('python3-dkim or python3-nacl is missing, and in CI they must be there')

const SCRIPT = `
import dkim, json, sys
asked = json.load(sys.stdin)
records = {name.encode() + b'.': value.encode() for name, value in asked['records']}
lookup = lambda name, timeout=5: records.get(name if isinstance(name, bytes) else name.encode())
verifier = dkim.DKIM(asked['message'].encode())
def good(at):
    try:
        return bool(verifier.verify(idx=at, dnsfunc=lookup))
    except dkim.ValidationError:
        return False
print(json.dumps([good(at) for at in range(asked['count'])]))
`

function verify(message: string): boolean[] {
  const records = [rsa, ed25519].map(dnsRecordOf).map(({ name, value }) => [name, value])
  const input = JSON.stringify({ message, records, count: 2 })
  return JSON.parse(execFileSync(PYTHON, ['-c', SCRIPT], { input, encoding: 'utf8' })) as boolean[]
}

describe.skipIf(!here)('dkimpy (skipped where python3-dkim and python3-nacl are absent)', () => {
  test('finds both signatures good', async () => {
    expect(verify(await signMail())).toEqual([true, true])
  })

  test('finds a changed body', async () => {
    const message = (await signMail()).replace('harbour is open', 'harbour is shut')

    expect(verify(message)).toEqual([false, false])
  })
})
