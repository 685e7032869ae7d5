import { expect, test } from 'vitest'
import { openInbound } from '#deliveries/returns/inbound-mail.ts'
import { sealLocalPart } from '#subscribers/tokens.ts'
import { changeSetting } from '#editions/publication.ts'
import {
  bounceOf,
  complaintAbout,
  DOMAIN,
  letter,
  openInboundHouse,
  readersOf,
  returnsOf,
  vacation,
} from './inbound-fixture.ts'

const NOBODY_CHANGED = ['active', 'active']

test('a hard bounce marks the row of its token and puts that reader on the do-not-mail list', async () => {
  await using door = await openInboundHouse()
  const address = door.addressOf(1, 'bounce')

  const taken = await door.receive({ address, text: bounceOf({ to: address }) })

  expect(taken).toBe(true)
  expect(await readersOf(door.house)).toEqual(['bounced, do-not-mail list, bounced', 'active'])
  expect(await returnsOf(door.house)).toEqual(['bounce, hard, do-not-mail list'])
})

test('mail systems may fold the case of an address', async () => {
  await using door = await openInboundHouse()
  const address = door.addressOf(1, 'bounce').toUpperCase()

  await door.receive({ address, text: bounceOf({ to: address }) })

  expect(await readersOf(door.house)).toEqual(['bounced, do-not-mail list, bounced', 'active'])
})

test('a forged bounce is not taken: a token of another key, another purpose, or with one character changed', async () => {
  await using door = await openInboundHouse()
  const real = door.addressOf(1, 'bounce')
  const about = { publicId: 1, reference: door.house.editionId, addressVersion: 1 }
  const otherKey = `b-${sealLocalPart({ tokenKey: Buffer.alloc(32, 9) }, 'bounce', about)}@${DOMAIN}`
  const otherPurpose = door.addressOf(1, 'unsubscribe').replace(/^u/, 'b')
  const changed = real.replace(/.@/, (end) => (end === 'a@' ? 'b@' : 'a@'))
  const forged = [otherKey, otherPurpose, changed, `b-@${DOMAIN}`, `bounce@${DOMAIN}`]

  const taken = await Promise.all(
    forged.map((address) => door.receive({ address, text: bounceOf({ to: address }) })),
  )

  expect(taken).toEqual(forged.map(() => false))
  expect(await readersOf(door.house)).toEqual(NOBODY_CHANGED)
  expect(await returnsOf(door.house)).toEqual([])
})

test('a bounce that names a reader only in its text changes nobody, whatever desk it is sent to', async () => {
  await using door = await openInboundHouse()
  const to = door.addressOf(1, 'bounce')

  for (const desk of ['postmaster', 'abuse', 'fbl']) {
    await door.receive({ address: `${desk}@${DOMAIN}`, text: bounceOf({ to }) })
  }

  expect(await readersOf(door.house)).toEqual(NOBODY_CHANGED)
})

test('a bounce that is sent again changes nothing more', async () => {
  await using door = await openInboundHouse()
  const address = door.addressOf(1, 'bounce')
  const text = bounceOf({ to: address })

  await door.receive({ address, text })
  await door.receive({ address, text })

  expect(await returnsOf(door.house)).toEqual(['bounce, hard, do-not-mail list'])
})

test('the Message-ID of one reader’s bounce does not hide another’s', async () => {
  await using door = await openInboundHouse()
  const [one, other] = [door.addressOf(1, 'bounce'), door.addressOf(2, 'bounce')]

  await door.receive({ address: one, text: bounceOf({ to: one, id: '<same@mx.example.net>' }) })
  await door.receive({ address: other, text: bounceOf({ to: other, id: '<same@mx.example.net>' }) })

  expect(await returnsOf(door.house)).toHaveLength(2)
  expect((await readersOf(door.house))[1]).toContain('do-not-mail list')
})

test('a vacation reply suppresses nobody, even when it speaks of unknown users', async () => {
  await using door = await openInboundHouse()
  const address = door.addressOf(1, 'bounce')

  await door.receive({ address, text: vacation(address) })

  expect(await readersOf(door.house)).toEqual(NOBODY_CHANGED)
})

