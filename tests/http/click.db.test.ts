import { Hono } from 'hono'
import { sql } from 'kysely'
import { expect, test, vi } from 'vitest'
import { clickRoutes, networkOf } from '#http/public/click.ts'
import { Refusal } from '#errors.ts'
import { sealToken, type Purpose } from '#subscribers/tokens.ts'
import { type ClickHouse, FIREFOX, HOUR, openClickHouse } from '../clicks/clicks-fixture.ts'

/** The route alone; what a refusal says is its status. */
function webOf({ context }: ClickHouse): Hono {
  const web = new Hono()
  web.onError((error) => {
    if (error instanceof Refusal)
      return new Response(error.message, { status: error.status ?? 400 })
    throw error
  })
  web.route('/', clickRoutes(context))
  return web
}

const ask = async (web: Hono, path: string, method = 'GET') =>
  web.request(path, { method, headers: { 'User-Agent': FIREFOX } })

const rawOf = async (house: ClickHouse) =>
  house.rows<{ method: string; agent: string }>('select method, agent from click_raw order by id')

function storyLinksOf(html: string): string[] {
  return Array.from(html.matchAll(/href="([^"]*\/k\/[^"]*)"/g), ([, link = '']) => link)
}

test('every story’s link in a mail leads to the address that the edition keeps for it', async () => {
  await using house = await openClickHouse(1)
  const web = webOf(house)
  const links = storyLinksOf(house.mails[0]?.html ?? '').map((link) => new URL(link).pathname)

  const answers = await Promise.all(links.map(async (link) => ask(web, link)))

  const stored = await house.rows<{ url: string }>('select url from edition_link order by position')
  expect(stored).toHaveLength(6)
  expect(answers.map(({ status }) => status)).toEqual(stored.map(() => 302))
  expect(answers.map(({ headers }) => headers.get('location'))).toEqual(
    stored.map(({ url }) => url),
  )
  expect(answers.flatMap(({ headers }) => headers.getSetCookie())).toEqual([])
})

test('a HEAD is answered like a GET, and both are written down as what they are', async () => {
  await using house = await openClickHouse(1)
  const web = webOf(house)
  house.wait(HOUR)
  const path = `/k/2/${house.tokenOf(1)}`

  const head = await ask(web, path, 'HEAD')
  await ask(web, path)

  expect([head.status, head.headers.get('location')]).toEqual([302, expect.stringContaining('//')])
  await vi.waitFor(async () =>
    expect(await rawOf(house)).toEqual([
      { method: 'HEAD', agent: 'browser' },
      { method: 'GET', agent: 'browser' },
    ]),
  )
})

test('no address in a request is ever followed', async () => {
  await using house = await openClickHouse(1)
  const web = webOf(house)
  const token = house.tokenOf(1)
  const evil = 'https://evil.example/'

  const asked = [
    `/k/0/${token}?url=${evil}`,
    `/k/0/${token}?to=//evil.example`,
    `/k/0//evil.example/${token}`,
    `/k/0/${token}/${encodeURIComponent(evil)}`,
    `/k//evil.example`,
    `/k/${encodeURIComponent(evil)}/${token}`,
    `/k/%2F%2Fevil.example/${token}`,
    `/k/0/%2F%2Fevil.example`,
    `/k/0/${token}%2F..%2F..%2F%2Fevil.example`,
    `/k/0/\\evil.example`,
  ]
  const answers = await Promise.all(asked.map(async (path) => ask(web, path)))

  expect(answers.map(({ status, headers }) => [status, headers.get('location')])).toEqual(
    asked.map(() => [404, null]),
  )
})

test('a word that a site adds to a shared link changes nothing', async () => {
  await using house = await openClickHouse(1)
  const web = webOf(house)
  const path = `/k/0/${house.tokenOf(1)}`

  const [plain, shared] = [await ask(web, path), await ask(web, `${path}?fbclid=IwAR0x`)]

  expect(shared.status).toBe(302)
  expect(shared.headers.get('location')).toBe(plain.headers.get('location'))
})

test('a link of a preview or a test mail leads on and is not counted', async () => {
  await using house = await openClickHouse(1)
  house.wait(HOUR)
  const about = { publicId: 0, reference: house.editionId, addressVersion: 0 }
  const token = sealToken(house.context.secrets, 'click', about)
  const visit = { position: 0, method: 'GET', agent: FIREFOX, purpose: '', network: null } as const

  const url = await house.clicks.follow({ token, ...visit })
  await house.clicks.flush()
  const uncounted = await rawOf(house)
  const theirs = await house.clicks.follow({ token: house.tokenOf(1), ...visit })
  await house.clicks.flush()

  expect(url).toBe(theirs)
  expect([uncounted.length, (await rawOf(house)).length]).toEqual([0, 1])
})

