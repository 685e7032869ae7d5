import { expect, test } from 'vitest'

import { mailOf, postfixReport, reportOf } from './mail-texts.ts'

import { readReturn } from '#mail/returned/read-return.ts'

const failed = (status: string, diagnostic: string) => [
  'Final-Recipient: rfc822; reader@example.net',
  'Action: failed',
  `Status: ${status}`,
  `Diagnostic-Code: smtp; ${diagnostic}`,
]

test('a report says what the other side said, without the reader’s address', async () => {
  const mail = postfixReport({
    recipients: [failed('5.1.1', '550 5.1.1 <reader@example.net>: User unknown')],
  })

  const { returned, localParts } = await readReturn(mail)

  expect(returned).toEqual({
    kind: 'bounce',
    verdict: 'hard',
    reason: 'no such mailbox',
    status: '5.1.1',
    code: 550,
    text: '550 5.1.1 <…@example.net>: User unknown',
  })
  expect(localParts).toEqual([])
})

test.each([
  ['5.1.1', '550 5.1.1 the mailbox is full', { verdict: 'soft', reason: 'mailbox full' }],
  ['5.0.0', '550 5.7.26 unauthenticated (DKIM)', { verdict: 'ours', reason: 'authentication' }],
  ['5.1.2', '550 Host unknown', { verdict: 'hard', reason: 'no such domain' }],
  ['4.1.1', '450 4.1.1 User unknown', { verdict: 'soft', reason: 'no such mailbox' }],
] as const)('%s, %s: %o', async (status, diagnostic, classified) => {
  const { returned } = await readReturn(postfixReport({ recipients: [failed(status, diagnostic)] }))

  expect(returned).toMatchObject(classified)
})

test.each([
  ['delivered', '2.0.0', 'delivered'],
  ['relayed', '2.0.0', 'delivered'],
  ['expanded', '2.0.0', 'delivered'],
  ['delayed', '4.4.1', 'delayed'],
])('a report of a mail that was %s changes nothing', async (action, status, reason) => {
  const fields = [
    'Final-Recipient: rfc822; reader@example.net',
    `Action: ${action}`,
    `Status: ${status}`,
    'Diagnostic-Code: smtp; 550 5.1.1 User unknown',
  ]

  const { returned } = await readReturn(postfixReport({ recipients: [fields] }))

  expect(returned).toMatchObject({ verdict: 'ignore', reason })
})

test('a diagnostic over several lines is one', async () => {
  const fields = [
    'Final-Recipient: rfc822; reader@example.net',
    'Action: failed',
    'Status: 5.0.0',
    'Diagnostic-Code: smtp; 552 the',
    '    mailbox is',
    '\tfull',
  ]

  const { returned } = await readReturn(postfixReport({ recipients: [fields] }))

  expect(returned).toMatchObject({ reason: 'mailbox full', text: '552 the mailbox is full' })
})

test('where the status says nothing, the words before the report do', async () => {
  const mail = postfixReport({
    prose: [
      '<reader@example.net>: host mx.example.net[192.0.2.1] said: 550 5.1.1 User unknown',
      '    (in reply to RCPT TO command)',
    ],
    recipients: [
      ['Final-Recipient: rfc822; reader@example.net', 'Action: failed', 'Status: 5.0.0'],
    ],
  })

  const { returned } = await readReturn(mail)

  expect(returned).toMatchObject({ verdict: 'hard', reason: 'no such mailbox' })
})

test('of several recipients the one that failed for good counts, with its own words', async () => {
  const mail = postfixReport({
    recipients: [
      failed('4.2.2', '452 4.2.2 mailbox full'),
      failed('5.1.1', '550 5.1.1 User unknown'),
      ['Final-Recipient: rfc822; third@example.net', 'Action: delivered', 'Status: 2.0.0'],
    ],
  })

  const { returned } = await readReturn(mail)

  expect(returned).toMatchObject({
    verdict: 'hard',
    status: '5.1.1',
    text: '550 5.1.1 User unknown',
  })
})

test('the words of one recipient are not read with the status of another', async () => {
  const mail = postfixReport({
    recipients: [
      failed('5.2.2', '552 5.2.2 mailbox full'),
      ['Final-Recipient: rfc822; other@example.net', 'Action: failed', 'Status: 5.7.1'],
    ],
  })

  const { returned } = await readReturn(mail)

  expect(returned).toMatchObject({ verdict: 'ours', reason: 'policy', status: '5.7.1' })
})

test('a report about an address with other letters (RFC 6533) is read', async () => {
  const mail = reportOf('delivery-status', [
    {
      type: 'message/global-delivery-status; charset=utf-8',
      lines: [
        'Reporting-MTA: dns; relay.example.org',
        '',
        'Final-Recipient: utf-8; читатель@пример.example',
        'Action: failed',
        'Status: 5.1.1',
        'Diagnostic-Code: smtp; 550 5.1.1 <читатель@пример.example> unknown user',
      ],
    },
    { type: 'message/global', lines: ['Subject: The harbour'] },
  ])

  const { returned } = await readReturn(mail)

  expect(returned).toMatchObject({
    verdict: 'hard',
    text: '550 5.1.1 <…@пример.example> unknown user',
  })
})

test('a newsletter that is quoted inside a bounce says nothing about the reader', async () => {
  const newsletter = [
    'Subject: 550 5.1.1 user unknown',
    '',
    'Final-Recipient: rfc822; reader@example.net',
    'Status: 5.1.1',
    'Diagnostic-Code: smtp; 550 5.1.1 user unknown',
  ]
  const full = failed('5.2.2', '552 5.2.2 over quota')
  const silent = ['Final-Recipient: rfc822; reader@example.net', 'Action: failed', 'Status: 5.0.0']

  const known = await readReturn(postfixReport({ recipients: [full], returned: newsletter }))
  const unknown = await readReturn(postfixReport({ recipients: [silent], returned: newsletter }))

  expect(known.returned).toMatchObject({ verdict: 'soft', reason: 'mailbox full' })
  expect(unknown.returned).toMatchObject({ verdict: 'soft' })
})

test('a report whose boundaries are damaged is read as prose', async () => {
  const mail = mailOf(
    'From: MAILER-DAEMON@relay.example.org',
    'Subject: Undelivered Mail Returned to Sender',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="lost"',
    '',
    '<reader@example.net>: host mx.example.net said: 552 5.2.2 mailbox full',
  )

  const { returned } = await readReturn(mail)

  expect(returned).toMatchObject({ verdict: 'soft', reason: 'mailbox full' })
})

test('the same mail twice has the same key, another has another', async () => {
  const [one, other] = [failed('5.1.1', '550 no'), failed('5.1.1', '551 no')].map((fields) =>
    postfixReport({ recipients: [fields] }),
  )

  const keys = await Promise.all(
    [one, one, other].map(async (mail) => (await readReturn(mail ?? Buffer.alloc(0))).key),
  )

  expect(keys[0]).toMatch(/^[0-9a-f]{64}$/)
  expect(keys[1]).toBe(keys[0])
  expect(keys[2]).not.toBe(keys[0])
})
