import { expect, test } from 'vitest'
import { mailInWords, type MailRow } from '#reports/reader/mail-words.ts'
import { consentInWords, stateInWords } from '#reports/reader/reader-words.ts'

const NOW = new Date('2026-11-22T09:00:00Z')
const SENT = new Date('2026-11-22T06:30:04Z')
const ROW: MailRow = {
  edition: 17,
  kind: 'digest',
  newsletter: 'Morning digest',
  subject: 'Fish market to be rebuilt',
  state: 'accepted',
  releaseAt: new Date('2026-11-22T06:30:00Z'),
  notAfter: new Date('2026-11-22T12:30:00Z'),
  retryAt: null,
  outcomeAt: SENT,
  relayId: 'ABC123',
  reply: '250 2.0.0 queued as ABC123',
  reason: null,
  test: false,
  complainedAt: null,
  bouncedAt: null,
  editionState: 'sent',
  editionReason: null,
  returnReason: null,
  returnReply: null,
  snoozedUntil: null,
}
const LEFT_OUT = { state: 'excluded', reply: null, relayId: null } as const

test.each<[string, Partial<MailRow>, string]>([
  ['taken by the relay', {}, 'sent 2026-11-22 06:30:04 UTC, taken by the relay as ABC123'],
  [
    'taken without a number',
    { relayId: null },
    'sent 2026-11-22 06:30:04 UTC, taken by the relay: "250 2.0.0 queued as ABC123"',
  ],
  [
    'of a trial',
    { test: true },
    'went to the built-in inbox at 2026-11-22 06:30:04 UTC, and to nobody else: no relay is set',
  ],
  [
    'come back',
    { bouncedAt: NOW, returnReason: 'mailbox full', returnReply: '552 5.2.2 Over quota' },
    'came back at 2026-11-22 09:00:00 UTC: mailbox full: "552 5.2.2 Over quota"',
  ],
  ['reported', { complainedAt: NOW }, 'reported as spam by its reader at 2026-11-22 09:00:00 UTC'],
  [
    'refused',
    { state: 'rejected', reply: '550 5.1.1 No such user' },
    'refused by the mail system at 2026-11-22 06:30:04 UTC: "550 5.1.1 No such user"',
  ],
  [
    'uncertain',
    { state: 'uncertain', reply: null },
    'may have arrived: the connection broke off at 2026-11-22 06:30:04 UTC, before the relay said whether it took it',
  ],
  ['claimed', { state: 'claimed', outcomeAt: null }, 'is being sent at this moment'],
  [
    'due',
    { state: 'planned', outcomeAt: null, editionState: 'sending' },
    'waits for its turn, due since 2026-11-22 06:30:00 UTC',
  ],
  [
    'of a later hour',
    { state: 'planned', outcomeAt: null, releaseAt: new Date('2026-11-22T11:30:00Z') },
    'waits until its hour, 2026-11-22 11:30:00 UTC',
  ],
  [
    'tried again',
    { state: 'planned', outcomeAt: null, retryAt: NOW, reply: '451 Later' },
    'is tried again at 2026-11-22 09:00:00 UTC: "451 Later"',
  ],
  [
    'held',
    { state: 'planned', outcomeAt: null, editionState: 'held', editionReason: 'refused 300 times' },
    'waits: the edition is held (refused 300 times)',
  ],
  [
    'left out as left',
    { ...LEFT_OUT, reason: 'left' },
    'left out at 2026-11-22 06:30:04 UTC: unsubscribed by then',
  ],
  [
    'left out as paused',
    { ...LEFT_OUT, reason: 'snoozed', snoozedUntil: NOW },
    'paused until 2026-11-22 09:00:00 UTC',
  ],
  [
    'left out as paused before',
    { ...LEFT_OUT, reason: 'snoozed' },
    'left out at 2026-11-22 06:30:04 UTC: paused',
  ],
  [
    'expired',
    { ...LEFT_OUT, reason: 'expired' },
    'its send-by time was over, 2026-11-22 12:30:00 UTC',
  ],
  [
    'of who is over the cap',
    { ...LEFT_OUT, reason: 'over cap' },
    'as many mails as one reader may get',
  ],
  [
    'to an old address',
    { ...LEFT_OUT, reason: 'moved' },
    'left out at 2026-11-22 06:30:04 UTC: the reader’s address was another one by then',
  ],
  ['told already', { ...LEFT_OUT, reason: 'already told' }, 'an earlier mail told all its stories'],
  ['stopped', { ...LEFT_OUT, reason: 'stopped' }, 'the edition was stopped'],
  ['of who is suppressed', { ...LEFT_OUT, reason: 'suppressed' }, 'do-not-mail list'],
  ['of a new domain', { ...LEFT_OUT, reason: 'warming up' }, 'the sending domain is new'],
])('a mail that is %s is told in words, and never as delivered', (_, change, words) => {
  const told = mailInWords({ ...ROW, ...change }, NOW)

  expect(told).toContain(words)
  expect(told).not.toMatch(/deliver/i)
})

const READER = {
  id: 5,
  state: 'active',
  email: 'reader@example.org',
  timeZone: 'Europe/London',
  language: 'en',
  ownHour: null,
  createdAt: SENT,
  confirmedAt: SENT,
  leftAt: null,
  domainClosedAt: null,
} as const

test.each([
  [
    'pending',
    { state: 'pending', confirmedAt: null },
    /^signed up 2026-11-22 .* has not confirmed/,
  ],
  [
    'unsubscribed',
    { state: 'left', leftAt: NOW },
    /^unsubscribed from everything 2026-11-22 09:00:00/,
  ],
  ['bounced', { state: 'bounced' }, /came back for good/],
  ['complained', { state: 'complained' }, /reported a mail as spam/],
  ['without a newsletter', {}, /subscribed to nothing at present/],
  [
    'at a closed domain',
    { domainClosedAt: NOW },
    /nobody at this domain is mailed since 2026-11-22/,
  ],
] as const)('the state of a reader who is %s is told with its reason', (_, change, words) => {
  expect(stateInWords({ ...READER, ...change }, { suppression: undefined, choices: [] })).toMatch(
    words,
  )
})

test('a reader on the do-not-mail list is told so before everything else', () => {
  const suppression = { reason: 'asked', why: 'its owner said so', since: NOW } as const

  expect(stateInWords(READER, { suppression, choices: [] })).toMatch(
    /but on the do-not-mail list: its owner said so/,
  )
})

test('a consent event says what, about what, by which mail and form', () => {
  const event = {
    at: SENT,
    kind: 'left' as const,
    about: 'Morning digest',
    cadence: null,
    form: 'one-click',
    edition: 17,
  }

  expect(consentInWords(event)).toBe(
    '2026-11-22 06:30:04 UTC unsubscribed: Morning digest, by a mail of edition 17 (one-click)',
  )
})
