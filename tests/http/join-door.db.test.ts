import { type KyselyPlugin, sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { takeSignUps } from '#deliveries/service/take-sign-ups.ts'
import { hashAddress } from '#secrets.ts'
import { suppress } from '#subscribers/suppression/suppression-store.ts'
import { addReaders } from '../house.ts'
import {
  confirmationToken,
  contentsOf,
  openWebHouse,
  readerToken,
  serviceMails,
  socketFrom,
  type WebHouse,
  webOf,
} from './web-fixture.ts'

let house: WebHouse
beforeEach(async () => {
  house = await openWebHouse()
  await sql`
    insert into topic (slug, name, offered)
    values ('council', 'Council', true), ('trade', 'Trade', true), ('draft', 'Draft', false)`.execute(
    house.db,
  )
})
afterEach(async () => house[Symbol.asyncDispose]())

describe('whatever the address', () => {
  const names = ['new', 'waiting', 'reader1', 'reader2', 'refused', 'complained']

  test.each(['/sign-up', '/sign-up/inline'])(
    '%s answers with the same bytes after the same statements',
    async (path) => {
      const addresses = await openAll()
      const { web, statements } = listening(house)
      const answers: { status: number; headers: [string, string][]; body: string }[] = []
      const asked: string[][] = []

      for (const [index, email] of addresses.entries()) {
        const response = await web.request(
          path,
          form([
            ['email', email],
            ['newsletter', 'daily'],
          ]),
          socketFrom(`10.9.${index}.1`),
        )
        answers.push({
          status: response.status,
          headers: [...response.headers],
          body: await response.text(),
        })
        asked.push(statements.splice(0))
      }

      expect(answers[0]?.status).toBe(200)
      expect(answers[0]?.body).toContain('Now look at your mail')
      expect(answers).toEqual(addresses.map(() => answers[0]))
      expect(asked[0]).toContainEqual(expect.stringContaining('insert into sign_up'))
      expect(asked).toEqual(addresses.map(() => asked[0]))
    },
  )

  test('nothing is looked up or changed about a person before the row is taken', async () => {
    const addresses = await openAll()
    const before = await contentsOf(house)

    for (const email of addresses) await house.post('/sign-up', wishOf(email))

    const after = await contentsOf(house)
    const changed = Object.keys(after).filter(
      (table) => JSON.stringify(after[table]) !== JSON.stringify(before[table]),
    )
    expect(changed.filter((table) => !table.startsWith('sign_up'))).toEqual([])
    expect(after['sign_up']).toHaveLength(addresses.length)
  })

  test('only those who may be asked get a mail, and the row of everybody goes', async () => {
    const addresses = await openAll()
    await sql`delete from service_mail`.execute(house.db)

    for (const email of addresses) await house.post('/sign-up', wishOf(email))
    await takeSignUps(house.context)

    expect((await serviceMails(house, 'confirmation')).toSorted()).toEqual([
      'complained@example.org',
      'new@example.org',
      'reader1@example.org',
      'reader2@example.org',
      'waiting@example.org',
    ])
    expect(await rowsLeft()).toBe(0)
  })

  async function openAll(): Promise<string[]> {
    await addReaders(house, 2)
    await house.post(
      `/u/${await readerToken(house, { email: 'reader2@example.org', purpose: 'unsubscribe' })}`,
    )
    await house.signUp('waiting@example.org')
    await house.signUp('refused@example.org')
    await house.post(`/n/${await confirmationToken(house, 'refused@example.org', 'notMe')}`)
    const addressHash = hashAddress(house.context.secrets, 'complained@example.org')
    await suppress(house.db, { rows: [{ addressHash, reason: 'complained' }], now: house.now })
    await sql`insert into suppressed_domain values ('closed.example', ${house.now})`.execute(
      house.db,
    )
    return [...names.map((name) => `${name}@example.org`), 'anybody@closed.example']
  }
})

describe('a row', () => {
  test('is handled again when a crash takes its transaction with it, and plans one mail', async () => {
    await house.post('/sign-up', wishOf('new@example.org'))
    const broken = {
      ...house.context,
      relay: {
        get test(): boolean {
          throw new Error('the process is gone')
        },
      },
    }

    await takeSignUps(broken)
    const afterCrash = [await rowsLeft(), (await serviceMails(house, 'confirmation')).length]
    await takeSignUps(house.context)
    await takeSignUps(house.context)

    expect(afterCrash).toEqual([1, 0])
    expect([await rowsLeft(), (await serviceMails(house, 'confirmation')).length]).toEqual([0, 1])
    expect(house.lines.join('')).toContain('a sign-up could not be handled')
    expect(house.lines.join('')).not.toContain('new@example.org')
  })

  test('that fails keeps no other waiting, and is given up after an hour', async () => {
    await house.post('/sign-up', wishOf('first@example.org'))
    await house.post('/sign-up', wishOf('second@example.org'))
    await failFor('first@example.org')

    await takeSignUps(house.context)
    const waiting = await rowsLeft()
    house.wait(3_600_001)
    await takeSignUps(house.context)

    expect(await serviceMails(house, 'confirmation')).toEqual(['second@example.org'])
    expect([waiting, await rowsLeft()]).toEqual([1, 0])
  })

  test('that asks for what has gone since is dropped', async () => {
    await house.post('/sign-up', [...wishOf('new@example.org'), ['topic', 'trade']])
    await sql`update topic set offered = false`.execute(house.db)

    await takeSignUps(house.context)

    expect([await rowsLeft(), await serviceMails(house, 'confirmation')]).toEqual([0, []])
  })

  test('taken by many at once is handled once', async () => {
    for (let n = 0; n < 8; n += 1) await house.post('/sign-up', wishOf(`new${n}@example.org`))

    const taken = await Promise.all([1, 2, 3].map(async () => takeSignUps(house.context)))

    expect(taken.reduce((sum, count) => sum + count)).toBe(8)
    expect(await serviceMails(house, 'confirmation')).toHaveLength(8)
  })
})

function wishOf(email: string): [string, string][] {
  return [
    ['email', email],
    ['newsletter', 'daily'],
  ]
}

function form(fields: [string, string][]): RequestInit {
  return {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  }
}

async function rowsLeft(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from sign_up`.execute(
    house.db,
  )
  return rows[0]?.count ?? 0
}

async function failFor(email: string): Promise<void> {
  await sql`
    create function refuse_address() returns trigger language plpgsql as $$
    begin
      raise exception 'the disk is full';
    end $$`.execute(house.db)
  await sql`
    create trigger refuse before insert on subscriber for each row
      when (new.email = ${sql.lit(email)}) execute function refuse_address()`.execute(house.db)
}

/** The same house, whose statements are written down without their values. */
function listening({ context }: WebHouse) {
  const statements: string[] = []
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      statements.push(node.kind === 'RawNode' ? node.sqlFragments.join('?') : node.kind)
      return node
    },
    transformResult: async ({ result }) => result,
  }
  return { web: webOf({ context: { ...context, db: context.db.withPlugin(plugin) } }), statements }
}
