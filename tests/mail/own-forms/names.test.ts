import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readHouseFile } from '#mail/liquid-engines.ts'
import { formNames, type FormName } from '#mail/own-forms/form-names.ts'
import { changedForm, faultsIn, placed } from './form-fixture.ts'

// Which names a form may use, and where. Each case is the house's form with a few words changed; the pilcrow stands
// where the fault is told.

test.each(formNames)('the house’s %s is a form that a newsletter may have', async (form) => {
  expect(await faultsIn(form, readHouseFile(form))).toEqual([])
})

test.each(['digest.mjml', 'note.txt'] as const)('so is the sample %s', async (form) => {
  const source = readFileSync(
    new URL(`../../../templates/examples/${form}`, import.meta.url),
    'utf8',
  )

  expect(source).not.toBe(readHouseFile(form))
  expect(await faultsIn(form, source)).toEqual([])
})

const HEADING = '{{ heading }}'

test.each<[what: string, written: string, said: string]>([
  ['a name that is not there', '{{ ¶hedline }}', 'there is no “hedline” here. There are boxes,'],
  ['a name of another loop', '{{ ¶story.headline }}', 'there is no “story” here.'],
  [
    'a part that is not there',
    '{{ publication.¶nmae }}',
    '“publication” has no “nmae”: it has address,',
  ],
  ['a part of a text', '{{ heading.¶name }}', '“heading” has no “name”: it is a text'],
  ['a name in a filter’s value', '{{ heading | append: ¶hedline }}', 'there is no “hedline” here'],
  ['a name in a condition', '{% if ¶hedline %}x{% endif %}', 'there is no “hedline” here'],
  [
    'a name in a branch that no mail takes',
    '{% if false %}{{ ¶hedline }}{% endif %}',
    'there is no “hedline” here',
  ],
  [
    'a name behind its loop',
    '{% for box in boxes %}{% assign last = 1 %}{% endfor %}{{ ¶last }}',
    'there is no “last” here',
  ],
  [
    'a name in a case',
    '{% case ¶hedline %}{% when 1 %}{% endcase %}',
    'there is no “hedline” here',
  ],
  [
    'a name in unless',
    '{% unless heading %}{{ ¶hedline }}{% endunless %}',
    'there is no “hedline” here',
  ],
  [
    'a name in capture',
    '{% capture a %}{{ ¶hedline }}{% endcapture %}',
    'there is no “hedline” here',
  ],
  [
    'a name given to a partial',
    '{% render partials/preheader.mjml, preheader: ¶hedline %}',
    'there is no “hedline” here',
  ],
  [
    'a partial without what it needs',
    '¶{% render partials/preheader.mjml %}',
    'partials/preheader.mjml needs preheader: write {% render partials/preheader.mjml, preheader: preheader %}',
  ],
  [
    'a partial given another thing',
    '¶{% render partials/preheader.mjml, preheader: publication %}',
    'partials/preheader.mjml cannot be made of what it is given',
  ],
  ['a list as words', '{{ ¶stories }}', '“stories” is a list, not words'],
  ['a group as words', '{{ ¶publication }}', '“publication” is a group of values, not words'],
  [
    'a yes or no as words',
    '{{ ¶sinceHeading }}',
    '“sinceHeading” is a yes or no, not words: ask for it with if',
  ],
  ['a loop through words', '{% for letter in ¶heading %}{% endfor %}', '“heading” is no list'],
  [
    'a loop that counts',
    '{% for number in ¶(1..1000000000) %}{% endfor %}',
    '“(1..1000000000)” is not used here',
  ],
  [
    'what is not in every mail',
    '{{ ¶greeting.text }}',
    '“greeting.text” is not there in every mail: print it between {% if greeting.text %} and {% endif %}',
  ],
  [
    'what another condition asks for',
    '{% if heading or greeting %}{{ ¶greeting.text }}{% endif %}',
    '“greeting.text” is not there in every mail',
  ],
  [
    'what is only not equal',
    "{% if publication.logo != 'x' %}{{ ¶publication.logo }}{% endif %}",
    '“publication.logo” is not there in every mail',
  ],
  [
    'a filter that is not there',
    '¶{{ heading | shout }}',
    'there is no filter “shout”. There are abs,',
  ],
  [
    'the filter that lets markup in',
    '¶{{ heading | raw }}',
    'the filter “raw” would let text from outside in as markup',
  ],
  ['the filter that knows the time', "¶{{ 'now' | date: '%s' }}", 'there is no filter “date”'],
  ['a tag that is not there', '¶{% shout %}', 'there is no tag “shout” here. There are'],
  ['a file', '¶{% include head %}', 'there is no tag “include” here'],
  ['a layout', '¶{% layout head %}', 'there is no tag “layout” here'],
  [
    'a file outside',
    '¶{% render ../../package.json %}',
    '“../../package.json” cannot be rendered here. There are partials/box.mjml',
  ],
  ['a file by its address', '¶{% render /etc/passwd %}', '“/etc/passwd” cannot be rendered here'],
  [
    'a partial of the other part',
    '¶{% render partials/foot.txt, words: words %}',
    '“partials/foot.txt” cannot be rendered here',
  ],
  ['a partial of a made-up name', '¶{% render {{ heading }} %}', 'this cannot be rendered here'],
  ['an output without its value', '{{ ¶}}', 'invalid value expression'],
  // Inside the loop of headings, which is the first.
  [
    'a fourth loop',
    '{% for a in stories %}{% for b in stories %}¶{% for c in stories %}{% endfor %}{% endfor %}{% endfor %}',
    'this loop is inside 3 others',
  ],
])('%s is told at its place', async (_, written, said) => {
  const { source, place } = changedForm('digest.mjml', [HEADING, written])

  const [first = ''] = await faultsIn('digest.mjml', source)

  const expected = `${place} ${said}`
  expect(first.slice(0, expected.length)).toBe(expected)
})

