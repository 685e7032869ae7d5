import { expect, test } from 'vitest'
import type { Notice } from '#upkeep/notice-store.ts'
import { lasted, letterOf } from '#upkeep/notice-words.ts'
import { parseWebhooks, requestOf, titleOf } from '#upkeep/webhook.ts'

const now = new Date('2026-11-24T07:05:00Z')
const down: Notice = {
  cause: 'relay ours',
  words: 'the relay ours does not work: connect ECONNREFUSED',
  fix: 'daybreak status',
  beganAt: new Date('2026-11-24T06:58:00Z'),
  over: false,
}
const over: Notice = {
  ...down,
  cause: 'backup',
  words: 'the last backup is 40 hours old',
  over: true,
}

test('one letter says what is wrong with the command that mends it, then what is over', () => {
  const { subject, text } = letterOf([down, over], { house: 'The Harbour Courier', now })

  expect(subject).toBe(
    'The Harbour Courier: the relay ours does not work: connect ECONNREFUSED (and 1 more)',
  )
  expect(text.split('\n\n')).toEqual([
    'The relay ours does not work: connect ECONNREFUSED.\nSince 2026-11-24 06:58 UTC. To mend it or to see more:\n  daybreak status',
    'Over, after 7 minutes: the last backup is 40 hours old.',
    'Told by Daybreak of The Harbour Courier, 2026-11-24 07:05 UTC. "daybreak status" shows all that is wrong now.',
  ])
})

test('a letter of which all is over says so in its subject', () => {
  expect(letterOf([over], { house: 'Courier', now }).subject).toBe(
    'Courier: over: the last backup is 40 hours old',
  )
})

test.each([
  [20, '1 minute'],
  [7 * 60, '7 minutes'],
  [119 * 60, '119 minutes'],
  [3 * 3600, '3 hours'],
  [5 * 86_400, '5 days'],
])('%i seconds are %s', (seconds, words) => {
  expect(lasted(now, new Date(now.getTime() + seconds * 1000))).toBe(words)
})

test('each kind of webhook gets what it reads', () => {
  const letter = letterOf([down], { house: 'A & B <Courier>', now })
  const [generic, slack, teams, ntfy] = parseWebhooks(
    ' https://ops.example/hook  slack+https://hooks.slack.com/services/T/B/secret teams+https://x.example/w ntfy+https://ntfy.sh/topic ',
  ).map((webhook) => requestOf(webhook, letter))

  expect(JSON.parse(generic?.body ?? '')).toMatchObject({
    notices: [
      {
        cause: 'relay ours',
        state: 'wrong',
        fix: 'daybreak status',
        since: '2026-11-24T06:58:00.000Z',
      },
    ],
  })
  expect(JSON.parse(slack?.body ?? '').text).toMatch(/^\*A &amp; B &lt;Courier&gt;: the relay ours/)
  expect(JSON.parse(teams?.body ?? '')).toMatchObject({
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive' }],
  })
  expect(ntfy?.headers).toMatchObject({
    Priority: 'high',
    Title: expect.stringMatching(/^=\?UTF-8\?B\?/),
  })
  expect(ntfy?.body).toBe(letter.text)
})

test('what is secret in an address stays out of the log', () => {
  const [webhook] = parseWebhooks('slack+https://hooks.slack.com/services/T/B/secret')

  expect(webhook && titleOf(webhook)).toBe('slack webhook at hooks.slack.com')
})
