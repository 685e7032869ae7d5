import { isIPv6 } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createFetcher } from '#articles/fetching/fetch.ts'
import { answers, openNewsServer } from '../../support/news-server.ts'
import { closedAddresses } from './closed-addresses.ts'

const PAGES = { accepts: /./ }
/** Where our test server listens: the only one of them that a test may let through. */
const HERE = '127.0.0.1'

describe.each(closedAddresses)('%s: %s is not fetched from', (_, address) => {
  // A zone has no place in an address of the web.
  test.skipIf(address.includes('%'))('by its number', async () => {
    const host = isIPv6(address) ? `[${address}]` : address

    await expect(createFetcher()({ ...PAGES, url: `http://${host}/` })).rejects.toThrow(
      /not a public web address/,
    )
  })

  test.each([
    ['alone', [address]],
    ['after a public one', ['93.184.215.14', address]],
  ])('by a name that stands for it, %s', async (_how, addresses) => {
    const fetch = createFetcher({ resolve: async () => addresses })

    await expect(fetch({ ...PAGES, url: 'https://news.example/' })).rejects.toThrow(
      /not a public web address/,
    )
  })

  test('by a name that stands for it when it is asked again, on the way of a redirect', async () => {
    await using server = await openNewsServer()
    server.on('/', answers(302, { location: 'http://news.example/next' }))
    const known = [[HERE], [address]]
    const fetch = createFetcher({
      resolve: async () => known.shift() ?? [HERE],
      allow: (to, port) => known.length === 1 && to === HERE && port === server.port,
    })

    await expect(fetch({ ...PAGES, url: `${server.url}/` })).rejects.toThrow(
      /not a public web address/,
    )
    expect(server.requests.map(({ path }) => path)).toEqual(['/'])
  })
})
