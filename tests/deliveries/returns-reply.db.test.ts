import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { takeReply } from '#deliveries/returns/take-reply.ts'
import { changeSetting } from '#editions/publication.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { openDesk, releaseDigest } from './send-fixture.ts'
import { DAY, effectsOf, tokenOf } from './returns-fixture.ts'

const LETTER = {
  kind: 'reply',
  from: 'Ann Reader <ann@example.net>',
  subject: 'The fish market',
  text: 'Thank you for the piece.\n\n<script>alert(1)</script> %%slot:unsubscribeUrl%%',
} as const

async function openNewsroom(): Promise<House & { editionId: number }> {
  const house = await openHouse()
  await addReaders(house, 3)
  await changeSetting(house.context, 'replyTo', 'desk@courier.example')
  const editionId = await releaseDigest(house)
  return Object.assign(house, { editionId })
}

async function write(
  house: House & { editionId: number },
  {
    reader = 1,
    key = 'one',
    ...change
  }: Partial<Record<'from' | 'subject' | 'text' | 'key', string>> & { reader?: number } = {},
) {
  const token = await tokenOf(house, { ...house, reader })
  const returned = { ...LETTER, ...change }
  return takeReply(house.context, { channel: 'smtp', key, returned, token })
}

test('a reply is kept, and forwarded to the newsroom, who can answer its writer', async () => {
  await using house = await openNewsroom()
  await using desk = await openDesk(house)

  const effect = await write(house)
  await desk.drain('confirmation')

  const [mail] = desk.relay.mails
  const raw = mail?.raw.toString() ?? ''
  const head = raw.slice(0, raw.indexOf('\r\n\r\n'))
  expect(effect).toBe('forwarded')
  expect(mail?.to).toBe('desk@courier.example')
  expect(head).toContain('\r\nReply-To: ann@example.net\r\n')
  expect(head).toContain('\r\nSubject: Fwd: The fish market\r\n')
  expect(head).toContain('Auto-Submitted: auto-generated')
  expect(head).toMatch(/From: .*news@example\.org/)
  expect(raw).toContain(`It answers edition ${house.editionId} of`)
  const html = raw.slice(raw.indexOf('text/html'))
  expect(html).toContain('&lt;script&gt;')
  expect(html).not.toContain('<script>')
  const { rows } = await sql<{ payload: object; edition: number; reader: number }>`
    select payload, edition_id as edition, subscriber_id as reader from returned`.execute(house.db)
  expect(rows).toMatchObject([
    { payload: { from: LETTER.from, text: LETTER.text }, edition: house.editionId, reader: 1 },
  ])
})

test('the same reply twice is forwarded once', async () => {
  await using house = await openNewsroom()

  const effects = [await write(house), await write(house)]

  expect(effects).toEqual(['forwarded', 'known already'])
})

test('of one reader three a day are forwarded, of all twenty an hour; the rest is kept', async () => {
  await using house = await openNewsroom()
  const effects: string[] = []
  for (let count = 0; count < 5; count += 1) effects.push(await write(house, { key: `a${count}` }))
  effects.push(await write(house, { key: 'b', reader: 2 }))
  const letter = async (key: string) =>
    takeReply(house.context, { channel: 'smtp', key, returned: LETTER })

  for (let count = 0; count < 17; count += 1) effects.push(await letter(`c${count}`))
  house.wait(3_601_000)
  effects.push(await letter('later'))
  effects.push(await write(house, { key: 'd' }))

  expect(effects).toEqual([
    ...Array.from({ length: 3 }, () => 'forwarded'),
    'kept',
    'kept',
    'forwarded',
    ...Array.from({ length: 16 }, () => 'forwarded'),
    'kept',
    'forwarded',
    'kept',
  ])
})

test.each(['desk@courier.example', 'The Courier <NEWS@example.org>', 'someone@bounce.example.org'])(
  'what comes from ourselves (%s) is kept and never forwarded',
  async (from) => {
    await using house = await openNewsroom()

    expect(await write(house, { from })).toBe('kept')
  },
)

test.each(['', 'not an address', '<a@b@c>', 'a\u0000b'])(
  'a reply from "%s" is forwarded without an address to answer to',
  async (from) => {
    await using house = await openNewsroom()
    await using desk = await openDesk(house)

    const effect = await write(house, { from, text: 'a\u0000b \ud800', subject: '' })
    await desk.drain('confirmation')

    const raw = desk.relay.mails[0]?.raw.toString() ?? ''
    expect(effect).toBe('forwarded')
    expect(raw).not.toContain('Reply-To:')
    expect(raw).toContain('Subject: Fwd: a reply without a subject')
  },
)

test('a reply puts nobody on the do-not-mail list and unsubscribes nobody', async () => {
  await using house = await openNewsroom()

  await write(house, { text: '550 5.1.1 no such user. unsubscribe' })

  const { rows } = await sql`
    select 1 from suppression union all select 1 from subscriber where state <> 'active'`.execute(
    house.db,
  )
  expect(rows).toEqual([])
  expect(await effectsOf(house)).toEqual(['forwarded'])
})

test('what people wrote is forgotten after 90 days, with the mail that forwarded it', async () => {
  await using house = await openNewsroom()
  await using desk = await openDesk(house)
  await write(house, { text: 'My secret' })
  await desk.drain('confirmation')
  house.wait(91 * DAY)

  await write(house, { key: 'two', text: 'Another word' })

  const { rows } = await sql<{ text: string | null }>`
    select payload ->> 'text' as text from returned order by id`.execute(house.db)
  expect(rows).toEqual([{ text: null }, { text: 'Another word' }])
  const { rows: forms } = await sql<{ text: string }>`select text from service_form`.execute(
    house.db,
  )
  expect(forms.map(({ text }) => text).join()).not.toContain('My secret')
  expect(forms.map(({ text }) => text).join()).toContain('Another word')
})
