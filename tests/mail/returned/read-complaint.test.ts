import { expect, test } from 'vitest'

import { mailOf, postfixReport, reportOf } from './mail-texts.ts'

import { readReturn } from '#mail/returned/read-return.ts'

const token = 'a2'.repeat(28)
const ABOUT = [
  `Return-Path: <b-${token}@bounces.example.org>`,
  `List-Unsubscribe: <mailto:u-${token}@bounces.example.org>`,
  'Subject: The harbour',
  '',
  `Not this one: b-${'b3'.repeat(28)}@bounces.example.org`,
]
const FIELDS = ['Feedback-Type: abuse', 'User-Agent: Example-FBL/1.0', 'Version: 1']

test('a report of abuse is a complaint, with our addresses out of the header of the mail it is about', async () => {
  const mail = reportOf('feedback-report', [
    { type: 'text/plain', lines: ['This is an email abuse report. 550 5.1.1 user unknown'] },
    { type: 'message/feedback-report', lines: FIELDS },
    { type: 'message/rfc822', lines: ABOUT },
  ])

  const { returned, localParts } = await readReturn(mail)

  expect(returned).toEqual({ kind: 'complaint', feedback: 'abuse' })
  expect(localParts).toEqual([`b-${token}`, `u-${token}`])
})

test('our address in the report’s own fields is found when the mail is only its header', async () => {
  const mail = reportOf('feedback-report', [
    {
      type: 'message/feedback-report',
      lines: ['Feedback-Type: opt-out', `Original-Mail-From: b-${token}@bounces.example.org`],
    },
    { type: 'text/rfc822-headers', lines: ['Subject: The harbour'] },
  ])

  const { returned, localParts } = await readReturn(mail)

  expect(returned).toEqual({ kind: 'complaint', feedback: 'opt-out' })
  expect(localParts).toEqual([`b-${token}`])
})

test('a report whose fields are plain text is a complaint where its head says so, else it is a letter', async () => {
  const head = ['From: fbl@example.net', 'Subject: FW: The harbour']
  const type = 'Content-Type: message/feedback-report'

  const said = await readReturn(mailOf(...head, type, '', ...FIELDS))
  const bare = await readReturn(mailOf(...head, '', ...FIELDS))

  expect(said.returned).toEqual({ kind: 'complaint', feedback: 'abuse' })
  expect(bare.returned.kind).toBe('reply')
})

test('Hotmail’s reports without a type are complaints', async () => {
  const mail = mailOf(
    'From: staff@hotmail.com',
    'Subject: complaint about message from 192.0.2.1',
    'X-HmXmrOriginalRecipient: reader@example.net',
    'Content-Type: multipart/mixed; boundary="=_b"',
    '',
    '--=_b',
    'Content-Type: message/rfc822',
    '',
    ...ABOUT,
    '--=_b--',
  )

  const { returned, localParts } = await readReturn(mail)

  expect(returned.kind).toBe('complaint')
  expect(localParts).toEqual([`b-${token}`, `u-${token}`])
})

test('what Apple Mail writes for a reader who unsubscribes is no letter', async () => {
  const mail = mailOf(
    'From: Jane <jane@example.net>',
    'Subject: Unsubscribe',
    'X-Apple-Unsubscribe: true',
    '',
    'Apple Mail sent this email to unsubscribe from the message "The harbour".',
  )

  const { returned } = await readReturn(mail)

  expect(returned).toEqual({ kind: 'complaint', feedback: 'opt-out' })
})

test('a newsletter about complaints that is returned by a bounce is none', async () => {
  const mail = postfixReport({
    recipients: [
      ['Final-Recipient: rfc822; reader@example.net', 'Action: failed', 'Status: 5.2.2'],
    ],
    returned: ['Subject: Feedback', '', ...FIELDS],
  })

  const { returned } = await readReturn(mail)

  expect(returned).toMatchObject({ kind: 'bounce', reason: 'mailbox full' })
})
