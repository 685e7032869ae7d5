import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { openHouse } from '../../house.ts'
import { type Files, importLists, lookAt, readReaders, readReasons } from './list-fixture.ts'
import { zipOf } from './zip-fixture.ts'

const MAILCHIMP_HEAD =
  'Email Address,First Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,TIMEZONE,LEID,EUID,TAGS'
const mailchimp: Files = {
  'audience.zip': zipOf({
    'subscribed_email_audience_export_1a.csv': `${MAILCHIMP_HEAD}\nin@example.org,Ada,4,,,2023-04-05 06:07:08,192.0.2.1,53.7,Europe/Berlin,1,2,"""vip"",""local"""\nboth@example.org,Bo,2,,,2023-04-05 06:07:08,192.0.2.1,,,3,4,\n`,
    'unsubscribed_email_audience_export_1a.csv': `${MAILCHIMP_HEAD},UNSUB_TIME,UNSUB_REASON\nboth@example.org,Bo,2,,,2023-04-05 06:07:08,192.0.2.1,,,3,4,,2024-01-01 00:00:00,NORMAL (user unsubscribed)\nangry@example.org,,,,,,,,,,,,2024-01-01 00:00:00,ABUSE (they complained)\n`,
    'cleaned_email_audience_export_1a.csv': `${MAILCHIMP_HEAD},CLEAN_TIME\ndead@example.org,,,,,,,,,,,,2024-01-01 00:00:00\n`,
    'nonsubscribed_email_audience_export_1a.csv': `${MAILCHIMP_HEAD}\nshop@example.org,,,,,,,,,,,\n`,
  }),
}

const formats: [string, Files, string[], string[]][] = [
  [
    'listmonk',
    {
      'subscribers.csv':
        'uuid,email,name,attributes,status,created_at,updated_at\n1,in@example.org,Ada,"{""city"": ""Hull"", ""deep"": {""a"": 1}}",enabled,2023-01-02T03:04:05Z,x\n2,off@example.org,Bo,{},disabled,2023-01-02T03:04:05Z,x\n3,block@example.org,Cy,{},blocklisted,2023-01-02T03:04:05Z,x\n',
    },
    ['in@example.org'],
    ['blocked', 'left'],
  ],
  ['Mailchimp', mailchimp, ['in@example.org'], ['bounced', 'complained', 'left']],
  [
    'beehiiv',
    {
      'beehiiv.csv':
        'email,status,created_at,subscription_tier,utm_source\nin@example.org,active,2023-01-02 03:04:05 UTC,free,x\noff@example.org,inactive,2023-01-02 03:04:05 UTC,free,\nbad@example.org,invalid,2023-01-02 03:04:05 UTC,free,\n',
    },
    ['in@example.org'],
    ['bounced', 'left'],
  ],
  [
    'Substack',
    {
      'substack.csv':
        'email,active_subscription,expiry,email_disabled,digest_enabled,created_at\nin@example.org,false,,false,true,2023-01-02T03:04:05.000Z\noff@example.org,true,,true,true,2023-01-02T03:04:05.000Z\n',
    },
    ['in@example.org'],
    ['left'],
  ],
  [
    'Ghost',
    {
      'members.csv':
        'id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels\n1,in@example.org,Ada,secret,true,false,cus_1,2023-01-02T03:04:05.000Z,,vip\n2,off@example.org,Bo,,false,false,,2023-01-02T03:04:05.000Z,,\n3,gone@example.org,Cy,,true,false,,2023-01-02T03:04:05.000Z,2024-01-01T00:00:00.000Z,\n',
    },
    ['in@example.org'],
    ['left', 'left'],
  ],
]

function filesOf(title: string): Files {
  return formats.find(([name]) => name === title)?.[1] ?? {}
}

test.each(formats)(
  '%s is known by its headers, and who left there is not mailed',
  async (...[title, files, active, reasons]) => {
    await using house = await openHouse()

    const preview = await lookAt(house, files)
    await importLists(house, files)

    expect(new Set(preview.files.map(({ format }) => format))).toEqual(new Set([title]))
    expect((await readReaders(house)).map(({ email }) => email)).toEqual(active)
    expect(await readReasons(house)).toEqual(reasons)
  },
)

test('places, network addresses and numbers of the former sender are not kept', async () => {
  await using house = await openHouse()

  await importLists(house, mailchimp, { consent: null })

  const [reader] = await readReaders(house)
  expect(reader).toMatchObject({
    zone: 'Europe/Berlin',
    attributes: { first_name: 'Ada', member_rating: 4, tags: '"vip","local"' },
  })
  expect(Object.keys(reader?.attributes ?? {})).toHaveLength(3)
})

