import { expect, test } from 'vitest'
import { compileBody, compileHead } from '#mail/message.ts'
import { FreeBuffers } from '#mail/mime/free-buffers.ts'
import type { Signer } from '#mail/mime/unsigned-message.ts'
import { UNSIGNED, writeMessage } from '#mail/mime/write-message.ts'
import { createSigner } from '#mail/dkim/signature.ts'
import { ed25519, rsa, verifyMail } from '../dkim/signed-mail.ts'
import { COMMON, composeMessage, DIGEST } from '../message-fixture.ts'

const OURS = { ...UNSIGNED, name: 'own' as const, sign: true }
const MAIL = { ...DIGEST, from: { name: 'The Harbour Courier', address: 'news@courier.example' } }

const partsOf = (mail = MAIL, to = mail.to) => ({
  fields: compileHead(mail)({ ...mail, to }),
  token: 'aeaqi',
  body: compileBody(mail, { text: [mail.text], html: [mail.html] }),
  values: {},
})

const tools = (signer: Signer | null = null) => ({ buffers: new FreeBuffers(1e6), signer })

test('a signed mail is the signatures and the very bytes of the unsigned one, and both signatures pass', async () => {
  const signer = createSigner([rsa, ed25519])

  const { bytes } = await writeMessage(tools(signer), partsOf(), OURS)

  const unsigned = await composeMessage(MAIL)
  const { results } = await verifyMail(bytes.toString())
  expect(results).toEqual(['pass', 'pass'])
  expect(bytes.toString()).toMatch(/^DKIM-Signature: [^]*\r\nList-ID: /)
  expect(bytes.subarray(bytes.length - unsigned.length).equals(unsigned)).toBe(true)
})

test('a mail to an international address is signed as it is sent', async () => {
  const parts = partsOf(MAIL, 'jõgeva@example.ee')

  const { bytes } = await writeMessage(tools(createSigner([rsa, ed25519])), parts, OURS)

  expect(bytes.toString()).toContain('\r\nTo: jõgeva@example.ee\r\n')
  expect((await verifyMail(bytes.toString())).results).toEqual(['pass', 'pass'])
})

test('a profile that does not sign gets the unsigned bytes at once', () => {
  const written = writeMessage(tools(createSigner([rsa])), partsOf(), UNSIGNED)

  expect(written).not.toBeInstanceOf(Promise)
  expect(written).toMatchObject({ bytes: expect.any(Buffer) })
})

test('a profile’s own headers are added, and the fields that its relay replaces are told to the signer', async () => {
  const seen: { names: string[]; replaces: readonly string[] }[] = []
  const signer: Signer = {
    sign(fields, _, { replaces }) {
      seen.push({ names: fields.map(({ name }) => name), replaces })
      return 'DKIM-Signature: v=1\r\n'
    },
  }
  const profile = { ...OURS, replaces: ['date'], headers: [['X-PM-TrackLinks', 'None'] as const] }

  const { bytes } = await writeMessage(tools(signer), partsOf(), profile)

  expect(bytes.toString()).toContain('\r\nX-PM-TrackLinks: None\r\n\r\n')
  expect(bytes.toString()).toMatch(/^DKIM-Signature: v=1\r\nList-ID: /)
  expect(seen[0]?.replaces).toEqual(['date'])
  expect(seen[0]?.names).toEqual(expect.arrayContaining(['Date', 'X-PM-TrackLinks']))
})

test('the bytes of a mail stay its own until it gives them back', async () => {
  const { buffers, signer } = tools()
  const first = await writeMessage({ buffers, signer }, partsOf(), UNSIGNED)
  const before = first.bytes.toString()

  const second = await writeMessage({ buffers, signer }, partsOf(MAIL, 'b@example.org'), UNSIGNED)

  expect(first.bytes.toString()).toBe(before)
  expect(second.bytes.toString()).toBe(before.replace(COMMON.to, 'b@example.org'))
  first.free?.()
  const third = await writeMessage({ buffers, signer }, partsOf(), UNSIGNED)
  expect(third.bytes.buffer).toBe(first.bytes.buffer)
})

test('a mail that cannot be signed gives its buffer back', async () => {
  const signer: Signer = {
    async sign() {
      throw new Error('no key')
    },
  }
  const { buffers } = tools()

  const written = Promise.resolve(writeMessage({ buffers, signer }, partsOf(), OURS))

  await expect(written).rejects.toThrow('no key')
  expect(buffers.idleBytes).toBeGreaterThan(0)
})
