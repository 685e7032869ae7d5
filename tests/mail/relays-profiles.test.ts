import { expect, test } from 'vitest'

import { headerField } from '#mail/mime/header-field.ts'
import { profileNames } from '#mail/profile.ts'
import { profileFor, profiles } from '#mail/profiles.ts'

test.each(profileNames)(
  'the profile %s has its own name and headers that fit into lines',
  (name) => {
    const { headers } = profiles[name]

    expect(profiles[name].name).toBe(name)
    for (const [field, value] of headers) {
      const lines = headerField(field, value).line.split('\r\n')
      expect(lines.every((line) => line.length <= 78)).toBe(true)
    }
  },
)

test('what a relay replaces is not in our signature: a repeat over SES has another Message-ID', () => {
  expect(profiles.ses).toMatchObject({
    sign: true,
    replaces: ['message-id', 'date'],
    keepsMessageId: false,
  })
})

test('SendGrid’s filters are one JSON object that switches tracking off', () => {
  const [[, value] = ['', '']] = profiles.sendgrid.headers

  const { filters } = JSON.parse(value) as { filters: Record<string, unknown> }

  const off = { settings: { enable: 0 } }
  expect(filters).toEqual({ clicktrack: off, opentrack: off, subscriptiontrack: off })
})

test('confirmations go over Postmark’s transactional stream, and differ in nothing else', () => {
  const [digest, confirmation] = [
    profileFor('postmark', 'digest'),
    profileFor('postmark', 'confirmation'),
  ]

  expect(digest.headers[0]).toEqual(['X-PM-Message-Stream', 'broadcast'])
  expect(confirmation).toEqual({
    ...digest,
    headers: [['X-PM-Message-Stream', 'outbound'], ...digest.headers.slice(1)],
  })
  expect(profileFor('ses', 'confirmation')).toBe(profiles.ses)
})
