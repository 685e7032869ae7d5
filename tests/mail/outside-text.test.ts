import { describe, expect, test } from 'vitest'

import { fillSlots } from '#mail/slots.ts'
import type { AlertModel, DigestModel, StoryBlock } from '#mail/template-model.ts'
import {
  compileAlert,
  compileConfirm,
  compileDigest,
  compileLetter,
  compileNote,
  compileWelcome,
} from '#mail/templates.ts'

import {
  alert,
  confirm,
  digestOf,
  letter,
  note,
  slotValues,
  storyOf,
  welcome,
} from './harbour-courier.ts'
import { parse, visibleText, wholeDigest } from './mail-reading.ts'

const ALLOWED = new Set(
  'html head title meta style body div table tbody tr td h1 h2 p a b br img span'.split(' '),
)
const HOSTS = new Set(['courier.example', 'news.courier.example', 'images.courier.example'])

const HOSTILE = [
  '</mj-text><script>alert(1)</script>',
  '</a></td></tr></table><img src=x onerror=alert(1)>',
  '{{ 7 | times: 6 }}{% assign x = 1 %}',
  '%%slot:unsubscribeUrl%%',
  '%%slot:unknown%% 100%',
  '%%%slot:whyLine%%%',
  '<!--/block:1--><!--block:item:1-->',
  '<![endif]--><!--[if mso]><script>alert(1)</script><![endif]-->',
  ']]><mj-image src="https://evil.example/x.png" />',
  '" onmouseover="alert(1)" x="',
  "' style='position:fixed",
  '&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#60;b&#62;',
  '[[ x ]] ${7*6} <%= 7*6 %>',
  '<mj-include path="/etc/passwd" type="css" />',
  '</title><style>*{display:none}</style>',
  '</body></html>',
  '$& $1 $` $$',
]

const CONTROLS = '\u0001end\u0002\u0001lead:0\u0002\u0003\r\nBcc: x\u202egnp.exe\u2066\u200b'

/** What a mail holds that it must not: other elements, event handlers, other places. */
function harmIn(markup: string): string[] {
  const elements = Array.from(parse(markup).querySelectorAll('*'))
  const attributes = elements.flatMap(({ attributes: each }) => Array.from(each))
  return [
    ...elements.map(({ localName }) => localName).filter((name) => !ALLOWED.has(name)),
    ...attributes.map(({ name }) => name).filter((name) => name.startsWith('on')),
    ...attributes
      .filter(({ name }) => name === 'href' || name === 'src')
      .map(({ value }) => value)
      .filter((value) => !isOurs(new URL(value))),
  ]
}

function isOurs({ protocol, hostname }: URL): boolean {
  return protocol === 'mailto:' || (protocol === 'https:' && HOSTS.has(hostname))
}

function hostileStory(story: StoryBlock, text: string): StoryBlock {
  const image = { url: 'https://images.courier.example/a.png', alt: text, width: 600, height: 400 }
  return {
    ...story,
    section: text,
    headline: text,
    sentences: [text, text],
    place: text,
    source: text,
    image,
  }
}

function hostileDigest(text: string): DigestModel {
  const digest = digestOf(3)
  return {
    ...digest,
    publication: {
      ...digest.publication,
      name: text,
      address: text,
      disclaimer: text,
      correctionsAddress: text,
      language: text,
    },
    newsletter: { name: text, description: text },
    dateLine: text,
    subject: text,
    preheader: text,
    greeting: { text, signedBy: text },
    lead: hostileStory(digest.lead, text),
    sections: [{ name: text, stories: [hostileStory(storyOf(1), text)] }],
    corrections: [{ text, url: 'https://courier.example/corrections/1' }],
  }
}

function squeezed(text: string): string {
  return text.replace(/[\s\u2060]+/g, '')
}

describe('text from outside', () => {
  test.each(HOSTILE)('stays visible text in every field of a digest: %s', async (text) => {
    const mail = wholeDigest(await compileDigest(hostileDigest(text)))

    const document = parse(mail.html)
    expect(harmIn(mail.html)).toEqual([])
    expect(squeezed(visibleText(mail.html)).split(squeezed(text)).length).toBeGreaterThan(14)
    expect(squeezed(mail.text).split(squeezed(text)).length).toBeGreaterThan(14)
    expect(document.querySelector('title')?.textContent).toBe(text)
    expect(document.querySelector('img')?.getAttribute('alt')).toBe(text)
  })

  test.each(HOSTILE)('stays visible text in every field of an alert: %s', async (text) => {
    const model: AlertModel = {
      ...alert,
      publication: hostileDigest(text).publication,
      subject: text,
      preheader: text,
      knownAt: text,
      story: hostileStory(alert.story, text),
      notKnownYet: text,
    }

    const mail = await compileAlert(model)

    const html = fillSlots(mail.html, slotValues, { as: 'html' })
    expect(harmIn(html)).toEqual([])
    expect(squeezed(visibleText(html)).split(squeezed(text)).length).toBeGreaterThan(7)
    expect(squeezed(fillSlots(mail.text, slotValues, { as: 'text' }))).toContain(squeezed(text))
  })

  test.each(HOSTILE)('stays visible text in every field of a note: %s', async (text) => {
    const mail = await compileNote({
      ...note,
      publication: hostileDigest(text).publication,
      newsletter: { name: text, description: text },
      dateLine: text,
      subject: text,
      preheader: text,
      passages: [
        { kind: 'heading', text },
        { kind: 'text', text },
        { kind: 'link', url: 'https://courier.example/', words: text },
      ],
    })

    const html = fillSlots(mail.html, slotValues, { as: 'html' })
    expect(harmIn(html)).toEqual([])
    expect(squeezed(visibleText(html)).split(squeezed(text)).length).toBeGreaterThan(7)
    const plain = squeezed(fillSlots(mail.text, slotValues, { as: 'text' }))
    expect(plain.split(squeezed(text)).length).toBeGreaterThan(7)
  })

  test.each(HOSTILE)('stays visible text in a service mail: %s', async (text) => {
    const publication = hostileDigest(text).publication
    const newsletters = [{ name: text, description: text, schedule: text }]
    const link = { slot: 'ownDataUrl', button: text, valid: text } as const

    const mails = [
      await compileConfirm({ ...confirm, publication, newsletters, subject: text }),
      await compileWelcome({ ...welcome, publication, newsletters, zone: text }),
      await compileLetter({ ...letter, publication, lead: text, link, hint: text, why: text }),
    ]

    for (const mail of mails) {
      const html = fillSlots(mail.html, slotValues, { as: 'html' })
      expect(harmIn(html)).toEqual([])
      expect(squeezed(visibleText(html))).toContain(squeezed(text))
    }
  })

  test('cannot open or close a block, hide itself or turn the line around', async () => {
    const plain = hostileDigest('endlead:0 Bcc: xgnp.exe')
    const expected = await compileDigest({
      ...plain,
      publication: { ...plain.publication, address: 'endlead:0\nBcc: xgnp.exe' },
    })

    const compiled = await compileDigest(hostileDigest(CONTROLS))

    expect(compiled).toEqual(expected)
  })
})
