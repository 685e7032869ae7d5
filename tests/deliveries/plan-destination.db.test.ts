import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { destinationOf, resolveDestinations } from '#deliveries/destination.ts'
import { addReaders, type House, openHouse } from '../house.ts'

const HOSTS: Record<string, string[]> = {
  'newspaper.example': ['aspmx.l.google.com', 'alt1.aspmx.l.google.com'],
  'office.example': ['office-example.mail.protection.outlook.com'],
  'town.example': ['mx1.host.example.'],
  'village.example': ['mx2.host.example'],
}

async function resolveMx(domain: string): Promise<string[]> {
  const hosts = HOSTS[domain]
  if (hosts !== undefined) return hosts
  throw Object.assign(new Error(domain), {
    code: domain === 'nowhere.example' ? 'ENOTFOUND' : 'ETIMEOUT',
  })
}

async function readDestinations({ db }: House): Promise<Record<string, string>> {
  const { rows } = await sql<{ domain: string; name: string }>`
    select d.domain, t.name from domain_destination d join destination t on t.id = d.destination_id
     where d.domain like '%.example' order by 1`.execute(db)
  return Object.fromEntries(rows.map((row) => [row.domain, row.name]))
}

async function addDomains(house: House, readers: Record<string, number>) {
  for (const [index, [domain, count]] of Object.entries(readers).entries()) {
    await sql`
      insert into subscriber (public_id, state, email, address_hash, domain, time_zone, language, created_at, confirmed_at)
      select ${(index + 1) * 10_000} + n, 'active', n || '@' || ${domain}, sha256((${domain} || n)::bytea), ${domain}
           , 'UTC', 'en', ${house.now}, ${house.now}
        from generate_series(1, ${count}::integer) n`.execute(house.db)
  }
}

test('domains go with the provider that takes their mail', async () => {
  await using house = await openHouse()
  await addReaders(house, 1, { domain: 'newspaper.example' })
  await addReaders(house, 1, { from: 2, domain: 'office.example' })

  const resolved = await resolveDestinations({ db: house.db, resolveMx, limit: 100 })

  expect(resolved).toBe(2)
  expect(await readDestinations(house)).toEqual({
    'newspaper.example': 'google',
    'office.example': 'microsoft',
  })
})

test('hosts with many readers are a destination of their own, and those who come later join it', async () => {
  await using house = await openHouse()
  await addDomains(house, { 'town.example': 300, 'village.example': 199 })
  await resolveDestinations({ db: house.db, resolveMx, limit: 100 })
  const few = await readDestinations(house)
  await sql`delete from domain_destination where domain like '%.example'`.execute(house.db)
  await sql`
    insert into subscriber (public_id, state, email, address_hash, domain, time_zone, language, created_at, confirmed_at)
    values (1, 'active', 'one@town.example', sha256('one'), 'town.example', 'UTC', 'en', ${house.now}, ${house.now})`.execute(
    house.db,
  )

  await resolveDestinations({ db: house.db, resolveMx, limit: 100 })
  const many = await readDestinations(house)
  await sql`delete from domain_destination where domain = 'village.example'`.execute(house.db)
  await resolveDestinations({ db: house.db, resolveMx, limit: 100 })

  expect(few).toEqual({ 'town.example': 'other', 'village.example': 'other' })
  expect(many).toEqual({ 'town.example': 'host.example', 'village.example': 'host.example' })
  expect(await readDestinations(house)).toEqual(many)
})

test('a domain without a host is not asked again, one that nobody could say is', async () => {
  await using house = await openHouse()
  await addReaders(house, 1, { domain: 'nowhere.example' })
  await addReaders(house, 1, { from: 2, domain: 'silent.example' })

  const resolved = await resolveDestinations({ db: house.db, resolveMx, limit: 100 })

  expect(resolved).toBe(1)
  expect(await readDestinations(house)).toEqual({ 'nowhere.example': 'other' })
})

test('the domains with most readers are asked first', async () => {
  await using house = await openHouse()
  await addDomains(house, { 'office.example': 1, 'newspaper.example': 2 })

  await resolveDestinations({ db: house.db, resolveMx, limit: 1 })

  expect(await readDestinations(house)).toEqual({ 'newspaper.example': 'google' })
})

test.each([
  ['gmail-smtp-in.l.google.com', 'google'],
  ['mx-eu.mail.am0.yahoodns.net', 'yahoo'],
  ['mx01.mail.icloud.com.', 'apple'],
  ['MX.Host.Example', 'host.example'],
  ['mx.posteo.co.uk', 'posteo.co.uk'],
  ['notgoogle.com', 'notgoogle.com'],
])('%s is %s', (host, destination) => {
  expect(destinationOf(host)).toBe(destination)
})
