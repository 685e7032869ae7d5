import { expect, test } from 'vitest'

import { mailOf } from './mail-texts.ts'

import { readReturn } from '#mail/returned/read-return.ts'

const notice = (head: string[], ...lines: string[]) => mailOf(...head, '', ...lines)

const QMAIL = ['From: MAILER-DAEMON@mx.example.org', 'Subject: failure notice']
const EXIM = [
  'From: Mail Delivery System <Mailer-Daemon@mx.example.org>',
  'Subject: Mail delivery failed: returning message to sender',
]
const SENDMAIL = [
  'From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example.org>',
  'Subject: Returned mail: see transcript for details',
]
const EXCHANGE = [
  'From: System Administrator <postmaster@example.net>',
  'Subject: Undeliverable: News',
]

test.each([
  [
    'qmail',
    { verdict: 'hard', reason: 'no such mailbox' },
    notice(
      QMAIL,
      'Hi. This is the qmail-send program at mx.example.org.',
      "I'm afraid I wasn't able to deliver your message to the following addresses.",
      '',
      '<reader@example.net>:',
      'Sorry, no mailbox here by that name. (#5.1.1)',
      '',
      '--- Below this line is a copy of the message.',
      '',
      'Return-Path: <news@example.org>',
      'Subject: Mailbox full',
    ),
  ],
  [
    'qmail, of a refusing host',
    { verdict: 'ours', reason: 'blocked' },
    notice(
      QMAIL,
      'Hi. This is the qmail-send program at mx.example.org.',
      '',
      '<reader@example.net>:',
      '192.0.2.1 failed after I sent the message.',
      'Remote host said: 554 5.7.1 Client host blocked using zen.spamhaus.org',
      'Giving up on 192.0.2.1.',
    ),
  ],
  [
    'Exim',
    { verdict: 'hard', reason: 'no such mailbox' },
    notice(
      EXIM,
      'A message that you sent could not be delivered to one or more of its',
      'recipients. This is a permanent error. The following address(es) failed:',
      '',
      '  reader@example.net',
      '    SMTP error from remote mail server after RCPT TO:<reader@example.net>:',
      '    host mx.example.net [192.0.2.1]: 550 User unknown',
      '',
      '------ This is a copy of the message, including all the headers. ------',
    ),
  ],
  [
    'Exim, whose sender was refused',
    { verdict: 'ours', reason: 'policy' },
    notice(
      EXIM,
      '  reader@example.net',
      '    SMTP error from remote mail server after MAIL FROM:<news@example.org>:',
      '    host mx.example.net [192.0.2.1]: 550 5.1.1 User unknown',
    ),
  ],
  [
    'Sendmail',
    { verdict: 'hard', reason: 'no such mailbox' },
    notice(
      SENDMAIL,
      '   ----- Transcript of session follows -----',
      '... while talking to mx.example.net.:',
      '>>> RCPT To:<reader@example.net>',
      '<<< 550 <reader@example.net>... User unknown',
      '550 <reader@example.net>... User unknown',
    ),
  ],
  [
    'Exchange 2003',
    { verdict: 'hard', reason: 'no such mailbox' },
    notice(
      EXCHANGE,
      'Your message did not reach the following recipient(s):',
      '',
      'reader@example.net on Thu, 29 Apr 2010 12:34:56 +0900',
      '    The recipient name is not recognized',
      '    MSEXCH:IMS:Example:MX:MX1 0 (000C05A6) Unknown Recipient',
    ),
  ],
  [
    'Gmail',
    { verdict: 'soft', reason: 'mailbox full' },
    notice(
      [
        'From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
        'Subject: Delivery Status Notification (Failure)',
      ],
      '** Address not found **',
      '',
      "Your message wasn't delivered to reader@example.net because the address couldn't be found,",
      'or is unable to receive mail.',
      '',
      'The response was:',
      '',
      '552 5.2.2 The mailbox is over its quota',
    ),
  ],
  [
    'a mail system that says nothing more than that it failed',
    { verdict: 'soft', reason: 'unknown' },
    notice(EXCHANGE, 'Your mail was not delivered to:', '', '  reader@example.net'),
  ],
  [
    'a mail system that still tries',
    { verdict: 'ignore', reason: 'delayed' },
    notice(
      ['From: MAILER-DAEMON@mx.example.org', 'Subject: Warning: message delayed 24 hours'],
      'The mailbox of reader@example.net does not answer. No action is required on your part.',
    ),
  ],
] as const)('%s: %o', async (_, classified, mail) => {
  const { returned } = await readReturn(mail)

  expect(returned).toMatchObject({ kind: 'bounce', ...classified })
})

test.each([
  ['--- Below this line is a copy of the message.'],
  ['------ This is a copy of the message, including all the headers. ------'],
  ['   ----- Original message follows -----'],
  ['----- Message header follows -----'],
  ['Received: from news.example.org by mx.example.org'],
])('what stands behind “%s” is not read', async (separator) => {
  const mail = notice(
    QMAIL,
    '<reader@example.net>:',
    'Remote host said: 552 5.2.2 mailbox is full',
    '',
    separator,
    '',
    'Remote host said: 550 5.1.1 user unknown (in reply to RCPT TO command)',
  )

  const { returned } = await readReturn(mail)

  expect(returned).toMatchObject({ verdict: 'soft', reason: 'mailbox full' })
})

test('a notice about several recipients is decided by the first that is quoted, with its own words', async () => {
  const mail = notice(
    QMAIL,
    'reader@example.net: 552 5.2.2 mailbox full',
    'other@example.net: 550 5.1.1 user unknown',
  )

  const { returned } = await readReturn(mail)

  expect(returned).toMatchObject({ reason: 'mailbox full', text: '552 5.2.2 mailbox full' })
})

test('“user unknown” after the whole mail was given over is what filters say, too', async () => {
  const mail = notice(
    EXIM,
    '  reader@example.net',
    '    SMTP error from remote mail server after end of data:',
    '    host mx.example.net [192.0.2.1]: 550 User unknown',
  )

  const { returned } = await readReturn(mail)

  expect(returned).toMatchObject({ verdict: 'soft', reason: 'filtered' })
})

test('a notice that is a page is read by its words', async () => {
  const mail = notice(
    [...EXCHANGE, 'Content-Type: text/html'],
    '<html><head><style>p { content: "user unknown" }</style></head>',
    '<body><p>Remote server said:</p><p>552 5.2.2 The mailbox is&nbsp;full</p></body></html>',
  )

  const { returned } = await readReturn(mail)

  expect(returned).toMatchObject({ reason: 'mailbox full', code: 552 })
})

test('what stands behind twenty thousand lines is not read: a megabyte of line ends would take ten seconds', async () => {
  const head = ['From: MAILER-DAEMON@mx.example.net', 'Subject: Returned mail', '']
  const words = '550 5.1.1 <reader1@example.org>: Recipient address rejected: User unknown'

  const near = await readReturn(mailOf(...head, ...Array<string>(10_000).fill(''), words))
  const far = await readReturn(mailOf(...head, ...Array<string>(20_001).fill(''), words))

  expect(near.returned).toMatchObject({ verdict: 'hard' })
  expect(far.returned).toMatchObject({ reason: 'unknown' })
})
