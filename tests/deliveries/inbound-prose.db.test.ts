import { expect, test } from 'vitest'
import { openInboundHouse, readersOf, returnsOf } from './inbound-fixture.ts'

test.each([
  [
    'without a mark between',
    [
      'Good morning',
      'The post said: 550 5.1.1 <mayor@example.org>: Recipient address rejected: User unknown',
    ],
  ],
  ['line by line', ['> 550 5.1.1 <reader1@example.org>: Recipient address rejected: User unknown']],
  [
    'with its head',
    [
      'From: News <news@example.org>',
      'Subject: Good morning',
      '',
      '550 5.1.1 <reader1@example.org>: Recipient address rejected: User unknown',
    ],
  ],
])('a newsletter quoted in a notice in prose, %s, gives nobody up', async (_, quoted) => {
  await using door = await openInboundHouse()
  const address = door.addressOf(1, 'bounce')
  const notice = [
    'From: MAILER-DAEMON@mx.example.net',
    'Subject: Undelivered mail',
    'Message-ID: <prose@mx.example.net>',
    '',
    '<reader1@example.org>: the mailbox is busy, it could not be delivered.',
    '',
    ...quoted,
  ]

  await door.receive({ address, text: notice.join('\r\n') })

  expect((await readersOf(door.house))[0]).toMatch(/^active/)
})

test('a notice in prose gives up the reader that it names', async () => {
  await using door = await openInboundHouse()
  const address = door.addressOf(1, 'bounce')
  const notice = [
    'From: MAILER-DAEMON@mx.example.net',
    'Subject: failure notice',
    '',
    'Hi. This is the qmail-send program at mx.example.net.',
    '',
    '<reader1@example.org>:',
    '192.0.2.25 does not like recipient.',
    'Remote host said: 550 5.1.1 User unknown',
    '',
    '--- Below this line is a copy of the message.',
  ]

  await door.receive({ address, text: notice.join('\r\n') })

  expect((await readersOf(door.house))[0]).toMatch(/^bounced, do-not-mail list/)
})

test('Apple Mail’s wish to leave, sent to the envelope sender, is a leaving and no complaint', async () => {
  await using door = await openInboundHouse()
  const address = door.addressOf(1, 'bounce')
  const text =
    'From: reader1@example.org\r\nSubject: unsubscribe\r\nAuto-Submitted: auto-replied\r\nX-Apple-Unsubscribe: true\r\n\r\nApple Mail sent this.\r\n'

  await door.receive({ address, text })

  expect((await readersOf(door.house))[0]).toBe('active, unsubscribed')
})

test('what has no sender on its envelope is no letter of a person, whatever it looks like', async () => {
  await using door = await openInboundHouse()
  const address = door.addressOf(1, 'bounce')
  const mail = { address, text: 'Subject: Hello\r\n\r\nGood morning.\r\n' }

  await door.receive({ ...mail, sender: '' })
  await door.receive({ ...mail, sender: 'reader1@example.org', text: `X: 1\r\n${mail.text}` })

  expect(await returnsOf(door.house)).toEqual([
    'auto-reply, ignore, nothing',
    expect.stringMatching(/^reply, (kept|forwarded)/),
  ])
})