test('a newsletter quoted inside a bounce does not speak for the mail system', async () => {
  await using door = await openInboundHouse()
  const address = door.addressOf(1, 'bounce')
  const words = '550 5.1.1 User unknown. No such user here. This account has been disabled.'
  const quoted = `Subject: ${words}\r\nTo: reader1@example.org\r\n\r\n${words}\r\nStatus: 5.1.1\r\nAction: failed`
  const full = { status: '5.2.2', said: '552 5.2.2 The mailbox is over quota' }

  await door.receive({ address, text: bounceOf({ to: address, quoted, ...full }) })
  const thanks = letter(address, 'Re: news', `> ${words}\r\n\r\nThank you!`)
  await door.receive({ address, sender: 'reader1@example.org', text: thanks })

  expect(await readersOf(door.house)).toEqual([expect.stringMatching(/^active/), 'active'])
  expect((await readersOf(door.house))[0]).not.toContain('do-not-mail')
  expect((await returnsOf(door.house)).map((line) => line.split(',', 2).join())).toEqual([
    'bounce, soft',
    expect.stringMatching(/^reply/),
  ])
})

test('a mail to the unsubscribe address unsubscribes its reader, whatever it says', async () => {
  await using door = await openInboundHouse()
  const [one, other] = [door.addressOf(1, 'unsubscribe'), door.addressOf(2, 'unsubscribe')]

  await door.receive({ address: one, sender: 'reader1@example.org', text: letter(one, '', '') })
  await door.receive({ address: other, sender: 'x@example.org', text: '\0\u00ff not a mail' })

  expect(await readersOf(door.house)).toEqual([
    expect.stringContaining('unsubscribed'),
    expect.stringContaining('unsubscribed'),
  ])
})

test('a mail that a mail program wrote for its reader unsubscribes too', async () => {
  await using door = await openInboundHouse()
  const address = door.addressOf(1, 'unsubscribe')
  const text = `Auto-Submitted: auto-generated\r\n${letter(address, 'unsubscribe', 'By the app')}`

  await door.receive({ address, sender: 'reader1@example.org', text })

  expect(await readersOf(door.house)).toEqual(['active, unsubscribed', 'active'])
})

test('a mail to the unsubscribe address that nobody can read unsubscribes, if somebody sent it', async () => {
  await using door = await openInboundHouse()
  const unread = { verdict: 'ignore', reason: 'unknown', status: null, code: null } as const
  const read = { returned: { kind: 'bounce', ...unread, text: '' }, key: 'x' } as const
  const blind = openInbound(door.house.context, {
    read: async () => ({ ...read, localParts: [] }),
  })
  const mail = { channel: 'smtp', kind: 'unsubscribe', bytes: Buffer.alloc(9) } as const

  await blind.take({ ...mail, address: door.addressOf(1, 'unsubscribe'), sender: 'a@example.org' })
  await blind.take({ ...mail, address: door.addressOf(2, 'unsubscribe'), sender: '' })

  expect(await readersOf(door.house)).toEqual(['active, unsubscribed', 'active'])
})

test('what a machine sends back to the unsubscribe address unsubscribes nobody', async () => {
  await using door = await openInboundHouse()
  const address = door.addressOf(1, 'unsubscribe')

  await door.receive({ address, sender: 'reader1@example.org', text: vacation(address) })
  await door.receive({ address, text: bounceOf({ to: address }) })

  expect(await readersOf(door.house)).toEqual(NOBODY_CHANGED)
})

test('a complaint is about the mail whose token it holds', async () => {
  await using door = await openInboundHouse()

  await door.receive({
    address: `fbl@${DOMAIN}`,
    text: complaintAbout(door.addressOf(1, 'bounce')),
  })

  const [one, other] = await readersOf(door.house)
  expect(one).toMatch(/^complained, do-not-mail list/)
  expect(other).toBe('active')
})

