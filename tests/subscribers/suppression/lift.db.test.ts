import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { hashAddress } from '#secrets.ts'
import { liftByReader } from '#subscribers/suppression/lift.ts'
import { mayAsk } from '#subscribers/suppression/may-ask.ts'
import { refuseFurtherMail } from '#subscribers/suppression/not-me.ts'
import {
  findSuppression,
  suppress,
  type SuppressionReason,
  suppressionReasons,
} from '#subscribers/suppression/suppression-store.ts'
import { sealToken } from '#subscribers/tokens.ts'
import { addReaders, type House, openHouse } from '../../house.ts'

const EMAIL = 'reader1@example.org'
const READERS_OWN = ['left', 'bounced', 'complained', 'erased']

function hashOf({ context }: House, email = EMAIL): Buffer {
  return hashAddress(context.secrets, email)
}

async function put(house: House, reason: SuppressionReason): Promise<number> {
  return suppress(house.db, { rows: [{ addressHash: hashOf(house), reason }], now: house.now })
}

async function reasonOf(house: House): Promise<string | undefined> {
  return (await findSuppression(house.db, hashOf(house)))?.reason
}

async function kindsOf({ db }: House): Promise<string[]> {
  const { rows } = await sql<{ word: string }>`
    select kind || ' by ' || form as word from consent_event where kind in ('suppressed', 'lifted') order by id`.execute(
    db,
  )
  return rows.map(({ word }) => word)
}

test.each(suppressionReasons)(
  'a reader who confirms lifts what is the reader’s to lift: %s',
  async (reason) => {
    await using house = await openHouse()
    await addReaders(house, 1)
    await put(house, reason)
    const addressHash = hashOf(house)
    const asked = await mayAsk(house.db, { addressHash, domain: 'example.org' })

    const witness = { form: 'link' }
    const lifted = await liftByReader(house.db, {
      subscriberId: 1,
      addressHash,
      witness,
      now: house.now,
    })

    const own = READERS_OWN.includes(reason)
    expect([asked, lifted, await reasonOf(house)]).toEqual(
      own ? [true, reason, undefined] : [false, undefined, reason],
    )
    expect(await kindsOf(house)).toEqual(own ? ['lifted by link'] : [])
  },
)

test('nobody at a domain that gets no mail is asked, and its neighbours are', async () => {
  await using house = await openHouse()
  await sql`insert into suppressed_domain (domain, at) values ('example.org', ${house.now})`.execute(
    house.db,
  )

  const asked = []
  for (const domain of ['example.org', 'mail.example.org', 'example.com'])
    asked.push(await mayAsk(house.db, { addressHash: hashOf(house), domain }))

  expect(asked).toEqual([false, true, true])
})

test.each([
  ['left', 'bounced', 'left'],
  ['bounced', 'complained', 'complained'],
  ['left', 'erased', 'erased'],
  ['complained', 'bounced', 'complained'],
  ['complained', 'blocked', 'complained'],
  ['erased', 'blocked', 'erased'],
  ['complained', 'asked', 'asked'],
  ['erased', 'asked', 'asked'],
  ['blocked', 'complained', 'blocked'],
  ['asked', 'erased', 'asked'],
] as const)('who is listed as %s and then as %s stands there as %s', async (one, two, stands) => {
  await using house = await openHouse()

  const counts = [await put(house, one), await put(house, two)]

  expect(await reasonOf(house)).toBe(stands)
  expect(counts).toEqual([1, stands === two ? 1 : 0])
})

test('an address that is twice in one batch is listed once, for the graver reason', async () => {
  await using house = await openHouse()
  const addressHash = hashOf(house)
  const other = hashOf(house, 'other@example.org')

  const count = await suppress(house.db, {
    rows: [
      { addressHash, reason: 'left' },
      { addressHash, reason: 'complained' },
      { addressHash: other, reason: 'bounced' },
    ],
    now: house.now,
  })

  expect([count, await reasonOf(house)]).toEqual([2, 'complained'])
})

test('"this was not me" lists an address once, in the ledger and in the file, and never a reader who gets mail', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  await sql`update subscriber set state = 'pending' where id = 1`.execute(house.db)
  const { rows } = await sql<{ publicId: number }>`
    select public_id as "publicId" from subscriber order by id`.execute(house.db)
  const [token = '', ofReader = ''] = rows.map(({ publicId }) =>
    sealToken(house.context.secrets, 'notMe', { publicId, reference: 1, addressVersion: 0 }),
  )

  const answers = [
    await refuseFurtherMail(house.context, token, { form: 'not me page' }),
    await refuseFurtherMail(house.context, token),
    await refuseFurtherMail(house.context, ofReader),
    await refuseFurtherMail(house.context, 'forged'),
  ]

  expect(answers).toEqual([true, true, true, false])
  expect(await kindsOf(house)).toEqual(['suppressed by not me page'])
  expect(house.leavings).toMatchObject([{ kind: 'asked', addressHash: hashOf(house) }])
})
