import { expect, test } from 'vitest'
import type { FormName } from '#mail/own-forms/form-names.ts'
import { type Change, changedForm, faultsIn } from './form-fixture.ts'

// MJML, and what no mail of the house holds. The pilcrow stands where the fault is told.

const TITLE = '<mj-text align="center" padding="0">'
const HEADING = "<mj-raw>{{ 'heading' | block: forloop.index0 }}</mj-raw>"

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
    'a tag whose name Liquid makes',
    'digest.mjml',
    [[TITLE, `${TITLE}¶<{{ 'script' }}>1</{{ 'script' }}>`]],
    'the name of a tag is written out',
  ],
  [
    'a script in an attribute',
    'digest.mjml',
    [[TITLE, `${TITLE}¶<b onclick="x()">a</b>`]],
    '“onclick” is a script',
  ],
  [
    'a script in a comment that ends early',
    'digest.mjml',
    [[TITLE, `${TITLE}<!-->¶<script>1</script>-->`]],
    '<script> is not for mails',
  ],
  [
    'a link without quotes',
    'digest.mjml',
    [[TITLE, `${TITLE}¶<a href=javascript:x()>a</a>`]],
    'inside a tag a value stands between quotes',
  ],
  [
    'a script behind a slash',
    'digest.mjml',
    [[TITLE, `${TITLE}¶<b/onclick="x()">a</b>`]],
    '“onclick” is a script',
  ],
  [
    'pictures by another way',
    'digest.mjml',
    [[TITLE, `${TITLE}¶<img srcset="http://courier.example/a.png" alt="">`]],
    '“srcset” is not for mails',
  ],
  [
    'attributes from elsewhere',
    'note.mjml',
    [
      [
        '{% render partials/head.mjml, subject: subject, look: look, start: start, dir: dir %}',
        '<mj-head>¶<mj-html-attributes></mj-html-attributes></mj-head>',
      ],
    ],
    '<mj-html-attributes> is not for mails',
  ],
  [
    'a link behind a slash',
    'digest.mjml',
    [[TITLE, `${TITLE}¶<a/href="javascript:x()">a</a>`]],
    'a link leads to https://…',
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
])('%s is told at its place', async (...[, form, changes, said]) => {
  const { source, place } = changedForm(form, ...changes)

  const faults = await faultsIn(form, source)

  const expected = `${place} ${said}`
  expect(faults[0]?.slice(0, expected.length)).toBe(expected)
})
