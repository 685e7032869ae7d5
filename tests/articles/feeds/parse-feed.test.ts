import { describe, expect, test } from 'vitest'
import { parseFeed } from '#articles/feeds/parse-feed.ts'

const URL_OF_FEED = 'https://courier.example/news/feed.xml'

async function parse(text: string | Uint8Array, contentType: string | null = null) {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  return parseFeed(bytes, { contentType, url: URL_OF_FEED })
}

const rss = (items: string, head = '') =>
  `<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>The Harbour Courier</title><link>https://courier.example/</link>${head}${items}</channel></rss>`

describe('what is read', () => {
  test('RSS with everything a news site puts into it', async () => {
    const feed = await parse(
      rss(
        `<item><title>Ferry &amp;amp; dredger collide</title><link>/news/ferry?a=1&amp;b=2</link><guid isPermaLink="false">f-1</guid>
         <pubDate>Sun, 22 Nov 2026 07:05:00 +0100</pubDate><dc:creator>Ida Holm</dc:creator>
         <category>Harbour</category><category>Shipping</category>
         <description>Two hurt.</description><content:encoded><![CDATA[<p>Two people were hurt.</p>]]></content:encoded>
         <media:content url="https://courier.example/ferry.jpg" width="1200" height="800" medium="image" type="image/jpeg"/></item>`,
        '<language>en-GB</language><ttl>15</ttl><atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="https://courier.example/feed"/>',
      ),
    )

    expect(feed).toMatchObject({
      format: 'rss',
      title: 'The Harbour Courier',
      siteUrl: 'https://courier.example/',
      language: 'en-GB',
      hubUrls: ['https://hub.example/'],
      selfUrl: 'https://courier.example/feed',
      ttlMinutes: 15,
      dropped: 0,
    })
    expect(feed.items).toEqual([
      {
        guid: 'f-1',
        url: 'https://courier.example/news/ferry?a=1&b=2',
        title: 'Ferry & dredger collide',
        html: '<p>Two people were hurt.</p>',
        summary: 'Two hurt.',
        byline: 'Ida Holm',
        publishedAt: new Date('2026-11-22T06:05:00Z'),
        updatedAt: new Date('2026-11-22T06:05:00Z'),
        tags: ['Harbour', 'Shipping'],
        section: null,
        image: { url: 'https://courier.example/ferry.jpg', alt: null, width: 1200, height: 800 },
        language: 'en-GB',
      },
    ])
  })

  test('Atom, with addresses against its base', async () => {
    const feed = await parse(
      `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://courier.example/" xml:lang="de"><title>Kurier</title><link href="/"/><link rel="hub" href="https://hub.example/a?x=1&amp;y=2"/>
       <entry><id>urn:1</id><title type="html">Fähre &lt;b&gt;stößt&lt;/b&gt; an</title><link href="artikel/1"/><updated>2026-11-22T06:00:00Z</updated><published>2026-11-21T06:00:00Z</published><author><name>Jo Ek</name></author><summary>Kurz.</summary></entry></feed>`,
    )

    expect(feed).toMatchObject({ format: 'atom', hubUrls: ['https://hub.example/a?x=1&y=2'] })
    expect(feed.items[0]).toMatchObject({
      guid: 'urn:1',
      url: 'https://courier.example/artikel/1',
      title: 'Fähre stößt an',
      byline: 'Jo Ek',
      publishedAt: new Date('2026-11-21T06:00:00Z'),
      updatedAt: new Date('2026-11-22T06:00:00Z'),
    })
  })

  test('RDF', async () => {
    const feed = await parse(
      `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Old</title><link>https://old.example/</link></channel><item><title>One</title><link>https://old.example/1</link><dc:date>2026-11-20T10:00:00Z</dc:date></item></rdf:RDF>`,
    )

    expect(feed.items[0]).toMatchObject({
      title: 'One',
      url: 'https://old.example/1',
      publishedAt: new Date('2026-11-20T10:00:00Z'),
    })
  })

  test('JSON Feed', async () => {
    const feed = await parse(
      JSON.stringify({
        version: 'https://jsonfeed.org/version/1.1',
        title: 'Courier',
        home_page_url: 'https://courier.example/',
        hubs: [{ type: 'WebSub', url: 'https://hub.example/' }],
        items: [
          {
            id: '7',
            url: 'https://courier.example/7',
            title: 'Seven',
            content_text: 'One <two>.\n\nThree.',
            date_published: '2026-11-20T10:00:00Z',
            authors: [{ name: 'Ida' }, { name: 'Jo' }],
            tags: ['Harbour'],
            image: '/7.jpg',
          },
        ],
      }),
    )

    expect(feed).toMatchObject({ format: 'json', hubUrls: ['https://hub.example/'] })
    expect(feed.items[0]).toMatchObject({
      guid: '7',
      html: '<p>One &lt;two>.</p><p>Three.</p>',
      byline: 'Ida, Jo',
      image: { url: 'https://courier.example/7.jpg' },
    })
  })

  test('a news sitemap, the newest first', async () => {
    const feed = await parse(
      `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="n" xmlns:image="i">
       <url><loc>https://courier.example/old</loc><lastmod>2026-11-01</lastmod></url>
       <url><loc>https://courier.example/new</loc><image:image><image:loc>https://courier.example/p.jpg</image:loc></image:image><news:news><news:publication><news:name>Courier</news:name><news:language>en</news:language></news:publication><news:publication_date>2026-11-21T06:00:00Z</news:publication_date><news:title>Storm &amp; tide</news:title><news:keywords>Weather, Harbour</news:keywords></news:news></url></urlset>`,
    )

    expect(feed.format).toBe('sitemap')
    expect(feed.items).toMatchObject([
      {
        url: 'https://courier.example/new',
        title: 'Storm & tide',
        tags: ['Weather', 'Harbour'],
        image: { url: 'https://courier.example/p.jpg' },
        publishedAt: new Date('2026-11-21T06:00:00Z'),
      },
      { url: 'https://courier.example/old' },
    ])
  })

  test('what is whole of a truncated feed', async () => {
    const whole = rss(
      '<item><title>One</title><link>https://courier.example/1</link></item><item><title>Two</title><link>https://courier.example/2</link></item>',
    )

    const feed = await parse(whole.slice(0, whole.indexOf('<title>Two') + 8))

    expect(feed.items.map(({ title }) => title)).toContain('One')
  })

  test.each([
    ['windows-1252', 'text/xml', new Uint8Array([0xe9])],
    ['iso-8859-2', 'text/xml; charset=iso-8859-1', new Uint8Array([0xe9])],
    ['iso-8859-1', null, new TextEncoder().encode('é')],
  ])('a declared charset, right or wrong: %s, said %s', async (encoding, contentType, letter) => {
    const [before = '', after = ''] = rss(
      '<item><title>Caf#</title><link>https://courier.example/1</link></item>',
    )
      .replace('version="1.0"', `version="1.0" encoding="${encoding}"`)
      .split('#')
    const bytes = Buffer.concat([Buffer.from(before), letter, Buffer.from(after)])

    const feed = await parse(bytes, contentType)

    expect(feed.items[0]?.title).toBe('Café')
  })

  test('UTF-16 without a mark', async () => {
    const feed = await parse(
      Buffer.from(
        rss('<item><title>Tøj</title><link>https://c.example/1</link></item>'),
        'utf16le',
      ),
    )

    expect(feed.items[0]?.title).toBe('Tøj')
  })

  test('names are text: no markup, no hidden characters, no addresses but http', async () => {
    const feed = await parse(
      rss(
        '<item><title>A &lt;img src=x onerror=alert(1)&gt;\u202Estorm\u202C</title><link>javascript:alert(1)</link><description>x</description><category>&lt;b&gt;Sea&lt;/b&gt;</category></item>',
      ),
    )

    expect(feed.items[0]).toMatchObject({ url: null, title: 'A storm', tags: ['Sea'] })
  })

  test('a date far ahead is none', async () => {
    const feed = await parse(
      rss(
        '<item><link>https://c.example/1</link><pubDate>Mon, 22 Nov 2100 06:00:00 GMT</pubDate></item>',
      ),
    )

    expect(feed.items[0]?.publishedAt).toBeNull()
  })
})

