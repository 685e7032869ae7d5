import { describe, expect, test } from 'vitest'

import type { DigestModel } from '#mail/template-model.ts'
import { compileAlert, compileDigest } from '#mail/templates.ts'

import { alert, digestOf } from './harbour-courier.ts'
import { parse, wholeDigest } from './mail-reading.ts'

describe('links', () => {
  const refused = [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'ftp://courier.example/',
    '//courier.example/',
    '/relative',
    '',
    'https://user:secret@courier.example/',
  ]

  test.each(refused)('a story, correction or page that points to “%s” is refused', async (url) => {
    const digest = digestOf(2)
    const { publication } = digest
    const models: DigestModel[] = [
      { ...digest, lead: { ...digest.lead, url } },
      { ...digest, corrections: [{ text: 'Sorry.', url }] },
      { ...digest, publication: { ...publication, url } },
      { ...digest, publication: { ...publication, privacyUrl: url } },
      { ...digest, publication: { ...publication, correctionsUrl: url } },
    ]

    for (const model of models)
      await expect(compileDigest(model)).rejects.toThrow(/link of .+ must/)
    await expect(compileAlert({ ...alert, story: { ...alert.story, url } })).rejects.toThrow(
      /link of .+ must/,
    )
  })

  test.each(['http://images.courier.example/a.png', 'data:image/png;base64,AA', 'x'])(
    'a picture at “%s” is left out, and the newsroom is told why',
    async (url) => {
      const digest = digestOf(2)
      const image = { url, alt: 'A ferry', width: 10, height: 10 }

      const compiled = await compileDigest({ ...digest, lead: { ...digest.lead, image } })

      expect(wholeDigest(compiled).html).not.toContain('<img')
      expect(compiled.notes).toEqual([
        `The picture of “${digest.lead.headline}” is left out: its address is not https.`,
      ])
    },
  )

  test('an address with quotes, brackets and stray percent signs stays one address', async () => {
    const digest = digestOf(1)
    const url = `https://courier.example/"><script>?a=1&b='%%slot:whyLine%%#<x>`

    const mail = wholeDigest(await compileDigest({ ...digest, lead: { ...digest.lead, url } }))

    const link = parse(mail.html).querySelector('a.story')?.getAttribute('href')
    expect(link).toBe(
      'https://courier.example/%22%3E%3Cscript%3E?a=1&b=%27%25%25slot:whyLine%25%25#%3Cx%3E',
    )
    expect(mail.text).toContain(`\n${link}\n`)
  })
})
