import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { readConfig } from '#config.ts'
import { selfCheckRoutes, selfProof } from '#http/public/self-check.ts'

const secrets = { tokenKey: Buffer.alloc(32, 1), suppressionKey: Buffer.alloc(32, 2) }
const NONCE = 'a-nonce-of-the-doctor'

async function ask({
  nonce = NONCE,
  peer,
  forwardedFor,
  proxies = '',
}: {
  nonce?: string
  peer?: string
  forwardedFor?: string
  proxies?: string
}): Promise<Response> {
  const config = readConfig({ TRUSTED_PROXIES: proxies })
  const web = new Hono().route('/', selfCheckRoutes({ config, secrets }))
  web.onError((_, request) => request.text('refused', 404))
  const headers = forwardedFor === undefined ? {} : { 'X-Forwarded-For': forwardedFor }
  const env = peer === undefined ? undefined : { incoming: { socket: { remoteAddress: peer } } }
  return web.request(`/.well-known/daybreak?nonce=${nonce}`, { headers }, env)
}

describe('the page for the doctor', () => {
  test('proves that it is this installation, by the nonce and the token key', async () => {
    const said: unknown = await (await ask({ peer: '198.51.100.1' })).json()
    const other = selfProof({ tokenKey: Buffer.alloc(32, 9) }, NONCE)

    expect(said).toMatchObject({ proof: selfProof(secrets, NONCE) })
    expect(new Set([other, selfProof(secrets, NONCE), selfProof(secrets, `${NONCE}2`)]).size).toBe(
      3,
    )
  })

  test.each([
    ['198.51.100.1', undefined, '', { client: 'public', range: null, forwarded: 'none' }],
    ['10.1.2.3', undefined, '', { client: 'private', range: '10.0.0.0/8', forwarded: 'none' }],
    [
      '10.1.2.3',
      '198.51.100.1',
      '',
      { client: 'private', range: '10.0.0.0/8', forwarded: 'ignored' },
    ],
    [
      '10.1.2.3',
      '198.51.100.1',
      '10.0.0.0/8',
      { client: 'public', range: null, forwarded: 'believed' },
    ],
    [
      '::ffff:127.0.0.1',
      undefined,
      '',
      { client: 'private', range: '127.0.0.0/8', forwarded: 'none' },
    ],
    ['fd12::1', undefined, '', { client: 'private', range: 'fc00::/7', forwarded: 'none' }],
    [undefined, undefined, '', { client: 'unknown', range: null, forwarded: 'none' }],
  ])(
    'a question of %s for %s with the proxies "%s"',
    async (...[peer, forwardedFor, proxies, expected]) => {
      const response = await ask({
        ...(peer === undefined ? {} : { peer }),
        ...(forwardedFor === undefined ? {} : { forwardedFor }),
        proxies,
      })

      expect(await response.json()).toEqual({ proof: selfProof(secrets, NONCE), ...expected })
    },
  )

  test('never tells an address', async () => {
    const text = await (await ask({ peer: '10.1.2.3', forwardedFor: '198.51.100.1' })).text()

    expect(text).not.toMatch(/10\.1\.2\.3|198\.51\.100\.1/)
  })

  test.each(['', 'short', 'x'.repeat(65), 'a nonce with blanks in it'])(
    'the nonce "%s" gets no answer',
    async (nonce) => {
      const response = await ask({ nonce: encodeURIComponent(nonce) })

      expect(response.status).toBe(404)
    },
  )
})
