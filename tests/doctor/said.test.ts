import { describe, expect, test } from 'vitest'
import { examine } from '#doctor/examine.ts'
import { reportLines } from '#doctor/report.ts'
import { answered, BOUNCE, FROM, openWorld, PUBLIC, RELAY, relayOf, type World } from './world.ts'

const PTR = '5.113.0.203.in-addr.arpa'

const relay = (url: string) => (world: World) => void world.sender.relays.splice(0, 1, relayOf(url))

const SELF = `GET ${PUBLIC}/.well-known/daybreak`

/** What the self-check says, from a connection that began at `from`. */
const seen =
  (client: object, from = '198.51.100.9') =>
  (world: World) =>
    void world.pages.set(SELF, ({ url }) =>
      answered(
        JSON.stringify({
          proof: world.sender.proofOf(url.searchParams.get('nonce') ?? ''),
          ...client,
        }),
        { from },
      ),
    )

const INSIDE = { client: 'private', range: '10.0.0.0/8' }

describe('what is said', () => {
  test('names the network to trust, beside those that are trusted', async () => {
    await using world = await openWorld()
    world.sender.trustedProxies = ['192.168.7.0/24']
    seen({ ...INSIDE, forwarded: 'ignored' })(world)

    const [found] = await world.faults(['proxy'])

    expect(found?.fix).toContain('TRUSTED_PROXIES=192.168.7.0/24,10.0.0.0/8')
  })

  test("a relay of somebody else is not blamed for its address's name", async () => {
    await using world = await openWorld()
    relay(`smtp://user:secret@${RELAY}:587?profile=generic`)(world)
    world.dns.set('PTR', PTR)
    world.dns.set('TXT', BOUNCE, 'v=spf1 ip4:192.0.2.1 -all')

    const found = await world.faults()

    expect(found.map(({ code, level }) => [code, level])).toEqual([
      ['spf-relay', 'warning'],
      ['ptr-missing', 'warning'],
    ])
  })

  test('names the networks of a CDN, beside those that are trusted', async () => {
    await using world = await openWorld()
    world.sender.trustedProxies = ['192.168.7.0/24']
    seen({ client: 'public', range: null, forwarded: 'ignored' })(world)

    const [found] = await world.faults(['proxy'])

    expect(found?.fix).toMatch(/TRUSTED_PROXIES to 192\.168\.7\.0\/24 and the networks/)
  })

  test.each([
    [
      ['v=DMARC1; p=none; rua=mailto:a@courier.example', 'v=DMARC1; p=reject'],
      'v=DMARC1; p=reject; rua=mailto:a@courier.example',
    ],
    [
      [
        'v=DMARC1; p=reject; t=y; rua=mailto:a@courier.example',
        'v=DMARC1; p=reject; sp=quarantine; rua=mailto:b@courier.example',
      ],
      'v=DMARC1; p=reject; rua=mailto:b@courier.example; sp=quarantine',
    ],
  ])('of two DMARC records the strictest is kept: %s', async (texts, kept) => {
    await using world = await openWorld()
    world.dns.set('TXT', `_dmarc.${FROM}`, ...texts)

    const [found] = await world.faults(['dmarc'])

    expect(found?.records).toEqual([{ name: `_dmarc.${FROM}`, type: 'TXT', value: kept }])
  })

  test("a DMARC record in a registry's place asks for no less, below the organisation", async () => {
    await using world = await openWorld()
    world.sender.fromDomain = `letters.${FROM}`
    world.dns.set('TXT', `_dmarc.${FROM}`)
    world.dns.set('TXT', '_dmarc.example', 'v=DMARC1; p=none; sp=quarantine; psd=y')

    const [found] = await world.faults(['dmarc'])

    expect(found?.records).toEqual([
      {
        name: `_dmarc.${FROM}`,
        type: 'TXT',
        value: `v=DMARC1; p=quarantine; rua=mailto:postmaster@${FROM}`,
      },
    ])
  })

  test.each([
    ['is kept as an include', '-all', 'v=spf1 ip4:203.0.113.5 include:shared.example -all'],
    ['is dropped where it lets everybody in', '+all', 'v=spf1 ip4:203.0.113.5 -all'],
  ])('the redirect of an SPF record %s', async (_, end, value) => {
    await using world = await openWorld()
    world.dns.set('TXT', BOUNCE, 'v=spf1 redirect=shared.example')
    world.dns.set('TXT', 'shared.example', `v=spf1 ip4:192.0.2.77 ${end}`)

    const found = await world.faults(['spf'])

    expect(found.map(({ records }) => records)).toEqual([[{ name: BOUNCE, type: 'TXT', value }]])
  })

  test('names the record that uses ptr', async () => {
    await using world = await openWorld()
    world.dns.set('TXT', 's1.example', 'v=spf1 ptr -all')
    world.dns.set('TXT', BOUNCE, 'v=spf1 ip4:203.0.113.5 include:s1.example -all')

    const [found] = await world.faults(['spf'])

    expect(found?.says).toContain('s1.example')
    expect(found?.fix).toContain('Ask whoever runs s1.example')
  })

  test('tells why each mail server could not be asked', async () => {
    await using world = await openWorld()
    world.dns.set('MX', BOUNCE, '20 two.example.', '10 one.example.')

    const [found] = await world.faults(['returns'])

    expect(found?.says).toMatch(
      /one\.example: connection refused; two\.example: connection refused/,
    )
  })

  test('does not say what a relay calls itself when it was not reached', async () => {
    await using world = await openWorld()
    world.unreachable.add(RELAY)

    const lines = reportLines(await examine(world.visit(), ['reverse-dns']))

    expect(lines).toEqual([
      expect.stringMatching(/the name of 203\.0\.113\.5 leads back; .* could not be seen/),
    ])
  })

  test('answers of readers are lost', async () => {
    await using world = await openWorld()
    world.dns.set('MX', FROM, '0 .')

    const [found] = await world.faults(['mx'])

    expect(found?.says).toContain('so answers of readers are lost.')
  })

  test('a check that comes to grief takes no other with it, and says why', async () => {
    await using world = await openWorld()
    world.pages.set(SELF, () => {
      throw new Error('something else')
    })

    const lines = reportLines(await examine(world.visit(), ['mx', 'proxy']))

    expect(lines).toEqual([
      expect.stringMatching(/^✓ mx/),
      expect.stringMatching(/^✓ mx/),
      '! proxy: This could not be looked at: something else.',
      '    Ask again with: daybreak doctor --only proxy',
    ])
  })

  test('a relay on this machine does not count as another clock', async () => {
    await using world = await openWorld()
    relay('smtp://localhost:587')(world)
    const then = new Date(world.now.getTime() - 24 * 3600 * 1000)
    world.relay = { greeting: `220 ${RELAY} ${then.toUTCString().replace('GMT', '+0000')}` }
    world.sender.ownAddresses.push('203.0.113.7')

    const found = await world.faults(['clock'])

    expect(found.map(({ code }) => code)).toEqual(['clock-same-place'])
  })

  test('no mail is sent while servers are asked', async () => {
    await using world = await openWorld()

    await world.faults()

    const said = Object.values(world.servers).flatMap(({ commands }) => commands)
    expect(said).toContain(`RCPT TO:<b-real@${BOUNCE}>`)
    expect(said).toContain(`RCPT TO:<abuse@${FROM}>`)
    expect(said.filter((line) => /^(?:DATA|BDAT|AUTH)/.test(line))).toEqual([])
  })

  test('blocklists are asked only on request', async () => {
    await using world = await openWorld()
    world.switches = { blocklists: false, mailboxes: true }

    await world.faults()

    expect(
      world.dns.questions.filter((question) => /spamhaus|spamcop|barracuda/.test(question)),
    ).toEqual([])
  })

  test('stands once for several findings that one record mends', async () => {
    await using world = await openWorld()
    world.dns.set('TXT', BOUNCE, 'v=spf1 ip4:203.0.113.5 ptr ?all')

    const lines = reportLines(await examine(world.visit(), ['spf']))

    expect(lines).toEqual([
      expect.stringMatching(/^! spf: .*\?all/),
      expect.stringMatching(/^! spf: .*ptr/),
      '    Publish:',
      `      ${BOUNCE}. IN TXT "v=spf1 ip4:203.0.113.5 -all"`,
    ])
  })

  test("has no control characters of other people's records", async () => {
    await using world = await openWorld()
    world.dns.set('TXT', BOUNCE, 'v=spf1 \u001b[2Jall -all')

    const lines = reportLines(await examine(world.visit(), ['spf']))

    expect(lines.join('\n')).toContain('[2Jall')
    expect(lines.join('')).not.toMatch(/\p{Cc}/u)
  })
})
