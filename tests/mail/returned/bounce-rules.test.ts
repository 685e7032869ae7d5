import { expect, test } from 'vitest'
import { CODE_RULES, WORD_RULES } from '#mail/returned/bounce-rules.ts'
import { classifyReply } from '#mail/returned/classify.ts'

test.each(WORD_RULES)('the words $example are the first rule of $reason', (rule) => {
  const first = WORD_RULES.find(({ pattern }) => pattern.test(rule.example))

  expect(first).toBe(rule)
})

test.each(WORD_RULES)('$example: $verdict, $reason', ({ example, verdict, reason }) => {
  expect(classifyReply({ code: null, text: example, status: null })).toEqual({ verdict, reason })
})

test.each(CODE_RULES)('the code $example alone: $verdict, $reason', (rule) => {
  const first = CODE_RULES.find(({ pattern }) => pattern.test(rule.example))

  expect(first).toBe(rule)
  expect(classifyReply({ code: 550, text: `550 ${rule.example}` })).toEqual({
    verdict: rule.verdict,
    reason: rule.reason,
  })
})

test.each([
  ['550 5.1.1 The mailbox is full', 'soft', 'mailbox full'],
  ['550 5.7.1 No such user', 'hard', 'no such mailbox'],
  ['550 5.2.1 User unknown', 'hard', 'no such mailbox'],
  ['550 5.1.1 Blocked using zen.spamhaus.org', 'ours', 'blocked'],
  ['550 5.1.1 Sender address rejected: user unknown', 'ours', 'policy'],
  ['550 5.1.8 <reader@example.net> does not exist', 'ours', 'policy'],
] as const)('words count for more than the code: %s', (text, verdict, reason) => {
  expect(classifyReply({ code: 550, text })).toEqual({ verdict, reason })
})

test.each([
  '450 4.1.1 <reader@example.net>: Recipient address rejected: User unknown',
  '450 User unknown',
])('nobody is given up for a reply that may change: %s', (text) => {
  expect(classifyReply({ code: 450, text }).verdict).toBe('soft')
})

test.each(['550 <user.unknown@example.net> sorry', '550 see https://example.net/user-unknown'])(
  'words in an address or a link say nothing: %s',
  (text) => {
    expect(classifyReply({ code: 550, text })).toEqual({ verdict: 'soft', reason: 'unknown' })
  },
)

test('a reply that says nothing is kept as unknown', () => {
  expect(classifyReply({ code: 550, text: '550 no' })).toEqual({
    verdict: 'soft',
    reason: 'unknown',
  })
})

test.each([
  '554 5.7.1 We do not accept mail from this host',
  '550 We do not accept mail from dynamic IP addresses',
  '550 5.7.1 Your domain does not exist in our whitelist',
  '550 5.7.1 unknown host in HELO',
  '550 Your host name does not resolve',
  '550 Domain example.org does not exist (sender)',
  '550 5.7.1 User not authorized to send',
  '550 Unable to find your domain MX',
  '550 Too many invalid recipients',
  '550 Directory harvest attack: unknown recipients',
  '550 5.1.1 Recipient only accepts mail from authenticated senders',
])('nobody is given up for what is said about us: %s', (text) => {
  expect(classifyReply({ code: 550, text }).verdict).toBe('ours')
})

test.each([
  '550 User not allowed to receive external mail',
  '550 Mailbox unavailable or access denied',
])('nobody is given up for a mailbox that is there: %s', (text) => {
  expect(classifyReply({ code: 550, text }).verdict).toBe('soft')
})
