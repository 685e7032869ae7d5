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
