import { expect, test } from 'vitest'

import { mailOf } from './mail-texts.ts'

import { readReturn } from '#mail/returned/read-return.ts'

test.each([
  ['Auto-Submitted: auto-replied', 'Subject: I am away'],
  ['X-Autoreply: yes', 'Subject: Hello'],
  ['Precedence: bulk', 'Subject: Re: The harbour'],
  ['Precedence: auto_reply', 'Subject: Hello'],
  [
    'Auto-Submitted: auto-replied',
    'Subject: Borta: Undelivered letters pile up at the post office',
  ],
  ['Return-Path: <>', 'Subject: Out of office: back on Monday'],
  ['Return-Path: <>', 'Subject: Automatic reply: The harbour'],
  ['Return-Path: <>', 'Subject: Abwesenheitsnotiz'],
  ['Return-Path: <>', 'Subject: =?utf-8?q?R=C3=A9ponse_automatique_:_absence?='],
  ['Return-Path: <>', 'Subject: =?utf-8?B?6Ieq5YuV6L+U5L+h?='],
])('an answer that nobody wrote is one, whatever its text says: %s, %s', async (...head) => {
  const mail = mailOf(
    ...head,
    'From: Jane <jane@example.net>',
    '',
    'Jane no longer works here: 550 5.1.1 user unknown (in reply to RCPT TO command).',
    'The mailbox is disabled.',
  )

  const { returned } = await readReturn(mail)

  expect(returned).toEqual({ kind: 'auto-reply' })
})

test.each([
  'Re: Council rejected the plan',
  'Re: Undelivered mail: why the post is late',
  'Re: Out of the office: how the city works',
  'Re: Your message was rejected',
  'Your mail failed to mention my street',
  'Undelivered letters pile up in my street, too',
  'A question',
])('what a person writes is a letter: %s', async (subject) => {
  const mail = mailOf(
    'From: Jane <jane@example.net>',
    `Subject: ${subject}`,
    '',
    'The user unknown to me wrote 550 5.1.1.',
  )

  const { returned } = await readReturn(mail)

  expect(returned).toMatchObject({
    kind: 'reply',
    from: 'Jane <jane@example.net>',
    subject,
    text: expect.stringContaining('wrote 550'),
  })
})

test('a letter is kept with decoded words and at most 10 kB of text', async () => {
  const mail = mailOf(
    'From: =?utf-8?q?J=C3=A4ne?= <jane@example.net>',
    'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=',
    '',
    'x'.repeat(20_000),
  )

  const { returned } = await readReturn(mail)

  expect(returned).toMatchObject({ from: 'Jäne <jane@example.net>', subject: 'Grüße' })
  expect(returned.kind === 'reply' && returned.text).toHaveLength(10_000)
})
