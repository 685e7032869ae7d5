import { createServer } from 'node:http'
import { once } from 'node:events'
import { chanceFrom } from '#drill/chance.ts'

export type MadeSite = AsyncDisposable & {
  port: number
  feedUrl(name: string): string
  /** From now on the feed has this many items; `whole`: with their text. */
  publish(name: string, content: { count: number; whole: boolean }): void
}

/** A news site on this machine: feeds that are empty until told otherwise, and pages with the chrome that pages have. */
export async function openMadeSite(): Promise<MadeSite> {
  const published = new Map<string, { count: number; whole: boolean }>()
  const server = createServer((request, response) => {
    const [, kind, name = '', number = '0'] = (request.url ?? '').split('/')
    if (kind === 'feed') {
      response.setHeader('content-type', 'application/feed+json')
      response.end(feedOf(name, published.get(name) ?? { count: 0, whole: false }))
    } else if (kind === 'news') {
      response.setHeader('content-type', 'text/html; charset=utf-8')
      response.end(pageOf(articleOf(name, Number(number))))
    } else {
      response.statusCode = 404
      response.end()
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const base = `http://127.0.0.1:${port}`
  const feedOf = (name: string, { count, whole }: { count: number; whole: boolean }) =>
    JSON.stringify({
      version: 'https://jsonfeed.org/version/1.1',
      title: `Made feed ${name}`,
      items: Array.from({ length: count }, (_, number) => {
        const { headline, paragraphs } = articleOf(name, number)
        return {
          id: `${name}-${number}`,
          url: `${base}/news/${name}/${number}`,
          title: headline,
          ...(whole
            ? { content_html: markupOf(paragraphs) }
            : { summary: paragraphs[0]?.slice(0, 80) }),
        }
      }),
    })
  return {
    port,
    feedUrl: (name) => `${base}/feed/${name}`,
    publish: (name, content) => void published.set(name, content),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

type Made = { headline: string; paragraphs: string[] }

/** About 500 words that no other article has. */
function articleOf(name: string, number: number): Made {
  const seed = Buffer.from(`${name}/${number}`).reduce(
    (sum, byte) => (sum * 31 + byte) % 2_147_483_647,
    7,
  )
  const chance = chanceFrom(seed)
  const pick = (from: string) => from[Math.floor(chance() * from.length)] ?? ''
  const word = () =>
    Array.from({ length: 3 }, () => pick('bdfgklmnprstvz') + pick('aeiou')).join('')
  const sentence = () => {
    const words = Array.from({ length: 16 }, word).join(' ')
    return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
  }
  return {
    headline: `${word()} ${word()} opens the ${word()} of ${word()}`,
    paragraphs: Array.from({ length: 10 }, () => `${sentence()} ${sentence()} ${sentence()}`),
  }
}

function markupOf(paragraphs: readonly string[]): string {
  return paragraphs.map((text) => `<p>${text}</p>`).join('\n')
}

/** About 60 KB, most of it what is not the article, as on real pages. */
function pageOf({ headline, paragraphs }: Made): string {
  const links = Array.from(
    { length: 120 },
    (_, index) =>
      `<li class="nav-item"><a href="/section/${index}">Section number ${index}</a></li>`,
  ).join('')
  const cards = Array.from(
    { length: 60 },
    (_, index) =>
      `<div class="card"><a href="/more/${index}"><h3>Another story ${index}</h3></a><span class="tag">Area ${index % 7}</span></div>`,
  ).join('')
  return `<!doctype html><html lang="en"><head><title>${headline} | Made News</title>
<meta property="og:title" content="${headline}"><meta property="og:site_name" content="Made News">
<style>${'.card{margin:0 auto;padding:1px}'.repeat(400)}</style><script>${'window.q=(window.q||[]);'.repeat(400)}</script></head>
<body><header><nav><ul>${links}</ul></nav></header><main><article><h1>${headline}</h1><p class="byline">By Ada Quay</p>
${markupOf(paragraphs)}</article><aside class="related">${cards}</aside></main><footer><ul>${links}</ul></footer></body></html>`
}
