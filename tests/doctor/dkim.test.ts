import { generateKeyPairSync } from 'node:crypto'
import { describe } from 'vitest'
import { namesAndMends, type Row } from './names-and-mends.ts'
import { BOUNCE, FROM, keyOf, relayOf, type World } from './world.ts'

const DB1R = `db1r._domainkey.${FROM}`

const ours = keyOf('db1r').record.value

const otherKey = (bits: number) =>
  keyOf('db1r', generateKeyPairSync('rsa', { modulusLength: bits }).privateKey).record.value

const dkim = (text: string) => (world: World) => world.dns.set('TXT', DB1R, text)

const rows: Row[] = [
  ['no DKIM record', ['dkim-missing'], (world) => world.dns.set('TXT', DB1R)],
  [
    'no record of the next DKIM key',
    ['dkim-next'],
    (world) => void world.sender.keys.push({ ...keyOf('db2r'), signs: false }),
  ],
  [
    'a DKIM alias that leads nowhere',
    ['dkim-cname'],
    (world) => {
      world.dns.set('TXT', DB1R)
      world.dns.set('CNAME', DB1R, 'db1r.keys.example')
    },
  ],
  [
    'two DKIM records of one selector',
    ['dkim-several'],
    (world) => world.dns.set('TXT', DB1R, ours, 'v=DKIM1; p='),
  ],
  ['another DKIM key', ['dkim-other'], dkim(otherKey(2048))],
  ['another and shorter DKIM key', ['dkim-other'], dkim(otherKey(1024))],
  ['a DKIM key that is too short', ['dkim-short'], dkim(otherKey(512))],
  ['a DKIM key that was withdrawn', ['dkim-revoked'], dkim('v=DKIM1; k=rsa; p=')],
  ['a DKIM record without a key', ['dkim-no-key'], dkim('v=DKIM1; k=rsa')],
  ['a DKIM record that is a test', ['dkim-testing'], dkim(`${ours}; t=y:s`)],
  ['a DKIM record of another type', ['dkim-type'], dkim(ours.replace('k=rsa', 'k=ed25519'))],
  ['a DKIM record of another version', ['dkim-version'], dkim(ours.replace('DKIM1', 'DKIM2'))],
  [
    'a DKIM record that begins otherwise',
    ['dkim-version'],
    dkim(`k=rsa; ${ours.replace(' k=rsa;', '')}`),
  ],
  ['a DKIM record that is not for mail', ['dkim-service'], dkim(`${ours}; s=tlsrpt`)],
  ['a DKIM record for SHA-1 only', ['dkim-hash'], dkim(`${ours}; h=sha1`)],
  [
    'a DKIM record with its quotation marks',
    ['dkim-damaged'],
    dkim(`"${ours.slice(0, 200)}" "${ours.slice(200)}"`),
  ],
  ['a DKIM record that is cut off', ['dkim-cut'], dkim(ours.slice(0, 255))],
  ['a DKIM key that is no key', ['dkim-damaged'], dkim('v=DKIM1; k=rsa; p=AAAA')],
  ['only an Ed25519 key', ['dkim-no-rsa'], (world) => void world.sender.keys.shift()],
  ['no DKIM key', ['dkim-none'], (world) => void world.sender.keys.splice(0)],
  [
    'a provider that signs',
    ['dkim-provider'],
    (world) => {
      world.sender.keys.splice(0)
      world.sender.relays.splice(
        0,
        1,
        relayOf('smtp://u:p@relay.courier.example:587?profile=postmark'),
      )
      world.dns.set('TXT', BOUNCE, 'v=spf1 include:spf.mtasv.net -all')
      world.dns.set('TXT', 'spf.mtasv.net', 'v=spf1 ip4:192.0.2.0/24 -all')
    },
  ],
]

describe('DKIM', () => {
  namesAndMends(rows)
})
