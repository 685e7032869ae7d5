import { type EditionView, archivePage, editionViewPage } from '#http/html/archive-pages.ts'
import { type PageFrame } from '#http/html/page.ts'
import { wholeDigest } from '#mail/digest-blocks.ts'
import { publicView } from '#mail/public-view.ts'
import { compileAlert, compileDigest, compileNote } from '#mail/templates.ts'
import { alert, courier, digestOf, note } from '../mail/harbour-courier.ts'

const base = 'https://news.courier.example/n/daily'
const signUp = 'https://news.courier.example/?newsletter=daily'
const links = {
  page: base,
  signUp,
  feeds: { rss: `${base}/feed.xml`, atom: `${base}/atom.xml`, json: `${base}/feed.json` },
}

/** Whole pages of the archive with the made-up newsroom's content, by name. */
export async function archiveSamples(): Promise<Record<string, string>> {
  const frame: PageFrame = {
    publication: courier.publication,
    language: 'en',
    assets: '/assets',
  }
  const editions = ['Night ferries return', 'Sunday market stays', 'The bridge opens again'].map(
    (subject, index) => ({
      url: `${base}/${40 - index}`,
      subject,
      preheader: 'Council votes on the quay · Rovers win at the last minute',
      day: { iso: '2026-11-22T06:30:00Z', words: `Sunday, ${22 - index} November 2026` },
      correctedOn: index === 1 ? '22 November 2026, 14:05 GMT' : null,
    }),
  )
  const list = {
    newsletter: { name: 'Morning Digest', description: 'The day’s news in a few minutes.' },
    links,
    url: base,
    indexed: true,
    olderUrl: `${base}?before=38`,
    newestUrl: base,
  }
  return {
    'a list': String(await archivePage(frame, { ...list, editions })),
    'a list in Arabic': String(
      await archivePage({ ...frame, language: 'ar' }, { ...list, editions }),
    ),
    'an empty list': String(
      await archivePage(frame, { ...list, editions: [], olderUrl: null, newestUrl: null }),
    ),
    'a corrected digest': await viewOf(wholeDigest(await compileDigest(digestOf(8)))),
    'a note': await viewOf((await compileNote(note)).html, { changes: [], links: null }),
    'an alert': await viewOf((await compileAlert(alert)).html, { changes: [] }),
  }
}

async function viewOf(html: string, change: Partial<EditionView> = {}): Promise<string> {
  const mail = publicView(html, {
    whyLine: 'This is Morning Digest from The Harbour Courier, as anybody can read it on the web.',
    signUp: { url: signUp, label: 'Get it by mail' },
    archive: { url: base, label: 'All editions' },
    storyUrl: [],
  })
  return editionViewPage({
    mail,
    language: 'en',
    newsletter: 'Morning Digest',
    publication: 'The Harbour Courier',
    subject: 'Night ferries return',
    preheader: 'Sunday market stays',
    url: `${base}/40`,
    publishedAt: new Date('2026-11-22T06:30:00Z'),
    indexed: true,
    picture: undefined,
    links,
    signUpUrl: signUp,
    changes: [
      {
        time: '22 November 2026, 14:05 GMT',
        lines: ['We said that the ferry leaves at seven.', 'It leaves at eight.'],
      },
    ],
    ...change,
  })
}
