import { expect, test } from 'vitest'
import { publicView } from '#mail/public-view.ts'

const LINKS = {
  whyLine: 'This is the web & all.',
  signUp: { url: 'https://news.example.org/?newsletter=daily', label: 'Get <it>' },
  archive: { url: 'https://news.example.org/n/daily', label: 'All' },
  storyUrl: ['https://courier.example/a', 'https://courier.example/b'],
}

const link = (slot: string, inside = slot) =>
  `<a class="m" href="%%slot:${slot}%%" style="c">${inside}</a>`

test('the way out becomes the way in, the web view the list, and what needs a reader goes with its dot', () => {
  const html = `7 · ${link('preferencesUrl')} · ${link('unsubscribeUrl')} ${link('webViewUrl')}`

  expect(publicView(html, LINKS)).toBe(
    '7 · <a class="m" href="https://news.example.org/?newsletter=daily" style="c">Get &lt;it&gt;</a>' +
      ' <a class="m" href="https://news.example.org/n/daily" style="c">All</a>',
  )
})

test('without a list the link to the web view goes', () => {
  expect(publicView(`a${link('webViewUrl')}b`, { ...LINKS, archive: null })).toBe('ab')
})

test.each(['storyOffUrl', 'alertsOnlyOffUrl', 'preferencesUrl'])('%s is left out', (slot) => {
  const picture = link(slot, '<img src="x" alt="y">')

  expect(publicView(`a${picture}b`, LINKS)).toBe('ab')
})

test('a link below a reader’s page is left out too', () => {
  const fewer = link('preferencesUrl').replace('Url%%', 'Url%%#fewer')

  expect(publicView(`a${fewer}b`, LINKS)).toBe('ab')
})

test('a template of the newsletter that names them elsewhere leads to the sign-up', () => {
  const html = 'Leave: %%slot:unsubscribeUrl%% %%slot:preferencesUrl%% %%slot:whyLine%%'

  expect(publicView(html, LINKS)).toBe(
    'Leave: https://news.example.org/?newsletter=daily https://news.example.org/?newsletter=daily This is the web &amp; all.',
  )
})

test('numbered links lead to the stories themselves', () => {
  const html = '<a href="%%slot:storyUrl:1%%">B</a><a href="%%slot:storyUrl:0%%">A</a>'

  expect(publicView(html, LINKS)).toBe(
    '<a href="https://courier.example/b">B</a><a href="https://courier.example/a">A</a>',
  )
})
