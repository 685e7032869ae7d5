import { once } from 'node:events'
import { type RequestListener, type Server, createServer } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { createPageFetcher, fetchPage } from '#articles/fetching/fetch-page.ts'

const servers: Server[] = []

async function serve(answer: RequestListener, { host = '127.0.0.1', port = 0 } = {}) {
  const server = createServer(answer).listen(port, host)
  servers.push(server)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

const loopback = (address: string) => address === '127.0.0.1'
const toLoopback = async () => ['127.0.0.1']

describe('what is fetched', () => {
  test('a page comes with its bytes, its type and the address it ended at', async () => {
    const port = await serve((request, response) => {
      if (request.url === '/old') response.writeHead(301, { location: '/new' }).end()
      else
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<p>Tide</p>')
    })
    const fetcher = createPageFetcher({ resolve: toLoopback, allow: loopback })

    const page = await fetchPage({ url: `http://news.example:${port}/old#top`, fetcher })

    expect(new TextDecoder().decode(page.bytes)).toBe('<p>Tide</p>')
    expect(page.contentType).toBe('text/html; charset=utf-8')
    expect(page.url).toBe(`http://news.example:${port}/new`)
  })

  test('a gzipped page is unpacked', async () => {
    const port = await serve((_, response) =>
      response
        .writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' })
        .end(gzipSync('<p>Tide</p>')),
    )
    const fetcher = createPageFetcher({ resolve: toLoopback, allow: loopback })

    const page = await fetcher(`http://news.example:${port}/`)

    expect(new TextDecoder().decode(page.bytes)).toBe('<p>Tide</p>')
  })
})

describe('what is refused before a connection is made', () => {
  const untouched = createPageFetcher({
    resolve: async () => {
      throw new Error('no name should be looked up')
    },
  })

  test.each([
    'http://127.0.0.1/',
    'http://10.1.2.3/',
    'http://192.168.0.1/',
    'http://172.16.9.9/',
    'http://169.254.169.254/latest/meta-data/',
    'http://100.64.0.1/',
    'http://0.0.0.0/',
    'http://0x7f.1/',
    'http://2130706433/',
    'http://017700000001/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[fd00::1]/',
    'http://[fe80::1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
  ])('an address that is not public: %s', async (url) => {
    await expect(untouched(url)).rejects.toThrow(/not a public web address/)
  })

  test.each([
    'file:///etc/passwd',
    'ftp://example.org/a',
    'gopher://example.org/',
    'javascript:alert(1)',
    'http://user:secret@example.org/',
    'not an address',
    '',
  ])('an address of another kind: %s', async (url) => {
    await expect(untouched(url)).rejects.toThrow(/Only http and https/)
  })

  test('a port other than 80 and 443', async () => {
    const fetcher = createPageFetcher({ resolve: async () => ['93.184.215.14'] })

    await expect(fetcher('http://news.example:6379/')).rejects.toThrow(/not a public web address/)
  })

  test('a name that answers with a private address among public ones', async () => {
    const fetcher = createPageFetcher({ resolve: async () => ['93.184.215.14', '10.0.0.5'] })

    await expect(fetcher('http://news.example/')).rejects.toThrow(/not a public web address/)
  })
})

describe('redirects', () => {
  test('a redirect to a private address is refused', async () => {
    const port = await serve((_, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/latest/' }).end(),
    )
    const fetcher = createPageFetcher({ resolve: toLoopback, allow: loopback })

    await expect(fetcher(`http://news.example:${port}/`)).rejects.toThrow(
      /169\.254\.169\.254 is not/,
    )
  })

  test('redirects in a circle are refused by name', async () => {
    const port = await serve((request, response) =>
      response.writeHead(302, { location: request.url === '/a' ? '/b' : '/a' }).end(),
    )
    const fetcher = createPageFetcher({ resolve: toLoopback, allow: loopback })

    await expect(fetcher(`http://news.example:${port}/a`)).rejects.toThrow(/redirects in a circle/)
  })

  test('a fourth redirect is refused', async () => {
    const port = await serve((request, response) =>
      response.writeHead(302, { location: `${request.url}x` }).end(),
    )
    const fetcher = createPageFetcher({ resolve: toLoopback, allow: loopback })

    await expect(fetcher(`http://news.example:${port}/a`)).rejects.toThrow(/more than 3 times/)
  })
})

describe('a name that changes its answer', () => {
  test('is asked once a request, and the connection goes to the address that was checked', async () => {
    const port = await serve((_, response) => response.end('checked'), { host: '127.0.0.2' })
    await serve((_, response) => response.end('rebound'), { host: '127.0.0.1', port })
    const answers = ['127.0.0.2', '127.0.0.1']
    const fetcher = createPageFetcher({
      resolve: async () => [answers.shift() ?? '127.0.0.1'],
      allow: (address) => address === '127.0.0.2',
    })

    const page = await fetcher(`http://news.example:${port}/`)

    expect(new TextDecoder().decode(page.bytes)).toBe('checked')
    expect(answers).toEqual(['127.0.0.1'])
  })

  test('is refused when the second answer, after a redirect, is private', async () => {
    const port = await serve((_, response) => response.writeHead(302, { location: '/b' }).end(), {
      host: '127.0.0.2',
    })
    const answers = ['127.0.0.2', '127.0.0.1']
    const fetcher = createPageFetcher({
      resolve: async () => [answers.shift() ?? '127.0.0.1'],
      allow: (address) => address === '127.0.0.2',
    })

    await expect(fetcher(`http://news.example:${port}/a`)).rejects.toThrow(/not a public web/)
  })
})

describe('limits', () => {
  test('a gzip bomb is cut off while it unpacks', async () => {
    const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024))
    const port = await serve((_, response) =>
      response
        .writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' })
        .end(bomb),
    )
    const fetcher = createPageFetcher({ resolve: toLoopback, allow: loopback })

    await expect(fetcher(`http://news.example:${port}/`)).rejects.toThrow(
      /too large: more than 5 MB/,
    )
  })

  test('a page that drips is given up after the time limit', async () => {
    const port = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      const drip = setInterval(() => response.write('.'), 20)
      response.on('close', () => clearInterval(drip))
    })
    const fetcher = createPageFetcher({ resolve: toLoopback, allow: loopback, timeoutMs: 200 })

    await expect(fetcher(`http://news.example:${port}/`)).rejects.toThrow(/took longer than 0\.2 s/)
  })

  test('a name that never resolves is given up after the time limit', async () => {
    const fetcher = createPageFetcher({
      resolve: async () => Promise.withResolvers<string[]>().promise,
      timeoutMs: 50,
    })

    await expect(fetcher('http://news.example/')).rejects.toThrow(/took longer/)
  })

  test('a picture is no page', async () => {
    const port = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'image/png' }).end('x'),
    )
    const fetcher = createPageFetcher({ resolve: toLoopback, allow: loopback })

    await expect(fetcher(`http://news.example:${port}/`)).rejects.toThrow(/gives image\/png/)
  })

  test('a missing page is refused with the answer of its server', async () => {
    const port = await serve((_, response) => response.writeHead(404).end('gone'))
    const fetcher = createPageFetcher({ resolve: toLoopback, allow: loopback })

    await expect(fetcher(`http://news.example:${port}/`)).rejects.toMatchObject({
      message: expect.stringContaining('answered 404'),
      field: 'url',
      status: 422,
    })
  })

  test('a server that is not there is a refusal, not a surprise', async () => {
    const port = await serve((_, response) => response.end())
    servers.splice(0).forEach((server) => server.close())
    const fetcher = createPageFetcher({ resolve: toLoopback, allow: loopback })

    await expect(fetcher(`http://news.example:${port}/`)).rejects.toThrow(/could not be reached/)
  })
})
