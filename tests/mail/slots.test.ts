import { describe, expect, test } from 'vitest'

import { joinDigest } from '#mail/digest-blocks.ts'
import { type Fillings, fillSlots, piecesOf, slotsIn } from '#mail/slots.ts'
import {
  compileAlert,
  compileConfirm,
  compileDigest,
  compileNote,
  compileWelcome,
} from '#mail/templates.ts'

import { alert, confirm, digestOf, note, welcome } from './harbour-courier.ts'

describe('slots', () => {
  test('a value is escaped for HTML and left as it is for text', () => {
    const values = { whyLine: 'You & <we>' }

    expect(fillSlots('%%slot:whyLine%%', values, { as: 'html' })).toBe('You &amp; &lt;we&gt;')
    expect(fillSlots('%%slot:whyLine%%', values, { as: 'text' })).toBe('You & <we>')
  })

  test('a value is never read as a marker', () => {
    const values = { whyLine: '%%slot:signUpUrl%%', signUpUrl: 'https://courier.example/' }

    expect(fillSlots('%%slot:whyLine%%', values, { as: 'text' })).toBe('%%slot:signUpUrl%%')
  })

  test.each([
    { what: 'a missing value', text: '%%slot:whyLine%%', values: {}, reason: 'no value' },
    {
      what: 'an empty value',
      text: '%%slot:whyLine%%',
      values: { whyLine: '' },
      reason: 'no value',
    },
    { what: 'a name of Object', text: '%%slot:constructor%%', values: {}, reason: 'no value' },
    { what: 'a broken marker', text: '%%slot:why-line%%', values: {}, reason: 'broken slot' },
    {
      what: 'a link that is none',
      text: '%%slot:signUpUrl%%',
      values: { signUpUrl: 'javascript:x' },
      reason: 'must start with',
    },
  ])('$what stops the mail', ({ text, values, reason }) => {
    expect(() => fillSlots(text, values, { as: 'html' })).toThrow(reason)
  })

  test('what is the same for all is filled at once, and an address is open only for its token', () => {
    const fillings: Fillings = {
      whyLine: { same: 'You & we' },
      unsubscribeUrl: { before: 'https://courier.example/?a=1&t=', token: 'leave' },
    }
    const text = '%%slot:whyLine%% <a href="%%slot:unsubscribeUrl%%#now">%%slot:whyLine%%</a>'

    expect(piecesOf(text, fillings, { as: 'html' })).toEqual([
      'You &amp; we <a href="https://courier.example/?a=1&amp;t=',
      { token: 'leave' },
      '#now">You &amp; we</a>',
    ])
  })

  test('a numbered slot has its number before the token, and its own address where all are known', () => {
    const fillings: Fillings = {
      storyUrl: { before: 'https://courier.example/k/', token: 'click' },
    }
    const text = '<a href="%%slot:storyUrl:0%%">%%slot:storyUrl:12%%</a>'
    const storyUrl = Array.from({ length: 13 }, (_, place) => `https://courier.example/${place}`)

    expect(piecesOf(text, fillings, { as: 'html' })).toEqual([
      '<a href="https://courier.example/k/0/',
      { token: 'click' },
      '">https://courier.example/k/12/',
      { token: 'click' },
      '</a>',
    ])
    expect(fillSlots(text, { storyUrl }, { as: 'html' })).toBe(
      '<a href="https://courier.example/0">https://courier.example/12</a>',
    )
  })

  test.each([
    '%%slot:storyUrl%%',
    '%%slot:storyUrl:3%%',
    '%%slot:signUpUrl:0%%',
    '%%slot:storyUrl:x%%',
  ])('a number that is missing, unknown or out of place stops the mail: %s', (text) => {
    const values = { storyUrl: ['https://courier.example/'], signUpUrl: 'https://courier.example/' }

    expect(() => fillSlots(text, values, { as: 'html' })).toThrow(/no value|broken slot/)
  })

  test('text that comes with the mail is one line and escaped', () => {
    const [piece] = piecesOf('%%slot:whyLine%%', { whyLine: { own: 'text' } }, { as: 'html' })
    const text = typeof piece === 'object' && 'text' in piece ? piece.text : undefined

    expect(text?.({ whyLine: '<b>\r\nBcc: x\0' })).toBe('&lt;b&gt; Bcc: x')
    expect(() => text?.({})).toThrow('no value for %%slot:whyLine%%')
  })

  test.each(['%%slot:signUpUrl%%', '%%slot:why-line%%', '%%slot:constructor%%'])(
    'a slot that nothing fills stops the edition: %s',
    (text) => {
      expect(() => piecesOf(text, {}, { as: 'text' })).toThrow(/no value|broken slot/)
    },
  )

  test('each kind of mail has the same slots in both parts', async () => {
    const digest = await compileDigest(digestOf(2))
    const mails = [
      joinDigest(digest, [0]),
      await compileAlert(alert),
      await compileNote(note),
      await compileConfirm(confirm),
      await compileWelcome(welcome),
    ]

    const slots = mails.map(({ html, text }) => [
      slotsIn(html).toSorted(),
      slotsIn(text).toSorted(),
    ])

    for (const [inHtml, inText] of slots) expect(inText).toEqual(inHtml)
    expect(slots.map(([inHtml]) => inHtml)).toEqual([
      ['preferencesUrl', 'signUpUrl', 'unsubscribeUrl', 'webViewUrl', 'whyLine'],
      [
        'alertsOnlyOffUrl',
        'preferencesUrl',
        'storyOffUrl',
        'unsubscribeUrl',
        'webViewUrl',
        'whyLine',
      ],
      ['preferencesUrl', 'unsubscribeUrl', 'webViewUrl', 'whyLine'],
      ['confirmUrl', 'notMeUrl'],
      ['preferencesUrl', 'unsubscribeUrl'],
    ])
  })
})