test.each<[what: string, written: string]>([
  ['by its own name', '{% if story.place %}{{ story.place }}{% endif %}'],
  ['by a part of it', '{% if story.image.url %}{{ story.image.alt }}{% endif %}'],
  ['with and', '{% if story.link and story.place %}{{ story.place }}{% endif %}'],
  ['compared', "{% if story.place == 'Rope Walk' %}{{ story.place }}{% endif %}"],
  ['not nil', '{% if story.place != nil %}{{ story.place }}{% endif %}'],
  ['else of unless', '{% unless story.place %}{% else %}{{ story.place }}{% endunless %}'],
  ['by default', "{{ story.place | default: 'here' }}"],
  [
    'in its own loop',
    '{% for box in boxes %}{% if box.link %}{{ box.link.words }}{% endif %}{% endfor %}',
  ],
  [
    'as a new name',
    '{% if story.place %}{% assign where = story.place | upcase %}{{ where }}{% endif %}',
  ],
])('what was asked for may be printed: %s', async (_, written) => {
  const { source } = changedForm('digest.txt', [
    "{{ 'end' | block }}{{ 'item' | block: forloop.index0 }}",
    `${written}{{ 'end' | block }}{{ 'item' | block: forloop.index0 }}`,
  ])

  expect(await faultsIn('digest.txt', source)).toEqual([])
})

test('what was asked for of one is not known of another of the same name', async () => {
  const { source, place } = changedForm('note.txt', [
    '{{ subject | wrap }}',
    '{% for passage in passages %}{% if passage.url %}{% for passage in passages %}{{ ¶passage.url }}{% endfor %}{% endif %}{% endfor %}',
  ])

  const faults = await faultsIn('note.txt', source)

  expect(faults).toEqual([
    expect.stringMatching(`^${place} “passage.url” is not there in every mail`),
  ])
})

test('every fault of names is told at once, in the order of the lines', async () => {
  const { source } = changedForm(
    'alert.txt',
    ['{{ publication.name }}', '{{ publication.nmae }}'],
    ['{{ story.headline | wrap }}', '{{ story.hedline | wrap }}'],
  )

  expect(await faultsIn('alert.txt', source)).toEqual([
    expect.stringMatching(/^1:16 “publication” has no “nmae”/),
    expect.stringMatching(/^4:10 “story” has no “hedline”/),
  ])
})

test.each<[what: string, form: FormName, source: string, said: string]>([
  [
    'more than a form may have',
    'note.txt',
    `${'x'.repeat(70_000)}¶`,
    '1:1 it has 68 KB, and a form may have 64',
  ],
  [
    'a tag without its end',
    'note.txt',
    'a\n {% if subject %}b',
    '2:2 tag {% if subject %} not closed: close it where it ends',
  ],
  [
    'an end where another tag is open',
    'note.txt',
    '{% for one in passages %}{% if one.url %}\n  {% endfor %}',
    '2:3 {% endfor %} stands where another tag is still open, or none',
  ],
  ['a control character', 'note.txt', 'first\nab\u0001', '2:3 a character that no mail can show'],
  ['a character of private use', 'note.txt', 'a\ue000', '1:2 a character that no mail can show'],
  [
    'words that grow',
    'note.txt',
    `{% assign a = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' %}\n{% assign list = 'a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w' | split: ',' %}\n{% for one in list %}{% assign a = a | append: a %}{% endfor %}`,
    '3:22 it takes too long or makes too much',
  ],
])('%s is refused', async (...[, form, source, said]) => {
  const [first = ''] = await faultsIn(form, placed(source).source)

  expect(first.slice(0, said.length)).toBe(said)
})

test('a form that never ends is stopped in seconds', async () => {
  const many = Array.from({ length: 400 }, (_, number) => number).join(',')
  const loops = ['a', 'b', 'c'].map((name) => `{% for ${name} in list %}`).join('')
  const source = `{% assign list = '${many}' | split: ',' %}\n${loops}{{ a }}${'{% endfor %}'.repeat(3)}`
  const begun = performance.now()

  const [first = ''] = await faultsIn('note.txt', source)

  expect(first).toMatch(/^2:\d+ it takes too long or makes too much: take loops out/)
  expect(performance.now() - begun).toBeLessThan(15_000)
})
