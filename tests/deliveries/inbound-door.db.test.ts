import { expect, test, vi } from 'vitest'
import { openInboundFor } from '#deliveries/returns/inbound-mail.ts'
import { SmtpClient } from '../mail/inbound/smtp-client.ts'
import { FakeImap } from '../support/fake-imap.ts'
import { bounceOf, openInboundHouse, readersOf, returnsOf } from './inbound-fixture.ts'

const NOWHERE = { inbound: null, imapUrl: null, publicUrl: new URL('https://news.example.org/') }
const HERE = { ...NOWHERE, inbound: { host: '127.0.0.1', port: 0, tls: null } }

test('without a place to take mail at, none is taken', async () => {
  await using door = await openInboundHouse()

  const opened = await openInboundFor(door.house.context, NOWHERE)

  expect(opened).toBeUndefined()
})

test('a bounce is in the row when its sender is told that it was taken, and a forged one is refused', async () => {
  await using door = await openInboundHouse()
  await using _opened = await openInboundFor(door.house.context, HERE)
  const [, port] = /"port":(\d+)/.exec(door.house.lines.join()) ?? []
  const { client, greeting } = await SmtpClient.open(Number(port))
  using open = client
  await open.say('EHLO mx.example.net')
  const address = door.addressOf(1, 'bounce')
  const forged = address.replace(/.@/, (end) => (end === 'a@' ? 'b@' : 'a@'))

  const refused = await open.mail('', [forged], bounceOf({ to: forged }))
  const replies = await open.mail('', [address], bounceOf({ to: address }))
  const readers = await readersOf(door.house)

  expect(greeting).toBe('220 news.example.org ESMTP')
  expect(refused[1]).toMatch(/^550 5\.1\.1 /)
  expect(replies.at(-1)).toMatch(/^250 /)
  expect(readers).toEqual(['bounced, do-not-mail list, bounced', 'active'])
  expect(door.house.lines.join()).not.toContain(address.split('@')[0])
})

test('a bounce that waits in the mailbox is in the row when it is put away', async () => {
  await using door = await openInboundHouse()
  await using imap = await FakeImap.open()
  const address = door.addressOf(2, 'bounce')
  imap.deliver(`Delivered-To: ${address}\r\n${bounceOf({ to: 'someone@example.net' })}`)
  imap.deliver(bounceOf({ to: 'someone@example.net' }))

  await using _opened = await openInboundFor(door.house.context, { ...NOWHERE, imapUrl: imap.url })
  await vi.waitFor(() => expect(imap.uidsIn('Daybreak/Done')).toEqual([1]), { timeout: 20_000 })
  await vi.waitFor(() => expect(imap.uidsIn('Daybreak/Not ours')).toEqual([2]), { timeout: 20_000 })

  expect(await readersOf(door.house)).toEqual(['active', 'bounced, do-not-mail list, bounced'])
  expect(await returnsOf(door.house)).toEqual(['bounce, hard, do-not-mail list'])
})

test('a port that cannot be had is a refusal, and nothing stays open', async () => {
  await using door = await openInboundHouse()
  const elsewhere = { ...NOWHERE, inbound: { host: '192.0.2.1', port: 25, tls: null } }

  const opening = openInboundFor(door.house.context, elsewhere)

  await expect(opening).rejects.toThrow(/no such address.*INBOUND_LISTEN/)
})