test('an opt-in or confirmation that the list states is consent; the day of an account is not', async () => {
  await using house = await openHouse()

  await importLists(house, { ...mailchimp, ...filesOf('beehiiv') }, { consent: null })

  const { rows } = await sql`
    select s.state, s.confirmed_at as confirmed, c.stated_at as stated
      from subscriber s left join consent_event c on c.subscriber_id = s.id order by s.email`.execute(
    house.db,
  )
  const confirmed = new Date('2023-04-05T06:07:08Z')
  expect(rows).toEqual([{ state: 'active', confirmed, stated: confirmed }])
})

test('where the operator says where they agreed, the day of each row counts', async () => {
  await using house = await openHouse()

  await importLists(house, filesOf('Substack'))

  const { rows } =
    await sql`select stated_at, consent_source from consent_event join import_run r on r.id = import_id`.execute(
      house.db,
    )
  expect(rows).toEqual([
    { stated_at: new Date('2023-01-02T03:04:05Z'), consent_source: 'the sign-up box' },
  ])
})

test.each([
  [
    'without a header',
    'suppressions.csv',
    'a@example.org\nb@example.org\n',
    ['blocked', 'blocked'],
  ],
  ['with a header', 'bounces.csv', 'Email\na@example.org\n', ['bounced']],
  [
    'with reasons',
    'list.csv',
    'email,reason\na@example.org,spam complaint\nb@example.org,hard bounce\nc@example.org,unsubscribed\nd@example.org,\n',
    ['blocked', 'bounced', 'complained', 'left'],
  ],
  [
    'with reasons and no header',
    'do-not-mail.csv',
    'a@example.org,Spam\nb@example.org,Bounce\n',
    ['bounced', 'complained'],
  ],
])('a do-not-mail list %s is one', async (...[, file, list, reasons]) => {
  await using house = await openHouse()

  await importLists(house, { [file]: list }, { newsletters: [] })

  expect(await readReasons(house)).toEqual(reasons)
  expect(await readReaders(house)).toEqual([])
})

test('a list of addresses is a do-not-mail list where a person says so', async () => {
  await using house = await openHouse()

  await importLists(
    house,
    { 'a.csv': 'a@example.org\n' },
    { newsletters: [], suppress: 'complained' },
  )

  expect(await readReasons(house)).toEqual(['complained'])
})

test.each([
  'E-Mail',
  'E-mail-Adresse',
  'Correo electrónico',
  'Adresse courriel',
  'Subscriber email',
])('a column "%s" is taken for the address', async (name) => {
  await using house = await openHouse()

  const preview = await lookAt(house, { 'list.csv': `Name;${name}\nAda;ada@example.org\n` })

  expect(preview.files[0]?.columns.map(({ as }) => as)).toEqual(['attribute', 'address'])
})

test('a person knows columns better than the guess', async () => {
  await using house = await openHouse()
  const list = { 'list.csv': 'Work email,Home,Secret\nwork@example.org,home@example.org,x\n' }

  await importLists(house, list, { map: ['address=Home', 'skip=Secret'] })

  expect(await readReaders(house)).toMatchObject([
    { email: 'home@example.org', attributes: { work_email: 'work@example.org' } },
  ])
  await expect(lookAt(house, list, { map: ['address=Nowhere'] })).rejects.toThrow(
    'Work email'.toLowerCase().replace(' ', '_'),
  )
  await expect(lookAt(house, list, { map: ['adress=Home'] })).rejects.toThrow('--map takes')
})

test('a row in a state that nobody knows is asked, never just mailed', async () => {
  await using house = await openHouse()

  const preview = await lookAt(house, {
    'list.csv': 'email,status\na@example.org,paused by bot\nb@example.org,active\n',
  })

  expect(preview).toMatchObject({ newReaders: 1, toBeAsked: 1 })
})

test('of a zip with a known list the tables beside it are passed over: they say who opened what', async () => {
  await using house = await openHouse()
  const list = Object.values(filesOf('Substack')).join('')
  const zip = zipOf({
    'email_list.csv': list,
    'posts.csv': 'post_id,title\n1,Storm\n',
    'posts/1.opens.csv': 'post_id,email,timestamp\n1,left@example.org,2023-01-01\n',
  })

  const preview = await lookAt(house, { 'export.zip': zip })

  expect(preview.passedOver).toEqual(['posts.csv', '1.opens.csv'])
  expect(preview).toMatchObject({ newReaders: 1, toDoNotMailList: 1, toBeAsked: 0 })
})
