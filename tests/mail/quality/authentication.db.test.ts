import { authenticate } from 'mailauth'
import { beforeAll, expect, test } from 'vitest'
import { dnsRecordOf } from '#mail/dkim/dns-record.ts'
import type { Handed } from '../../deliveries/send-fixture.ts'
import {
  BOUNCE_DOMAIN,
  DOMAIN,
  KEYS,
  openOurHouse,
  type OurMails,
  sendOurMails,
} from './our-mails.ts'

const RELAY = { ip: '203.0.113.25', helo: `mail.${DOMAIN}` }
const LOGO = 'https://courier.example/logo.svg'

/** Everything a publisher is told to publish, and nothing else. */
const ZONE = new Map([
  [BOUNCE_DOMAIN, `v=spf1 ip4:${RELAY.ip} -all`],
  [RELAY.helo, `v=spf1 ip4:${RELAY.ip} -all`],
  ['_dmarc.courier.example', 'v=DMARC1; p=reject; rua=mailto:dmarc@courier.example'],
  [`default._bimi.${DOMAIN}`, `v=BIMI1; l=${LOGO}; a=`],
  ...KEYS.map(dnsRecordOf).map(({ name, value }) => [name, value] as const),
])

let mails: OurMails

beforeAll(async () => {
  await using house = await openOurHouse()
  mails = await sendOurMails(house)
})

/** What a receiver makes of a mail: an independent implementation, from the zone above. */
async function receive({ from, raw }: Handed, { zone = ZONE, ip = RELAY.ip } = {}) {
  const { spf, dkim, dmarc, bimi } = await authenticate(raw, {
    ...RELAY,
    ip,
    sender: from,
    mta: 'mx.example.net',
    resolver: async (name: string, type: string) => {
      const value = zone.get(name)
      if (type === 'TXT' && value !== undefined) return [value.match(/.{1,255}/g) ?? []]
      throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' })
    },
  })
  return {
    spf: spf === false ? 'none' : spf.status.result,
    dkim: dkim.results.map(({ algo, status }) => `${algo} ${status.result}`).toSorted(),
    aligned: dkim.results.map(({ status }) => status.aligned),
    dmarc: dmarc === false ? 'none' : dmarc.status.result,
    spfAligned: dmarc === false ? null : dmarc.alignment.spf.result,
    dkimAligned: dmarc === false ? null : dmarc.alignment.dkim.result,
    bimi: bimi === false ? 'none' : bimi.status.result,
    logo: bimi === false ? null : bimi.location,
  }
}

test.each(['digest', 'alert', 'note', 'confirm', 'welcome'] as const)(
  'a sent %s passes SPF, both DKIM signatures, DMARC by either, and BIMI',
  async (kind) => {
    const mail = mails[kind]

    const received = await receive(mail)

    expect(mail.from).toMatch(new RegExp(`^b-[a-z2-7]{56}@${BOUNCE_DOMAIN}$`))
    expect(received).toEqual({
      spf: 'pass',
      dkim: ['ed25519-sha256 pass', 'rsa-sha256 pass'],
      aligned: [DOMAIN, DOMAIN],
      dmarc: 'pass',
      spfAligned: BOUNCE_DOMAIN,
      dkimAligned: DOMAIN,
      bimi: 'pass',
      logo: LOGO,
    })
  },
)

test.each(['digest', 'alert', 'note', 'confirm', 'welcome'] as const)(
  'a sent %s passes DMARC by its signature alone when somebody forwards it',
  async (kind) => {
    const forwarded = await receive(mails[kind], { ip: '198.51.100.7' })

    expect(forwarded).toMatchObject({ spf: 'fail', dmarc: 'pass', bimi: 'pass' })
  },
)

test.each([
  ['From', /^From: .*/m, 'From: The Harbour Courier <other@news.courier.example>'],
  ['Subject', /^Subject: /m, 'Subject: Not '],
  ['List-Unsubscribe', /^(List-Unsubscribe: <https:\/\/)/m, '$1x'],
  ['a second From', /^From: /m, 'From: Somebody <x@news.courier.example>\r\nFrom: '],
])('a mail whose %s was changed on its way fails both signatures', async (_, from, to) => {
  const raw = Buffer.from(mails.digest.raw.toString('latin1').replace(from, to), 'latin1')

  const received = await receive({ ...mails.digest, raw }, { ip: '198.51.100.7' })

  expect(raw.equals(mails.digest.raw)).toBe(false)
  expect(received.dkim).toEqual(['ed25519-sha256 fail', 'rsa-sha256 fail'])
  expect(received.dmarc).not.toBe('pass')
})

test('a key that is not published is a signature that does not pass', async () => {
  const zone = new Map(ZONE)
  zone.delete(`${KEYS[0]?.selector}._domainkey.${DOMAIN}`)

  const received = await receive(mails.alert, { zone })

  expect(received.dkim).toEqual(['ed25519-sha256 pass', 'rsa-sha256 neutral'])
})
