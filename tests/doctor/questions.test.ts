import { createServer as createPlain, type RequestListener } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { Server as NetServer } from 'node:net'
import { dmarc } from 'mailauth/lib/dmarc/index.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isAligned, walkDmarc } from '#mail/sender-dns/dmarc-record.ts'
import { DnsFailure, mailauthResolver, openDns } from '#mail/sender-dns/dns.ts'
import { zoneLineOf } from '#mail/sender-dns/finding.ts'
import { openOutside } from '#doctor/outside.ts'
import { openWebAsker, type WebAnswer } from '#doctor/web.ts'
import { type DnsServer, startDnsServer } from '../support/dns-server.ts'
import { portOf } from '../support/fake-relay.ts'
import { makeCertificate } from './certificates.ts'

const HOST = 'news.courier.example'
const right = makeCertificate(HOST, 90)
const foreign = makeCertificate('other.example', 90)

describe('the DNS', () => {
  let server: DnsServer
  beforeAll(async () => {
    server = await startDnsServer()
  })
  afterAll(async () => server[Symbol.asyncDispose]())

  test('joins the strings of a long record', async () => {
    const long = `v=DKIM1; p=${'A'.repeat(600)}`
    server.set('TXT', 'long.example', long)

    expect(await openDns({ server: server.address }).txt('long.example')).toEqual([long])
  })

  test('follows an alias', async () => {
    server.set('CNAME', 'alias.example', 'real.example')
    server.set('TXT', 'real.example', 'found')

    expect(await openDns({ server: server.address }).txt('alias.example')).toEqual(['found'])
  })

  test('answers with nothing for a name without the record, and for no name', async () => {
    server.set('A', 'only-address.example', '192.0.2.1')
    const dns = openDns({ server: server.address })

    expect(await dns.txt('only-address.example')).toEqual([])
    expect(await dns.mx('nobody.example')).toEqual([])
  })

  test('the name of an address comes from the resolver, never from the hosts file of this machine', async () => {
    const dead = openDns({ server: '127.0.0.1:1', timeoutMs: 200 })

    await expect(dead.ptr('127.0.0.1')).rejects.toThrow(DnsFailure)
  })

  test('does not take a failure for nothing', async () => {
    server.fail('broken.example')

    await expect(openDns({ server: server.address }).txt('broken.example')).rejects.toThrow(
      DnsFailure,
    )
  })

  test('is asked each question once', async () => {
    const dns = openDns({ server: server.address })
    await Promise.all([dns.a('once.example'), dns.a('once.example')])
    await dns.a('once.example')

    expect(server.questions.filter((question) => question === 'A once.example')).toHaveLength(1)
  })

  test('needs an address for a resolver', () => {
    expect(() => openDns({ server: 'not an address' })).toThrow('--resolver takes an address')
  })

  test('is asked for DMARC eight times at most, however long the name', async () => {
    const name = 'a.b.c.d.e.f.g.h.i.j.example'
    const { organisation } = await walkDmarc(openDns({ server: server.address }), name)

    expect(organisation).toBe(name)
    expect(
      server.questions.filter((question) =>
        /_dmarc\..*j\.example$|_dmarc\.example$/.test(question),
      ),
    ).toHaveLength(8)
  })

  test.each([
    ['v=DMARC1; p=reject', 'bounce.courier.example', 'r'],
    ['v=DMARC1; p=reject; aspf=s', 'bounce.courier.example', 's'],
    ['v=DMARC1; p=reject', 'returns.example', 'r'],
    ['v=DMARC1; p=reject; psd=n', 'bounce.courier.example', 'r'],
  ])('with %s, %s is aligned or not as mailauth has it', async (record, other, mode) => {
    server.set('TXT', '_dmarc.courier.example', record)
    const dns = openDns({ server: server.address })

    const ours = await isAligned(dns, { from: 'courier.example', other, mode })
    const theirs = await dmarc({
      headerFrom: 'courier.example',
      spfDomains: [other],
      dkimDomains: [],
      resolver: mailauthResolver(dns),
    })

    expect(ours).toBe(theirs !== false && theirs.status.result === 'pass')
  })
})

