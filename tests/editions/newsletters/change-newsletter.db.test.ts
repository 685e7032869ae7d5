import { expect, test } from 'vitest'
import { changeNewsletter, getNewsletterSettings } from '#editions/newsletters/change-newsletter.ts'
import { settingNames } from '#editions/newsletters/newsletter-settings.ts'
import { ingestArticle } from '../../articles-fixture.ts'
import { openHouse } from '../../house.ts'

const slug = 'daily'

test.each([
  ['hours', '7', 'an hour such as 06:30'],
  ['days', '1,8', 'a day from 1 (Monday) to 7'],
  ['zone', 'Europe/Atlantis', 'zone'],
  ['whoseHour', 'mine', 'house (the newsroom’s hour for everybody) or reader'],
  ['lead', 'soon', 'a time such as 90s, 10m or 2h'],
  ['automatic', 'perhaps', 'on or off'],
  ['approval', 'three', 'none, unless stopped, one or two'],
  ['late', 'never', 'late'],
  ['colours', 'red', 'dawn=#a33b2a'],
  ['colours', '{"accent": "#b00020"}', 'may set paper, sheet'],
  ['colours', 'dawn=red', 'dawn=#a33b2a'],
  ['logo', 'http://courier.example/logo.png', 'an https address'],
  ['replyTo', 'the desk', 'a mail address'],
  ['sections', 'Council:2', 'a JSON list of'],
  ['sections', '[{"name": "City", "topics": ["nowhere"], "most": 2}]', 'no topic "nowhere"'],
  ['topics', 'nowhere', 'no topic "nowhere"'],
  ['subjectRule', '{{ nothing }}', 'undefined variable: nothing, line:1, col:4'],
  ['subjectRule', '{{ lead', 'not closed, line:1, col:1'],
  ['linkParameters', 'utm_campaign={reader}', 'not {reader}'],
  ['notAfter', '-5m', 'notAfter'],
  ['colour', 'red', 'there is no setting "colour": use one of name, description'],
])(
  '%s=%s is refused with its name and the fix, and nothing is changed',
  async (name, value, fix) => {
    await using house = await openHouse()
    const before = await getNewsletterSettings(house.context, slug)

    const change = changeNewsletter(house.context, {
      slug,
      changes: { name: 'Other', [name]: value },
    })

    await expect(change).rejects.toThrow(fix)
    await expect(change).rejects.toThrow(name)
    expect(await getNewsletterSettings(house.context, slug)).toEqual(before)
  },
)

test('settings are kept as they were said, and shown in the order of the documentation', async () => {
  await using house = await openHouse()
  await ingestArticle(house.context, { headline: 'A council votes', topics: ['Council'] })
  const sections = [{ name: 'City', topics: ['council'], most: 3 }]

  const { settings, revision } = await changeNewsletter(house.context, {
    slug,
    changes: {
      hours: '17:00,07:00',
      days: '3,1',
      sections: JSON.stringify(sections),
      colours: 'dawn=#a33b2a',
      notAfter: '2h',
      automatic: 'on',
    },
  })

  expect(settings).toMatchObject({
    hours: ['07:00', '17:00'],
    days: [1, 3],
    sections,
    colours: { dawn: '#a33b2a' },
    notAfter: 7_200_000,
    automatic: true,
  })
  expect(revision).toBe(2)
  expect(Object.keys(settings)).toEqual(settingNames)
})
