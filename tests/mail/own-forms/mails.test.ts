import { expect, test } from 'vitest'
import type { FormName } from '#mail/own-forms/form-names.ts'
import { compileAlert, compileDigest } from '#mail/templates.ts'
import { joinDigest, wholeDigest } from '#mail/digest-blocks.ts'
import { alert, digestOf } from '../harbour-courier.ts'
import { changedForm, faultsIn } from './form-fixture.ts'

// What the mails that a form makes must hold. The pilcrow stands where the fault is told.

const TITLE = '<mj-text align="center" padding="0">'
const FOOT = '{% render partials/foot.mjml, gap: gap, look: look, words: words %}'
const FOOT_END =
  '{% render partials/foot-end.mjml, gap: gap, publication: publication, look: look, words: words %}'

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
  async (...[, form, was, missing]) => {
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
