import { expect, test } from 'vitest'
import { readHouseFile } from '#mail/liquid-engines.ts'
import type { FormName } from '#mail/own-forms/form-names.ts'
import { type Change, changedForm, faultsIn } from './form-fixture.ts'

// The blocks that readers' digests are joined from. The pilcrow stands where the fault is told.

const TITLE = '<mj-text align="center" padding="0">'
const MORE = "<mj-raw>{{ 'more' | block }}</mj-raw>"

test.each<[what: string, form: FormName, changes: Change[], said: string]>([
  [
    'a block that is not there',
    'digest.mjml',
    [[MORE, "<mj-raw>¶{{ 'mroe' | block }}</mj-raw>"]],
    'there is no block “mroe”: use inside, lead',
  ],
  [
    'a block that stands twice',
    'digest.txt',
    [["{{ 'heading' | block: forloop.index0 }}", "¶{{ 'heading' | block: 0 }}"]],
    'the block “heading:0” is there a second time',
  ],
  [
    'a block inside a block',
    'digest.mjml',
    [
      [
        "<mj-raw>{{ 'end' | block }}{{ 'item' | block: forloop.index0 }}",
        "<mj-raw>¶{{ 'item' | block: forloop.index0 }}",
      ],
    ],
    'the block “item:0” begins inside “lead:0”',
  ],
  [
    'an end of no block',
    'digest.mjml',
    [[TITLE, `${TITLE}¶{{ 'end' | block }}`]],
    "{{ 'end' | block }} ends no block",
  ],
  [
    'words between blocks',
    'digest.txt',
    [["{{ 'more' | block }}", "¶Elsewhere\n{{ 'more' | block }}"]],
    'this stands between the blocks “heading:1” and “more”, where no mail has a place',
  ],
  [
    'a line between blocks',
    'digest.mjml',
    [[MORE, `¶<mj-divider />${MORE}`]],
    'this stands between the blocks “heading:1” and “more”',
  ],
  [
    'something in the block that is filled in',
    'digest.txt',
    [["{{ 'inside' | block }}", "{{ 'inside' | block }}¶All: "]],
    'the block “inside” is filled in for each reader',
  ],
  [
    'more stories, but not how many',
    'digest.mjml',
    [
      [MORE, "<mj-raw>¶{{ 'more' | block }}</mj-raw>"],
      ['{{ countMark }}', 'more'],
    ],
    'the block “more” does not say how many',
  ],
  [
    'how many, elsewhere',
    'digest.txt',
    [['{{ dateLine }}', '¶{{ countMark }}']],
    '“countMark” stands once, in the block “more”',
  ],
])('%s is told at its place', async (...[, form, changes, said]) => {
  const { source, place } = changedForm(form, ...changes)

  const faults = await faultsIn(form, source)

  const expected = `${place} ${said}`
  expect(faults[0]?.slice(0, expected.length)).toBe(expected)
})

test.each([
  'lead',
  'item',
  'heading',
  'more',
  'box',
  'sinceheading',
  'since',
  'corrections',
  'correction',
  'correctionsend',
])('a digest without the block %s is refused', async (name) => {
  const form = readHouseFile('digest.txt')
  const marker = new RegExp(
    `\\{\\{-? '${name}' \\| block(: forloop\\.index0)? \\}\\}[\\s\\S]*?\\{\\{ 'end' \\| block \\}\\}`,
  )
  expect(form).toMatch(marker)

  const [first = ''] = await faultsIn('digest.txt', form.replace(marker, ''))

  expect(first).toMatch(`the block “${name}” is missing`)
})
