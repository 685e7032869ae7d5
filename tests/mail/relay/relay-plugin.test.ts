import { createTransport } from 'nodemailer'
import { expect, test } from 'vitest'

import { relayPlugin } from '#mail/relay/relay-plugin.ts'
import { at } from '../../support/fake-relay.ts'
import { poolTo, relay } from './pool-fixture.ts'

const mail = {
  from: 'news@example.org',
  to: ['one@example.net', 'gone@example.net'],
  bcc: 'hidden@example.net',
  subject: 'Grüße',
  text: 'first\n.dot line\n..two dots\nlast',
}

test('a mail of nodemailer’s goes over the same connections, one transaction a recipient', async () => {
  const fake = await relay({
    script: ({ stage, to }) =>
      stage === 'rcpt' && to.startsWith('gone') ? '550 5.1.1 user unknown' : undefined,
  })
  const { pool } = poolTo(fake)

  const sent = await createTransport(relayPlugin(pool)).sendMail(mail)

  expect(sent.accepted).toEqual(['one@example.net', 'hidden@example.net'])
  expect(sent.rejected).toEqual(['gone@example.net'])
  expect(sent.response).toContain('queued as')
  expect(fake.mails.map(({ to }) => to)).toEqual(sent.accepted)
  expect(fake.bodies[0]).toContain(`Message-ID: ${sent.messageId}`)
  expect(fake.bodies[0]).toMatch(/\r\nfirst\r\n\.\.dot line\r\n\.\.\.two dots\r\nlast$/)
  expect(fake.bodies[0]).not.toContain('hidden@')
  expect(fake.sessions).toBe(1)
})

test('a mail that nobody got is an error with the relay’s reply', async () => {
  const fake = await relay({ script: at('rcpt', '550 5.1.1 user unknown') })
  const transporter = createTransport(relayPlugin(poolTo(fake).pool))

  await expect(transporter.sendMail(mail)).rejects.toMatchObject({
    message: '550 5.1.1 user unknown',
    responseCode: 550,
  })
})

test('verify knocks at the relay, close ends the connections', async () => {
  const healthy = createTransport(relayPlugin(poolTo(await relay()).pool))
  const refusing = createTransport(
    relayPlugin(poolTo(await relay({ script: at('greeting', '554 5.7.1 Not you') })).pool),
  )

  await expect(healthy.verify()).resolves.toBe(true)
  await expect(refusing.verify()).rejects.toThrow('554 5.7.1 Not you')
  await new Promise<void>((resolve) => healthy.verify(() => resolve()))
  healthy.close()
  await expect(healthy.sendMail(mail)).rejects.toThrow('are closed')
})