describe('what does no harm', () => {
  test('entities of its own are not expanded, and none is fetched', async () => {
    const lol = Array.from(
      { length: 9 },
      (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`,
    )
    const feed = await parse(
      `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">${lol.join('')}<!ENTITY x SYSTEM "file:///etc/passwd">]>${rss('<item><title>&l9; &x;</title><link>https://c.example/1</link></item>').slice(21)}`,
    )

    expect(feed.items[0]?.title?.length).toBeLessThan(50)
    expect(feed.items[0]?.title).not.toContain('root:')
  })

  test('of a hundred thousand items two thousand are taken, and the rest is counted', async () => {
    const feed = await parse(rss('<item><link>https://c.example/1</link></item>'.repeat(100_000)))

    expect(feed.items).toHaveLength(2000)
    expect(feed.dropped).toBe(98_000)
  })

  test('a hundred thousand tags in each other are refused', async () => {
    await expect(
      parse(rss(`<item>${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}</item>`)),
    ).rejects.toThrow(/built too deep/)
  })

  test.each([
    ['a page', '<!DOCTYPE html><html><head><title>x</title></head></html>', /web page, not a feed/],
    ['nothing', '   ', /feed is empty/],
    ['JSON of another kind', '{"a":1}', /not a JSON Feed/],
    ['broken JSON', '{"items":[', /cannot be read as a feed/],
    ['text', 'Tide tables', /not a feed/],
    [
      'a list of sitemaps',
      '<sitemapindex><sitemap><loc>https://c.example/news.xml</loc></sitemap></sitemapindex>',
      /https:\/\/c\.example\/news\.xml/,
    ],
    ['too much', 'x'.repeat(11 * 1024 * 1024), /too large: 11\.0 MB/],
  ])('%s is refused in words', async (_, text, words) => {
    await expect(parse(text)).rejects.toThrow(words)
  })
})
