import { generateKeyPairSync } from 'node:crypto'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDkim, readPin } from '#mail/dkim/dkim.ts'
import { writeInUse, writeKey } from '#mail/dkim/key-folder.ts'
import { createLog } from '#log.ts'
import { ed25519, fieldsOf, headers, rsa, verifyMail } from './signed-mail.ts'

const lines: string[] = []
const log = createLog({ level: 'info', name: 'test', write: (line) => void lines.push(line) })
const FROM = 'news@courier.example'
let dir = ''

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'daybreak-dkim-'))
})
afterEach(async () => rm(dir, { recursive: true }))

async function store(...keys: { selector: string; key: typeof rsa.key }[]): Promise<void> {
  for (const { selector, key } of keys) {
    const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString()
    await writeKey(dir, { selector, domain: 'courier.example', pem })
  }
}

describe('keys in use', () => {
  test('sign what they are pinned for', async () => {
    await store(rsa, ed25519)
    await writeInUse(dir, 'courier.example', ['db2611r', 'db2611e'])
    const dkim = await openDkim({ dir, log })

    const signature = await dkim
      .signerFor(dkim.pinFor(FROM))
      ?.sign(fieldsOf(headers), Buffer.from('Hello\r\n'), { replaces: [] })

    const message = `${signature}${fieldsOf(headers)
      .map(({ line }) => `${line}\r\n`)
      .join('')}\r\nHello\r\n`
    expect((await verifyMail(message)).results).toEqual(['pass', 'pass'])
  })

  test('of a parent domain sign for a subdomain, which DMARC aligns', async () => {
    await store(rsa)
    await writeInUse(dir, 'courier.example', ['db2611r'])

    const pin = { domain: 'courier.example', selectors: ['db2611r'] }

    expect((await openDkim({ dir, log })).pinFor('a@alerts.courier.example')).toEqual(pin)
    expect(await readPin(dir, 'a@alerts.courier.example')).toEqual(pin)
  })

  test('are none when a key is only there, published ahead', async () => {
    await store(rsa)
    const dkim = await openDkim({ dir, log })

    expect(dkim.pinFor(FROM)).toBeNull()
    expect(dkim.signerFor(null)).toBeNull()
  })

  test('are none when the folder is not there', async () => {
    const dkim = await openDkim({ dir: join(dir, 'nowhere'), log })

    expect(dkim.pinFor(FROM)).toBeNull()
  })
})

test('an edition goes on with the key it began with, after another was chosen', async () => {
  await store(rsa, ed25519)
  await writeInUse(dir, 'courier.example', ['db2611r'])
  const dkim = await openDkim({ dir, log })
  const pin = dkim.pinFor(FROM)

  await writeInUse(dir, 'courier.example', ['db2611e'])
  await dkim.reload()

  expect(dkim.pinFor(FROM)?.selectors).toEqual(['db2611e'])
  const signed = await dkim.signerFor(pin)?.sign([], Buffer.from('\r\n'), { replaces: [] })
  expect(signed).toContain('s=db2611r')
})

test('an edition whose key was deleted is not signed with another', async () => {
  await store(rsa)
  const dkim = await openDkim({ dir, log })

  expect(() => dkim.signerFor({ domain: 'courier.example', selectors: ['old'] })).toThrow(
    'the DKIM key old of courier.example is gone',
  )
})

test('a folder that is damaged while sending changes nothing and is logged', async () => {
  await store(rsa)
  await writeInUse(dir, 'courier.example', ['db2611r'])
  const dkim = await openDkim({ dir, log })

  await writeFile(join(dir, 's9.courier.example.pem'), 'junk', { mode: 0o600 })
  await dkim.reload()

  expect(dkim.pinFor(FROM)?.selectors).toEqual(['db2611r'])
  expect(lines.join('')).toContain('cannot be used')
})

describe('a key that cannot sign stops the start by name:', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const pkcs8 = { type: 'pkcs8', format: 'pem' } as const
  test.for([
    ['not a key', 'junk', 'is not a private key in PEM form'],
    ['an EC key', ec.privateKey.export(pkcs8).toString(), 'is a key of type ec'],
    ['1024 bits', short.privateKey.export(pkcs8).toString(), 'has 1024 bits'],
    [
      'a public key',
      short.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      'is a public key',
    ],
    [
      'a passphrase',
      rsa.key.export({ ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
      'is locked with a passphrase',
    ],
  ])('%s', async ([, pem = '', words = '']) => {
    await writeFile(join(dir, 's1.courier.example.pem'), pem, { mode: 0o600 })

    const opening = openDkim({ dir, log })

    await expect(opening).rejects.toMatchObject({ name: 'Refusal', status: 78 })
    await expect(opening).rejects.toThrow(words)
    await expect(opening).rejects.toThrow('s1.courier.example.pem')
  })

  test('one that other users can read', async () => {
    await store(rsa)
    await chmod(join(dir, 'db2611r.courier.example.pem'), 0o644)

    await expect(openDkim({ dir, log })).rejects.toThrow('chmod 600')
  })

  test('one that is named and not there', async () => {
    await writeInUse(dir, 'courier.example', ['gone'])

    await expect(openDkim({ dir, log })).rejects.toThrow('there is no gone.courier.example.pem')
  })

  test('a list of selectors that is not one', async () => {
    await writeFile(join(dir, 'courier.example.json'), '{"sign": "db2611r"}')

    await expect(openDkim({ dir, log })).rejects.toThrow('daybreak dkim use')
  })
})
