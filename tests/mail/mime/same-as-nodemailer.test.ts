import PostalMime, { decodeWords, type Email } from 'postal-mime'
import { expect, test } from 'vitest'
import type { NewsletterKind } from '#mail/message.ts'
import { COMMON, composeMessage, DIGEST, type Message } from '../message-fixture.ts'
import { madeUpLine, madeUpText, pick, randomFrom } from './made-up-text.ts'
import { composeByNodemailer } from './nodemailer-mail.ts'

const MAILS = 300

function madeUpMail(seed: number): Message {
  const random = randomFrom(seed)
  const common = {
    ...COMMON,
    from: { name: madeUpLine(random, { longest: 5 }), address: 'news@news.example.org' },
    to: pick(random, ['reader@example.net', "o'hara+news@example.net", 'jõgeva@example.ee']),
    subject: madeUpLine(random),
    html: `<p>${madeUpText(random)}`,
    text: `-${madeUpText(random)}`,
    date: new Date(Math.floor(random() * 2e12)),
  }
  if (random() < 0.3) return { ...common, kind: 'service' }
  const name = madeUpLine(random, { longest: 5 })
  const list = { ...DIGEST.list, id: { ...DIGEST.list.id, name } }
  const kind = pick<NewsletterKind>(random, ['digest', 'alert', 'correction', 'note'])
  const own = { entityRef: 'abc', references: '<abc.ref@news.example.org>' }
  return { ...common, ...own, kind, list, feedbackId: DIGEST.feedbackId }
}

/** What a mail program makes of it. */
async function read(raw: Buffer) {
  const email = await PostalMime.parse(raw)
  const { subject, from, to, replyTo, date, messageId, references, html, text } = email
  return {
    read: { subject, from, to, replyTo, date, messageId, references, html, text },
    headers: headersOf(email),
    listId: listIdOf(email),
  }
}

/** Without what names the parts' boundary, which is each composer's own. */
function headersOf({ headers }: Email) {
  return headers
    .filter(({ key }) => key !== 'content-type' && key !== 'subject' && key !== 'from')
    .filter(({ key }) => key !== 'list-id')
    .map(({ key, value }) => `${key}: ${value.replace(/\s+/g, ' ')}`)
    .toSorted()
}

/** Quoted or in encoded words, it is the same name. */
function listIdOf({ headers }: Email): string {
  const value = headers.find(({ key }) => key === 'list-id')?.value ?? ''
  return decodeWords(value).replace(/["\\]|\s+/g, '')
}

const seeds = Array.from({ length: MAILS }, (_, seed) => seed)

test('a mail reads as the same mail by nodemailer', async () => {
  const pairs = await Promise.all(
    seeds.map(async (seed) => {
      const message = madeUpMail(seed)
      const [ours, theirs] = [await composeMessage(message), await composeByNodemailer(message)]
      return { seed, ours: await read(ours), theirs: await read(theirs) }
    }),
  )

  for (const { seed, ours, theirs } of pairs) expect({ seed, ...ours }).toEqual({ seed, ...theirs })
})

const lengths = (text: string) => text.split('\r\n').map((line) => line.length)

test('no line is too long, begins with a dot or with "From ", or ends without CRLF; and there is no NUL', async () => {
  const mails = await Promise.all(
    seeds.map(async (seed) => (await composeMessage(madeUpMail(seed))).toString('latin1')),
  )

  for (const mail of mails) {
    expect(mail).not.toMatch(/\r(?!\n)|(?<!\r)\n|\0/)
    expect(mail.endsWith('--\r\n')).toBe(true)
    const [head = '', ...body] = mail.split('\r\n\r\n')
    expect(Math.max(...lengths(head))).toBeLessThanOrEqual(998)
    expect(Math.max(...lengths(body.join('\r\n\r\n')))).toBeLessThanOrEqual(76)
    expect(mail).not.toMatch(/^(?:\.|From )/m)
  }
})

test('composing the same mail again gives the same bytes', async () => {
  const once = await Promise.all(seeds.map(async (seed) => composeMessage(madeUpMail(seed))))
  const again = await Promise.all(seeds.map(async (seed) => composeMessage(madeUpMail(seed))))

  expect(once.every((mail, index) => again[index]?.equals(mail))).toBe(true)
})
