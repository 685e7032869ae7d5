import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { storeMail } from '#mail/inbox-store.ts'
import { openWebHouse, webOf, type WebHouse } from './web-fixture.ts'

let house: WebHouse
beforeEach(async () => {
  house = await openWebHouse()
})
afterEach(async () => house[Symbol.asyncDispose]())

describe('the built-in inbox', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'daybreak-inbox-'))
  })
  afterEach(async () => rm(dir, { recursive: true }))

  test('is read on the machine itself', async () => {
    const id = await storeMail(join(dir, 'inbox'), {
      from: 'b@example.org',
      to: ['reader@example.org'],
      receivedAt: house.now,
      raw: Buffer.from(
        'Subject: Good morning\r\nContent-Type: text/html\r\n\r\n<p>News</p><script>alert(1)</script>',
      ),
    })
    const web = webOf(house, { inboxDir: join(dir, 'inbox') })

    const list = await web.request('/inbox', {}, local())
    const mail = await web.request(`/inbox/${id}?view=raw`, {}, local())
    const html = await web.request(`/inbox/${id}/html`, {}, local())

    expect(await list.text()).toContain('Good morning')
    expect(await mail.text()).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(html.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox$/)
  })

  test.each<[string, string, Record<string, string>, string]>([
    ['from another machine', 'http://localhost/inbox', {}, '192.0.2.7'],
    ['from another machine over IPv6', 'http://localhost/inbox', {}, '2001:db8::7'],
    ['through a proxy', 'http://localhost/inbox', { 'X-Forwarded-For': '127.0.0.1' }, '127.0.0.1'],
    [
      'through a proxy of another kind',
      'http://localhost/inbox',
      { Forwarded: 'for=127.0.0.1' },
      '127.0.0.1',
    ],
    ['by the public name', 'http://news.example.org/inbox', {}, '127.0.0.1'],
    ['by a page whose name leads here', 'http://rebound.example/inbox/x/html', {}, '127.0.0.1'],
  ])('is refused to a stranger %s', async (_, ...[url, headers, remote]) => {
    const response = await house.web.request(
      url,
      { headers },
      { incoming: { socket: { remoteAddress: remote } } },
    )

    expect(response.status).toBe(403)
    expect(await response.text()).toContain('can be read on the machine itself only')
  })

  test.each(['127.0.0.1', '::1', '::ffff:127.0.0.1'])('is open to %s', async (remote) => {
    const response = await house.web.request(
      'http://[::1]:8080/inbox',
      {},
      { incoming: { socket: { remoteAddress: remote } } },
    )

    expect(response.status).toBe(200)
  })

  test('in a container is open to its own machine when it is named on purpose', async () => {
    house.context.config = { ...house.context.config, testInbox: true }

    expect((await house.web.request('/inbox', {}, stranger())).status).toBe(200)

    house.context.config = {
      ...house.context.config,
      publicUrl: new URL('https://news.example.org'),
    }

    expect((await house.web.request('/inbox', {}, stranger())).status).toBe(403)
  })

  test('is not there when mail goes to a relay', async () => {
    house.context.relay = { test: false }

    expect((await house.web.request('/inbox', {}, local())).status).toBe(404)
  })

  test.each([
    '..%2fsecret',
    '%2e%2e%2fsecret',
    '..%5csecret',
    'secret',
    '20261122T063000000Z-000001%00',
    '../secret',
  ])('does not hand out the file %s', async (id) => {
    await mkdir(join(dir, 'inbox'))
    await writeFile(join(dir, 'secret.eml'), 'x\r\ny\r\nSubject: secret\r\n\r\nsecret')
    await writeFile(join(dir, 'inbox', 'secret.eml'), 'x\r\ny\r\nSubject: secret\r\n\r\nsecret')
    const web = webOf(house, { inboxDir: join(dir, 'inbox') })

    const answers = [
      await web.request(`/inbox/${id}`, {}, local()),
      await web.request(`/inbox/${id}/html`, {}, local()),
    ]

    expect(answers.map((answer) => answer.status)).toEqual([404, 404])
  })
})

function local() {
  return { incoming: { socket: { remoteAddress: '127.0.0.1' } } }
}

function stranger() {
  return { incoming: { socket: { remoteAddress: '172.17.0.1' } } }
}