test('a record for a zone file is in strings of at most 255 characters', () => {
  const value = `v=DKIM1; k=rsa; p=${'B'.repeat(400)}`

  const line = zoneLineOf({ name: 's._domainkey.courier.example', type: 'TXT', value })

  const strings = [...line.matchAll(/"([^"]*)"/g)].map(([, text = '']) => text)
  expect(line).toMatch(/^s\._domainkey\.courier\.example\. IN TXT "/)
  expect(strings.map((text) => text.length)).toEqual([255, value.length - 255])
  expect(strings.join('')).toBe(value)
})

const listeners: RequestListener = (request, response) => {
  if (request.url === '/large') response.end('x'.repeat(600 * 1024))
  else if (request.url === '/on') response.writeHead(301, { location: '/u' }).end()
  else if (request.url !== '/silent')
    response
      .writeHead(404, { 'set-cookie': 'a=b' })
      .end(`${request.method} ${request.headers.host}`)
}

const listen = async (server: NetServer) =>
  new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

const ask = async (
  server: NetServer,
  {
    path = '/u',
    method = 'GET',
    scheme = 'https',
  }: { path?: string; method?: 'GET' | 'POST'; scheme?: string } = {},
): Promise<WebAnswer> =>
  openWebAsker({ timeoutMs: 400, ca: [right.cert, foreign.cert] })({
    url: new URL(`${scheme}://${HOST}:${portOf(server)}${path}`),
    address: '127.0.0.1',
    method,
    ...(method === 'POST' ? { body: 'List-Unsubscribe=One-Click', type: 'text/plain' } : {}),
  })

describe('a page', () => {
  let known: Server
  let unknown: Server
  let plain: NetServer
  beforeAll(async () => {
    known = createServer(right, listeners)
    unknown = createServer(foreign, listeners)
    const simple = createPlain(listeners)
    plain = simple
    await Promise.all([known, unknown, plain].map(listen))
  })
  afterAll(() => {
    known.closeAllConnections()
    known.close()
    unknown.close()
    plain.close()
  })

  test('is asked at the address that was found, by its own name', async () => {
    const answer = await ask(known, { method: 'POST' })

    expect(answer).toMatchObject({
      kind: 'answered',
      status: 404,
      headers: { 'set-cookie': 'a=b' },
      body: `POST ${HOST}:${portOf(known)}`,
      from: '127.0.0.1',
    })
    expect(answer.kind === 'answered' && (answer.validTo?.getTime() ?? 0) > Date.now()).toBe(true)
  })

  test('that leads on is not followed', async () => {
    expect(await ask(known, { path: '/on' })).toMatchObject({
      status: 301,
      headers: { location: '/u' },
    })
  })

  test('with the certificate of another name is a failure', async () => {
    expect(await ask(unknown)).toMatchObject({
      kind: 'failed',
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
  })

  test('with a certificate that nobody vouches for is a failure', async () => {
    const answer = await openWebAsker({ timeoutMs: 400, ca: undefined })({
      url: new URL(`https://${HOST}:${portOf(known)}/`),
      address: '127.0.0.1',
    })

    expect(answer).toMatchObject({ kind: 'failed', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  })

  test.each(['/silent', '/large'])('that is %s is a failure', async (path) => {
    expect(await ask(known, { path })).toMatchObject({ kind: 'failed' })
  })

  test('without encryption has no certificate', async () => {
    expect(await ask(plain, { scheme: 'http' })).toMatchObject({ kind: 'answered', validTo: null })
  })
})

test('a server is reached where the resolver says, not where the machine thinks', async () => {
  await using dns = await startDnsServer()
  dns.set('A', 'mx.courier.example', '127.0.0.1')
  const server = createPlain()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const outside = openOutside({ resolver: dns.address, timeoutMs: 1000, now: () => new Date() })

  const socket = await outside.connect({ host: 'mx.courier.example', port: portOf(server) })

  expect(socket.remoteAddress).toBe('127.0.0.1')
  await expect(outside.connect({ host: 'gone.example', port: 25 })).rejects.toThrow('no address')
  socket.destroy()
  server.close()
})
