import { expect, test } from 'vitest'
import { readHouseFile } from '#mail/liquid-engines.ts'
import type { FormName } from '#mail/own-forms/form-names.ts'
import { compileAlert, compileDigest } from '#mail/templates.ts'
import { joinDigest, wholeDigest } from '#mail/digest-blocks.ts'
import { alert, digestOf } from '../harbour-courier.ts'
import { type Change, changedForm, faultsIn } from './form-fixture.ts'

// What the mails that a form makes must hold, and must not. The pilcrow stands where the fault is told.

const TITLE = '<mj-text align="center" padding="0">'
const MORE = "<mj-raw>{{ 'more' | block }}</mj-raw>"
const HEADING = "<mj-raw>{{ 'heading' | block: forloop.index0 }}</mj-raw>"
const FOOT = '{% render partials/foot.mjml, gap: gap, look: look, words: words %}'
const FOOT_END =
  '{% render partials/foot-end.mjml, gap: gap, publication: publication, look: look, words: words %}'

test.each<[what: string, form: FormName, changes: Change[], said: string]>([
  [
    'an attribute that is not there',
    'digest.mjml',
    [[TITLE, '¶<mj-text aling="center">']],
    'MJML: Attribute aling is illegal',
  ],
  [
    'a colour that is none',
    'digest.mjml',
    [[TITLE, '¶<mj-text color="reddish blue">']],
    'MJML: Attribute color has invalid value',
  ],
  [
    'the second of two on one line',
    'note.mjml',
    [['<mj-text padding="0 0 16px"><h1', '<mj-text>a</mj-text>¶<mj-text paddin="0 0 16px"><h1']],
    'MJML: Attribute paddin is illegal',
  ],
  [
    'an element that is not there',
    'note.mjml',
    [['<mj-text padding="0 0 16px"><h1', '¶<mj-txt></mj-txt><mj-text padding="0 0 16px"><h1']],
    'MJML: Element mj-txt doesn',
  ],
  [
    'an element in the wrong place',
    'note.mjml',
    [
      [
        '{% render partials/preheader.mjml, preheader: preheader %}',
        '¶<mj-text>a</mj-text>{% render partials/preheader.mjml, preheader: preheader %}',
      ],
    ],
    'MJML: mj-text cannot be used inside mj-body',
  ],
  [
    'an element that is not closed',
    'note.mjml',
    [
      ['<mj-column>', '<mj-column><mj-text>'],
      ['</mj-column>', '¶</mj-column>'],
    ],
    '</mj-column> stands where <mj-text> is still open: close that first, with </mj-text>',
  ],
  [
    'markup that is not closed',
    'note.mjml',
    [
      ['<h1 ', '<div><h1 '],
      ['</h1></mj-text>', '</h1>¶</mj-text>'],
    ],
    '</mj-text> stands where <div> is still open',
  ],
  ['an end of nothing', 'note.mjml', [['</mjml>', '</mjml>¶</mjml>']], '</mjml> closes nothing'],
  [
    'what is opened in one block and closed in another',
    'digest.mjml',
    [
      [HEADING, "<mj-raw>{{ 'heading' | block: forloop.index0 }}</mj-raw>¶<mj-text>"],
      [
        "{{ heading }}</mj-text>\n    <mj-raw>{{ 'end' | block }}</mj-raw>",
        "{{ heading }}</mj-text><mj-raw>{{ 'end' | block }}</mj-raw></mj-text>",
      ],
    ],
    '<mj-text> is opened in the block “heading:0” and closed elsewhere',
  ],
  [
    'a file',
    'digest.mjml',
    [[TITLE, `¶<mj-include path="/etc/passwd" />${TITLE}`]],
    '<mj-include> is not for mails: a form includes no files',
  ],
  [
    'a script',
    'digest.mjml',
    [[TITLE, `${TITLE}¶<script>1</script>`]],
    '<script> is not for mails',
  ],
  [
    'a script in a branch that no mail takes',
    'digest.mjml',
    [[TITLE, `${TITLE}{% if false %}¶<script>1</script>{% endif %}`]],
    '<script> is not for mails',
  ],
  [
    'a script whose name Liquid makes',
    'digest.mjml',
    [[TITLE, `${TITLE}¶<{{ 'script' }}>1</{{ 'script' }}>`]],
    '<script> is not for mails',
  ],
  [
    'a script in an attribute',
    'digest.mjml',
    [[TITLE, `${TITLE}¶<b onclick="x()">a</b>`]],
    '“onclick” is a script',
  ],
  [
    'a link that is a script',
    'digest.mjml',
    [[TITLE, `${TITLE}¶<a href="javascript:{{ subject }}">a</a>`]],
    'a link leads to https://…',
  ],
  [
    'a link to nowhere',
    'digest.mjml',
    [[TITLE, `${TITLE}¶<a href="/news">a</a>`]],
    'a link leads to https://…, mailto:… or a slot by itself, not to “/news”',
  ],
  [
    'a form to fill in',
    'digest.mjml',
    [[TITLE, `${TITLE}¶<form></form>`]],
    '<form> is not for mails',
  ],
  [
    'a font from elsewhere',
    'note.mjml',
    [
      [
        '{% render partials/head.mjml, subject: subject, look: look, start: start, dir: dir %}',
        '<mj-head>¶<mj-font name="a" href="https://fonts.example/a.css" /></mj-head>',
      ],
    ],
    '<mj-font> is not for mails',
  ],
  [
    'styles from elsewhere',
    'note.mjml',
    [
      [
        '{% render partials/head.mjml, subject: subject, look: look, start: start, dir: dir %}',
        '<mj-head><mj-style>¶@import url("https://fonts.example/a.css");</mj-style></mj-head>',
      ],
    ],
    '@import fetches styles from elsewhere',
  ],
  [
    'a picture over http',
    'digest.mjml',
    [[TITLE, `${TITLE}¶<img src="http://courier.example/a.png" alt="">`]],
    'a picture’s address starts with https://',
  ],
  [
    'a picture that tells who looks',
    'digest.mjml',
    [[TITLE, `${TITLE}¶<img src="https://spy.example/%%slot:unsubscribeUrl%%" alt="">`]],
    'a slot stands in text or is where a link leads',
  ],
  [
    'a link that tells another who reads',
    'digest.mjml',
    [[TITLE, `${TITLE}¶<a href="https://spy.example/?u=%%slot:unsubscribeUrl%%">a</a>`]],
    'a link leads to https://…',
  ],
  [
    'a slot that is not there',
    'digest.txt',
    [['{{ dateLine }}', '¶%%slot:email%%']],
    'there is no slot “email”: use unsubscribeUrl,',
  ],
  [
    'a slot of alerts in a note',
    'note.txt',
    [['{{ dateLine }}', '¶%%slot:storyOffUrl%%']],
    'there is no slot “storyOffUrl”',
  ],
  [
    'half a slot',
    'digest.txt',
    [['{{ dateLine }}', '¶%%slot:whyLine%']],
    'a slot is written %%slot:whyLine%%',
  ],
  [
    'a story’s slot by a number',
    'digest.txt',
    [['{{ dateLine }}', '¶%%slot:storyUrl:0%%']],
    'the link of a story is written {% if story.link %}',
  ],
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
  [
    'without the way out in one',
    'digest.txt',
    [
      ['%%slot:unsubscribeUrl%%\n', ''],
      ['{% render partials/foot.txt, words: words %}', '%%slot:whyLine%% %%slot:webViewUrl%%'],
      [
        'publication: publication, words: words %}\n',
        'publication: publication, words: words %}¶\n',
      ],
    ],
    'the link to unsubscribe is missing in some mails: %%slot:unsubscribeUrl%%',
  ],
])('%s is told at its place', async (_, form, changes, said) => {
  const { source, place } = changedForm(form, ...changes)

  const faults = await faultsIn(form, source)

  expect(faults[0]?.startsWith(`${place} ${said}`), `${place} ${said}\n${faults.join('\n')}`).toBe(
    true,
  )
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

test.each<[what: string, form: FormName, was: string, missing: string[]]>([
  [
    'foot',
    'alert.mjml',
    FOOT,
    [
      'the link to unsubscribe',
      'the link to the reader’s choices',
      'the link to the mail on the web',
      'why the reader gets this mail',
    ],
  ],
  ['foot-end', 'alert.mjml', FOOT_END, ['the postal address']],
  [
    'foot-end',
    'correction.txt',
    '{% render partials/foot-end.txt, publication: publication, words: words %}',
    ['the postal address'],
  ],
])(
  'without the partial %s of %s all that is missing is told where it could stand',
  async (_, form, was, missing) => {
    const at = form.endsWith('.mjml')
      ? '</mj-body>'
      : '{% render partials/foot.txt, words: words %}'
    const marked = form.endsWith('.mjml') ? `¶${at}` : `${at}¶`
    const { source, place } = changedForm(form, [was, ''], [at, marked])

    const faults = await faultsIn(form, source)

    expect(faults).toEqual(
      missing.map((one) => expect.stringMatching(`^${place} ${one} is missing`)),
    )
  },
)

test('what only some mails hold is missing in the others', async () => {
  const { source } = changedForm('digest.mjml', [
    FOOT_END,
    `{% if greeting %}${FOOT_END}{% endif %}`,
  ])

  expect(await faultsIn('digest.mjml', source)).toEqual([
    expect.stringMatching(/the postal address is missing in some mails/),
  ])
})

test('a form that leaves no room for stories is refused', async () => {
  const filler = `<mj-text>${'Words. '.repeat(8900)}</mj-text>`
  const { source } = changedForm('note.mjml', [
    '<mj-text padding="0 0 16px"><h1',
    `${filler}<mj-text padding="0 0 16px"><h1`,
  ])

  const [first = ''] = await faultsIn('note.mjml', source)

  expect(first).toMatch(/it makes \d+ KB of three stories/)
})

test('a mail is made with its own form in one part and the house’s in the other', async () => {
  const { source } = changedForm('digest.mjml', [
    TITLE,
    `${TITLE}<p>Ours: {{ publication.name | upcase }}</p>`,
  ])
  const house = await compileDigest(digestOf(4))

  const own = await compileDigest({ ...digestOf(4), forms: { 'digest.mjml': source } })

  expect(wholeDigest(own)).toContain('Ours: THE HARBOUR COURIER')
  expect(wholeDigest(house)).not.toContain('Ours:')
  expect(joinDigest(own, [0, 1]).text).toBe(joinDigest(house, [0, 1]).text)
})

test('what an article says is escaped in an own form, and opens no slot or block', async () => {
  const { source } = changedForm('alert.mjml', [
    '{{ story.headline }}',
    "{{ story.headline | append: ' <b>' }}",
  ])
  const headline = '<script>alert(1)</script> {{ x }} %%slot:unsubscribeUrl%% \u0001end\u0002'

  const { html } = await compileAlert({
    ...alert,
    story: { ...alert.story, headline },
    forms: { 'alert.mjml': source },
  })

  expect(html).toContain(
    '&lt;script&gt;alert(1)&lt;/script&gt; {{ x }} &#37;&#37;slot:unsubscribeUrl&#37;&#37; end &lt;b&gt;',
  )
  expect(html).not.toContain('<script')
})
