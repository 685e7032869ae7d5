import { expect, test } from 'vitest'
import { composeReaderMail, openForm } from '#deliveries/reader-mail.ts'
import type { MessageBytes } from '#mail/outcome.ts'
import { profiles } from '#mail/profiles.ts'
import { compileAlert } from '#mail/templates.ts'
import { openLocalPart } from '#subscribers/tokens.ts'
import { rsa } from '../mail/dkim/signed-mail.ts'
import { createSigner } from '#mail/dkim/signature.ts'
import { alert } from '../mail/harbour-courier.ts'
import { madeUpEdition, SECRETS } from './edition-fixture.ts'

const EDITION = madeUpEdition({ form: 'single', ...(await compileAlert(alert)) }, { kind: 'alert' })
const READER = {
  subscriberId: 7,
  publicId: 10 ** 12,
  addressVersion: 3,
  email: 'reader@example.org',
  blocks: [],
}
const TOKEN_LINE =
  /^(?:X-SMTPAPI: [^]*?"daybreak":\s*"|X-Mailgun-Variables: \{"daybreak":\s*"|X-PM-Metadata-daybreak: )([a-z2-7]{56})/m

const form = (signer = createSigner([rsa])) => openForm({ secrets: SECRETS, signer }, EDITION)

async function textOf(message: MessageBytes | Promise<MessageBytes>): Promise<string> {
  return (await message).bytes.toString()
}

test.each(['postmark', 'mailgun', 'sendgrid'] as const)(
  'a mail over %s carries the token of its envelope sender, and a repeat has the same bytes',
  async (name) => {
    const { envelope, message } = composeReaderMail(form(), READER)

    const text = await textOf(message(profiles[name]))

    const token = TOKEN_LINE.exec(text)?.[1] ?? ''
    expect(envelope.from).toContain(`b-${token}@`)
    expect(openLocalPart(SECRETS, 'bounce', token)).toEqual({
      publicId: READER.publicId,
      reference: EDITION.id,
      addressVersion: 3,
    })
    expect(await textOf(composeReaderMail(form(), READER).message(profiles[name]))).toBe(text)
  },
)

test.each(['own', 'generic', 'ses'] as const)(
  'a mail over %s carries its token in the envelope alone',
  async (name) => {
    const { envelope, message } = composeReaderMail(form(), READER)

    const text = await textOf(message(profiles[name]))

    const [, token = ''] = /^b-([a-z2-7]{56})@/.exec(envelope.from) ?? []
    expect(token).not.toBe('')
    expect(text).not.toContain(token)
  },
)

test('our signature does not cover what only the relay reads', async () => {
  const { message } = composeReaderMail(form(), READER)

  const text = await textOf(message({ ...profiles.mailgun, sign: true }))

  const [, names = ''] = /^DKIM-Signature: [^]*?\bh=([\w\s:-]+);/m.exec(text) ?? []
  expect(names).toContain('from')
  expect(names.toLowerCase()).not.toContain('x-mailgun')
})