test('of a complaint that holds only the unsubscribe address its reader has left', async () => {
  await using door = await openInboundHouse()
  const mailbox = `<https://news.example.org/u/x>, <mailto:${door.addressOf(1, 'unsubscribe')}>`
  const text = complaintAbout('news@example.org').replace(
    'Subject: Good morning\r\n\r\nNews',
    `Subject: Good morning\r\nList-Unsubscribe: ${mailbox}\r\n\r\nNews`,
  )

  await door.receive({ address: `abuse@${DOMAIN}`, text })

  expect((await readersOf(door.house))[0]).toMatch(/unsubscribed|complained/)
})

test('a complaint without a token of ours is kept for people and changes nobody', async () => {
  await using door = await openInboundHouse()
  const forged = door.addressOf(1, 'bounce').replace(/.@/, (end) => (end === 'a@' ? 'b@' : 'a@'))

  await door.receive({ address: `fbl@${DOMAIN}`, text: complaintAbout(forged) })

  expect(await readersOf(door.house)).toEqual(NOBODY_CHANGED)
  expect(await returnsOf(door.house)).toEqual([expect.stringMatching(/^reply, (kept|forwarded)/)])
})

test('a letter to postmaster is kept, but a flood of them waits with its senders', async () => {
  await using door = await openInboundHouse()
  const write = (number: number) =>
    door.receive({
      address: `postmaster@${DOMAIN}`,
      sender: 'a@example.net',
      text: letter('postmaster', `Number ${number}`, 'Hello').replace('letter@', `l${number}@`),
    })

  for (let number = 0; number < 200; number += 1) await write(number)
  const past = write(200)

  await expect(past).rejects.toThrow(/desk/)
  door.house.wait(3_600_000)
  await expect(write(201)).resolves.toBe(true)
})

test('what costs much to read at the desk keeps no bounce waiting, and is not read at all past the limit', async () => {
  await using door = await openInboundHouse()
  const address = door.addressOf(1, 'bounce')
  let asked = 0
  const never = { read: () => ((asked += 1), new Promise<never>(() => undefined)) }
  const inbound = openInbound(door.house.context, door.reader, never)
  const mail = (to: string, text: string) =>
    inbound.take({
      channel: 'smtp',
      kind: to === address ? 'bounce' : 'desk',
      address: to,
      sender: '',
      bytes: Buffer.from(text),
    })

  for (let number = 0; number < 200; number += 1) void mail(`abuse@${DOMAIN}`, 'Subject: x')
  await mail(address, bounceOf({ to: address }))
  const past = mail(`abuse@${DOMAIN}`, 'Subject: x')

  await expect(past).rejects.toThrow(/desk/)
  expect(asked).toBe(200)
  expect(await returnsOf(door.house)).toEqual(['bounce, hard, do-not-mail list'])
})

test('only the bounce domain is ours, and those with which mails were sent that may come back', async () => {
  await using door = await openInboundHouse()
  const address = door.addressOf(1, 'bounce')
  const at = (domain: string) => door.inbound.mayTake(address.replace(DOMAIN, domain))
  const before = [await at(DOMAIN), await at('returns.example.net'), await at('example.org')]

  await changeSetting(door.house.context, 'bounceDomain', 'returns.example.net')
  door.house.wait(10_000)
  await using restarted = await openInboundHouse()
  await changeSetting(restarted.house.context, 'bounceDomain', 'returns.example.net')

  expect(before).toEqual(['bounce', undefined, undefined])
  expect([await at('returns.EXAMPLE.net.'), await at(DOMAIN)]).toEqual(['bounce', 'bounce'])
  expect(await restarted.inbound.mayTake(restarted.addressOf(1, 'bounce'))).toBe('bounce')
})

test('desks are at the bounce domain only, but for the postmaster without one', async () => {
  await using door = await openInboundHouse()
  const addresses = [
    'postmaster',
    `Abuse@${DOMAIN}`,
    'abuse',
    'postmaster@example.com',
    `constructor@${DOMAIN}`,
  ]

  const kinds = await Promise.all(addresses.map((address) => door.inbound.mayTake(address)))

  expect(kinds).toEqual(['desk', 'desk', undefined, undefined, undefined])
})
