import { expect, test } from 'vitest'
import { changedForm, faultsIn } from './form-fixture.ts'

// What is printed into a tag: words from outside are safe in text and in quotes, and nowhere else.

const BEFORE = '<p style="margin:0">{{ was }}</p>'

test.each<[what: string, written: string, said: string]>([
  [
    'words without quotes',
    '¶<b title={{ was }}>a</b>',
    'inside a tag a value stands between quotes',
  ],
  ['an attribute’s name', '<b ¶{{ was }}="a">a</b>', 'inside a tag a value stands between quotes'],
  ['a tag’s name', '¶<{{ was }}>a</b>', 'the name of a tag is written out'],
  ['words as a link', '<a href="¶{{ was }}">a</a>', '“was” is no address by itself'],
  [
    'words as the beginning of a link',
    '<a href="¶{{ was }}/page">a</a>',
    '“was” is no address by itself',
  ],
  [
    'words in a link that are not encoded',
    '<a href="https://courier.example/?q=¶{{ was }}">a</a>',
    '“was” is no address by itself',
  ],
  [
    'words as the host of a link',
    '<a href="https://¶{{ was | url_encode }}/">a</a>',
    '“was” is no address by itself',
  ],
  [
    'an address with something before it',
    '<a href="https://spy.example/?to=¶{{ publication.url }}">a</a>',
    '“publication.url” is no address',
  ],
  [
    'an address that a filter changed',
    "<a href=\"¶{{ publication.url | replace: 'https:', 'x:' }}\">a</a>",
    '“publication.url” is no address',
  ],
  [
    'words in another branch of a link',
    '<a href="{% if url %}{{ url }}{% else %}¶{{ was }}{% endif %}">a</a>',
    '“was” is no address by itself',
  ],
  ['words in a style', '<b style="color:¶{{ was }}">a</b>', '“was” does not go into style'],
  ['words as a class', '<b class="¶{{ was }}">a</b>', '“was” does not go into class'],
  [
    'words in an attribute of MJML',
    '</mj-text><mj-text color="¶{{ was }}">',
    '“was” does not go into color',
  ],
  ['words under the name of a look', '¶{% assign look = was %}', '“look” is a name of the house'],
  [
    'words under the name of an address',
    '¶{% capture url %}{{ was }}{% endcapture %}',
    '“url” is a name of the house',
  ],
  [
    'a loop under the name of an address',
    "{% assign list = was | split: ' ' %}¶{% for url in list %}{% endfor %}",
    '“url” is a name of the house',
  ],
  [
    'words as the measure of a partial',
    '</mj-text>¶{% render partials/foot.mjml, gap: was, look: look, words: words %}<mj-text>',
    'partials/foot.mjml takes “gap” as it is: write gap: gap',
  ],
  [
    'a picture of a style over http',
    '<b style="background:¶url(http://courier.example/a.png)">a</b>',
    'a picture’s address starts with https://',
  ],
])('%s is told at its place', async (...[, written, said]) => {
  const { source, place } = changedForm('correction.mjml', [BEFORE, `${BEFORE}${written}`])

  const [first = ''] = await faultsIn('correction.mjml', source)

  const expected = `${place} ${said}`
  expect(first.slice(0, expected.length)).toBe(expected)
})

test.each([
  ['a style from words', '{{ subject }}'],
  ['a slot in a style', '%%slot:webViewUrl%%'],
])('%s is told at its place', async (_, written) => {
  const head =
    '{% render partials/head.mjml, subject: subject, look: look, start: start, dir: dir %}'
  const style = `<mj-head><mj-style>.a { color: ¶${written} }</mj-style></mj-head>`
  const { source, place } = changedForm('correction.mjml', [head, style])

  const [first = ''] = await faultsIn('correction.mjml', source)

  expect(first.slice(0, place.length)).toBe(place)
  expect(first).toMatch(/does not go into styles|no slot stands in <mj-style>/)
})

test.each([
  ['words in a description', '<img src="https://courier.example/a.png" alt="{{ was }}">'],
  ['an address', '<a href="{{ publication.url }}">a</a>'],
  [
    'an address by condition',
    '<a href="{% if url %}{{ url }}{% else %}https://courier.example/{% endif %}">a</a>',
  ],
  [
    'encoded words behind an address',
    '<a href="https://courier.example/?q={{ was | url_encode }}">a</a>',
  ],
  ['a colour of the house', '<b style="color:{{ look.light.dawn }};padding:{{ gap }}">a</b>'],
])('%s may stand in a tag', async (_, written) => {
  const { source } = changedForm('correction.mjml', [BEFORE, `${BEFORE}${written}`])

  expect(await faultsIn('correction.mjml', source)).toEqual([])
})