test('a token that we did not make, for something else, or of another edition leads nowhere', async () => {
  await using house = await openClickHouse(1)
  const web = webOf(house)
  const token = house.tokenOf(1)
  const other = (purpose: Purpose) =>
    sealToken(house.context.secrets, purpose, {
      publicId: 1,
      reference: house.editionId,
      addressVersion: 0,
    })
  const tampered = Array.from(token, (letter, at) =>
    at % 5 === 0 ? token.slice(0, at) + (letter === 'A' ? 'B' : 'A') + token.slice(at + 1) : '',
  ).filter((text) => text !== '' && text !== token)

  const asked = [
    ...tampered.map((text) => `/k/0/${text}`),
    `/k/0/${house.tokenOf(1, house.editionId + 1)}`,
    `/k/0/${other('unsubscribe')}`,
    `/k/0/${other('webView')}`,
    `/k/6/${token}`,
    `/k/9999/${token}`,
    `/k/99999/${token}`,
    `/k/-1/${token}`,
    `/k/0x0/${token}`,
  ]
  const answers = await Promise.all(asked.map(async (path) => ask(web, path)))

  expect(tampered.length).toBeGreaterThan(8)
  expect(
    new Set(answers.map(({ status, headers }) => `${status} ${headers.get('location')}`)),
  ).toEqual(new Set(['404 null']))
})

test.each(['POST', 'PUT', 'DELETE'])('a %s is not allowed', async (method) => {
  await using house = await openClickHouse(1)

  const answer = await ask(webOf(house), `/k/0/${house.tokenOf(1)}`, method)

  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
})

test('a reader gets the story while nothing can be counted, and the log says so without saying who', async () => {
  await using house = await openClickHouse(1)
  const web = webOf(house)
  await sql`alter table click_raw rename to click_lost`.execute(house.db)

  const answer = await ask(web, `/k/1/${house.tokenOf(1)}`)

  expect(answer.status).toBe(302)
  await vi.waitFor(() => expect(house.lines.join('')).toContain('clicks are not counted'))
  expect(house.lines.join('')).not.toContain(house.tokenOf(1))
})

test('the links of an edition on its way are looked up once: readers get on while the database is away', async () => {
  await using house = await openClickHouse(2)
  const web = webOf(house)
  await ask(web, `/k/1/${house.tokenOf(1)}`)
  await sql`alter table edition_link rename to link_lost`.execute(house.db)

  const answer = await ask(web, `/k/3/${house.tokenOf(2)}`)

  expect(answer.status).toBe(302)
})

test('the link of a draft follows the draft: it may still change', async () => {
  await using house = await openClickHouse(1)
  const web = webOf(house)
  await house.rows(`update edition set state = 'draft' where id = ${house.editionId}`)
  const path = `/k/0/${house.tokenOf(99)}`
  await ask(web, path)
  await house.rows(`update edition_link set url = 'https://courier.example/new' where position = 0`)

  const answer = await ask(web, path)

  expect(answer.headers.get('location')).toBe('https://courier.example/new')
})

test('behind a proxy of ours a click is of the network that the proxy names, and nobody else is believed', async () => {
  await using house = await openClickHouse(4)
  const config = { ...house.context.config, trustedProxies: ['10.0.0.0/8'] }
  const web = webOf({ ...house, context: { ...house.context, config } })
  const click = async (reader: number, peer: string, claim: string) =>
    web.request(
      `/k/0/${house.tokenOf(reader)}`,
      { headers: { 'User-Agent': FIREFOX, 'X-Forwarded-For': claim } },
      { incoming: { socket: { remoteAddress: peer } } },
    )

  await click(1, '10.0.0.2', '81.2.69.142')
  await click(2, '10.0.0.2', '93.184.216.34')
  await click(3, '81.2.69.7', '93.184.216.34')
  await click(4, '10.0.0.2', 'junk')

  const networks = await vi.waitFor(async () => {
    const rows = await house.rows<{ network: string | null }>(
      `select encode(network, 'hex') as network from click_raw order by id`,
    )
    expect(rows).toHaveLength(4)
    return rows.map(({ network }) => network)
  })
  const [one, other] = networks
  expect(one).not.toBe(other)
  expect(networks).toEqual([one, other, one, null])
})

test.each([
  ['81.2.69.142', '510245'],
  ['::ffff:81.2.69.142', '510245'],
  ['2a00:1450:4001:81b::200e', '2a0014504001'],
  ['127.0.0.1', null],
  ['10.1.2.3', null],
  ['fd00::1', null],
  ['unknown', null],
  [undefined, null],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
