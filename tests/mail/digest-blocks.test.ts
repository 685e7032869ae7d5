import { describe, expect, test } from 'vitest'

import {
  allBlocks,
  CORRECTION,
  digestBlock,
  digestVariant,
  joinDigest,
} from '#mail/digest-blocks.ts'
import { compileDigest } from '#mail/templates.ts'

import { digestOf, storyOf } from './harbour-courier.ts'
import { longDigest, parse, visibleText, wholeDigest } from './mail-reading.ts'

describe('a reader’s digest', () => {
  test('holds the chosen stories and no other, in the order of the digest, in both parts', async () => {
    const compiled = await compileDigest(digestOf(10))
    const place = (id: string) => compiled.stories.findIndex((story) => story.id === id)
    const chosen = [place('story-8'), 0, 3, CORRECTION]

    const mail = joinDigest(compiled, chosen)

    const shown = Array.from(
      parse(mail.html).querySelectorAll('a.story h2'),
      (each) => each.textContent,
    )
    const expected = [storyOf(0), storyOf(3), storyOf(8)].map(({ headline }) => headline)
    expect(shown).toEqual(expected)
    expect(mail.text.match(/^https:\/\/courier\.example\/2026\S+/gm)).toHaveLength(3)
    expect(mail.text.match(/^== .+ ==$/gm)).toEqual([
      '== Business ==',
      '== Culture ==',
      '== Corrections ==',
    ])
    expect(mail.stories).toBe(3)
  })

  test('says how many stories it holds and how long they take', async () => {
    const compiled = await compileDigest(digestOf(10))

    const all = joinDigest(compiled, allBlocks(compiled))
    const one = joinDigest(compiled, [4])

    expect(all.text).toContain('10 stories, 2 minutes')
    expect(visibleText(all.html)).toContain('10 stories, 2 minutes')
    expect(one.text).toContain('1 story, 1 minute\n')
  })

  test('leads with its first story when the lead was not chosen', async () => {
    const compiled = await compileDigest(digestOf(10))

    const keys = digestVariant(compiled, [1, 2, 3])

    expect(keys).toEqual([
      'top',
      'inside:3:1',
      'middle',
      'lead:1',
      'heading:0',
      'item:2',
      'heading:1',
      'item:3',
      'end',
    ])
    expect(digestBlock(compiled, 'lead:1').html).toContain('head-lead')
  })

  test('is the same bytes each time, also after a stay in the database', async () => {
    const ids = [2, 0, 5]
    const compiled = await compileDigest(digestOf(10))

    const again = joinDigest(JSON.parse(JSON.stringify(compiled)), ids.toReversed())

    expect(again).toEqual(joinDigest(compiled, ids))
    expect(await compileDigest(digestOf(10))).toEqual(compiled)
  })

  test('is whole HTML whatever was chosen', async () => {
    const compiled = await compileDigest(digestOf(6))
    const ids = allBlocks(compiled)

    for (let bits = 1; bits < 2 ** ids.length; bits += 1) {
      const chosen = ids.filter((_, index) => bits & (1 << index))
      if (chosen.every((block) => block >= CORRECTION)) continue
      const { html } = joinDigest(compiled, chosen)
      expect(unbalanced(html)).toEqual([])
      expect(html).not.toContain('\u0001')
    }
  })

  test('refuses a story it does not hold, and an empty choice', async () => {
    const compiled = await compileDigest(digestOf(2))

    expect(() => joinDigest(compiled, [0, 9])).toThrow('does not hold')
    expect(() => joinDigest(compiled, [])).toThrow('at least one story')
    await expect(
      compileDigest({ ...digestOf(1), sections: [{ name: 'City', stories: [storyOf(0)] }] }),
    ).rejects.toThrow('twice')
  })

  test('of 10 stories stays under 90 KB, with the longest of texts', async () => {
    const mail = wholeDigest(await compileDigest(longDigest(10)))

    expect(mail.stories).toBe(10)
    expect(Buffer.byteLength(mail.html)).toBeLessThanOrEqual(90_000)
  })

  test.each([1, 20, 40, 60, 80])(
    'of %i stories is never clipped, and counts the rest',
    async (count) => {
      const compiled = await compileDigest(longDigest(count))

      const mail = wholeDigest({ ...compiled, moreOnWeb: 2 })

      const left = count - mail.stories + 2
      expect(Buffer.byteLength(mail.html)).toBeLessThanOrEqual(90_000)
      expect(mail.html).toContain(`${left} more stories on the web`)
      expect(mail.text).toContain(`${left} more stories on the web:\nhttps://courier.example/\n`)
      expect(visibleText(mail.html)).toContain('4 Rope Walk')
    },
  )
})

/** The names of elements that are not closed in the order they were opened; conditional comments aside. */
function unbalanced(html: string): string[] {
  const open: string[] = []
  const wrong: string[] = []
  const body = html.replace(/<!--[\s\S]*?-->/g, '').replace(/<!doctype html>/i, '')
  for (const [, slash, name = ''] of body.matchAll(/<(\/?)([a-z0-9]+)[^>]*>/g)) {
    if (['meta', 'img', 'br'].includes(name)) continue
    if (slash === '') open.push(name)
    else if (open.pop() !== name) wrong.push(name)
  }
  return [...wrong, ...open]
}
