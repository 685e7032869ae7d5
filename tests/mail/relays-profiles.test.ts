import { expect, test } from 'vitest'

import { headerField } from '#mail/mime/header-field.ts'
import { profileNames } from '#mail/profile.ts'
import { profileFor, profiles } from '#mail/profiles.ts'

/** As long as a token of a bounce address is. */
const TOKEN = 'aeaqiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaq'

test.each(profileNames)(
  'the profile %s has its own name and headers that fit into lines',
  (name) => {
    const { headers, tokenHeader } = profiles[name]

    const all = [...headers, ...(tokenHeader === undefined ? [] : [tokenHeader(TOKEN)])]

    expect(profiles[name].name).toBe(name)
    for (const [field, value] of all) {
      const { line } = headerField(field, value)
      const long = line.split('\r\n').filter(({ length }) => length > 78)
      // One word cannot be folded.
      expect(long.filter((one) => one !== `${field}: ${TOKEN}`)).toEqual([])
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

test('SendGrid’s filters and our token are one JSON object in one header', () => {
  const [, value = ''] = profiles.sendgrid.tokenHeader?.(TOKEN) ?? []

  const said: unknown = JSON.parse(value)

  const off = { settings: { enable: 0 } }
  expect(profiles.sendgrid.headers).toEqual([])
  expect(said).toEqual({
    unique_args: { daybreak: TOKEN },
    filters: { clicktrack: off, opentrack: off, subscriptiontrack: off },
  })
})

test('each provider is told the token in the header that its webhook gives back', () => {
  const told = profileNames.map((name) => [name, profiles[name].tokenHeader?.(TOKEN)])

  expect(Object.fromEntries(told)).toMatchObject({
    own: undefined,
    generic: undefined,
    ses: undefined, // names the envelope sender in each event
    postmark: ['X-PM-Metadata-daybreak', TOKEN],
    mailgun: ['X-Mailgun-Variables', `{"daybreak": "${TOKEN}"}`],
    sendgrid: ['X-SMTPAPI', expect.stringContaining(TOKEN)],
  })
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
