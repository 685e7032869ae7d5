import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { contentsOf, openWebHouse, type WebHouse } from './web-fixture.ts'

let house: WebHouse
beforeAll(async () => {
  house = await openWebHouse()
})
afterAll(async () => house[Symbol.asyncDispose]())

const URLENCODED = 'application/x-www-form-urlencoded'
const good = 'email=reader%40example.org&newsletter=daily'

test.each([
  ['without a body', URLENCODED, ''],
  ['without an address', URLENCODED, 'newsletter=daily'],
  ['without a newsletter', URLENCODED, 'email=reader%40example.org'],
  ['with two addresses', URLENCODED, `${good}&email=other%40example.org`],
  ['with two time zones', URLENCODED, `${good}&timeZone=UTC&timeZone=UTC`],
  [
    'with a list in brackets',
    URLENCODED,
    'email%5B%5D=reader%40example.org&newsletter%5B%5D=daily',
  ],
  ['with an unknown newsletter', URLENCODED, `${good}&newsletter=nothing`],
  ['with an empty newsletter', URLENCODED, `${good}&newsletter=`],
  ['with 51 newsletters', URLENCODED, `${good}${'&newsletter=daily'.repeat(51)}`],
  [
    'with SQL for a newsletter',
    URLENCODED,
    `email=reader%40example.org&newsletter=${encodeURIComponent("daily'; drop table subscriber; --")}`,
  ],
  ['with a NUL in the newsletter', URLENCODED, 'email=reader%40example.org&newsletter=daily%00'],
  ['with a NUL in the address', URLENCODED, 'email=reader%00%40example.org&newsletter=daily'],
  [
    'with a header in the address',
    URLENCODED,
    'email=reader%40example.org%0D%0ABcc%3A%20all%40example.org&newsletter=daily',
  ],
  ['with a long address', URLENCODED, `email=${'a'.repeat(401)}%40example.org&newsletter=daily`],
  ['with a huge time zone', URLENCODED, `${good}&timeZone=${'Z'.repeat(50_000)}`],
  ['with an unknown topic', URLENCODED, `${good}&topic=nothing`],
  [
    'with SQL for a topic',
    URLENCODED,
    `${good}&topic=${encodeURIComponent("a'; drop table topic")}`,
  ],
  [
    'with 500 newsletters',
    URLENCODED,
    `${good}${Array.from({ length: 500 }, (_, n) => `&newsletter=n${n}`).join('')}`,
  ],
  ['with a proof of 50 kB', URLENCODED, `${good}&proof=${'x'.repeat(50_000)}`],
  [
    'with a control character in the address',
    URLENCODED,
    `email=re%1Bader%40example.org&newsletter=daily`,
  ],
  ['with bytes that are not UTF-8', URLENCODED, 'email=%ff%fe%40example.org&newsletter=daily'],
  ['of 100 kB', URLENCODED, `${good}&more=${'x'.repeat(100_000)}`],
  ['as JSON', 'application/json', '{"email":"reader@example.org","newsletter":["daily"]}'],
  ['as text', 'text/plain', good],
  ['without a type', '', good],
  ['as multipart without a boundary', 'multipart/form-data', good],
  [
    'as broken multipart',
    'multipart/form-data; boundary=x',
    '--x\r\nContent-Disposition: form-data; name="email"\r\n\r\nreader@exam',
  ],
  ['with a file for the address', 'multipart/form-data; boundary=x', fileForm()],
  ['that reaches for the prototype', URLENCODED, '__proto__=x&constructor=y&newsletter=daily'],
])('a sign-up form %s is refused, and changes nothing', async (_, type, body) => {
  const before = await contentsOf(house)

  const response = await house.web.request('/sign-up', {
    method: 'POST',
    headers: { 'Content-Type': type, 'Content-Length': String(Buffer.byteLength(body)) },
    body,
  })

  expect(response.status).toBeGreaterThanOrEqual(400)
  expect(response.status).toBeLessThan(500)
  expect(response.headers.get('content-type')).toContain('text/html')
  expect(await contentsOf(house)).toEqual(before)
  expect(house.jobs).toEqual([])
})

test('a body of 100 kB that does not tell its length is refused as too large', async () => {
  const response = await house.web.request('/sign-up', {
    method: 'POST',
    headers: { 'Content-Type': URLENCODED },
    body: new Blob([`${good}&more=`, 'x'.repeat(100_000)]).stream(),
    duplex: 'half',
  })

  expect(response.status).toBe(413)
})

test('the form comes back with what was typed as text, and says beside the field what is wrong', async () => {
  const response = await house.signUp('"><script>alert(1)</script>@example.org')
  const page = await response.text()

  expect(response.status).toBe(422)
  expect(page).toContain('aria-invalid="true"')
  expect(page).toContain('This is not an address that mail can reach')
  expect(page).not.toContain('<script>alert')
})

test.each(['<img src=x>', 'Mars/Olympus', 'Europe/Berlin\0', '+01:00'])(
  'the time zone %j, which nobody typed, counts as none and comes back to nobody',
  async (timeZone) => {
    const response = await house.signUp(`${Buffer.from(timeZone).toString('hex')}@example.org`, [
      ['newsletter', 'daily'],
      ['timeZone', timeZone],
    ])

    expect(response.status).toBe(200)
    expect(await response.text()).not.toContain('<img')
    const { rows } = await sql<{ zone: string }>`
      select time_zone as zone from subscriber order by id desc limit 1`.execute(house.db)
    expect(rows).toEqual([{ zone: 'Europe/London' }])
  },
)

test.each(['/c/', '/n/', '/u/', '/undo/', '/s/', '/p/'])(
  'a link below %s that is not ours is unknown for every method, and says nothing more',
  async (path) => {
    const before = await contentsOf(house)
    const links = [
      'x',
      'A'.repeat(47),
      'A'.repeat(5000),
      '%00',
      '..%2f..%2fetc%2fpasswd',
      "'%20or%201=1",
      '%ff',
    ]

    const answers = []
    for (const link of links) {
      answers.push(await house.post(path + link))
      if (path !== '/undo/') answers.push(await house.web.request(path + link))
    }

    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([404]))
    expect(new Set(await Promise.all(answers.map(async (answer) => answer.text()))).size).toBe(1)
    expect(await contentsOf(house)).toEqual(before)
  },
)

function fileForm(): string {
  return [
    '--x',
    'Content-Disposition: form-data; name="email"; filename="a.txt"',
    'Content-Type: text/plain',
    '',
    'reader@example.org',
    '--x',
    'Content-Disposition: form-data; name="newsletter"',
    '',
    'daily',
    '--x--',
    '',
  ].join('\r\n')
}
