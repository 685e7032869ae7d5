import { expect, test } from 'vitest'
import { ArticleWindow } from '#stories/article-window.ts'
import { chooseStory } from '#stories/choose-story.ts'
import { termsOf } from '#stories/terms.ts'

const HOUR = 3_600_000
const NEAR = { hours: 72, limit: 20 }
let last = 0

function told(headline: string, text: string, at = 0) {
  last += 1
  return { articleId: last, at: at * HOUR, terms: termsOf({ headline, text, language: 'en' }) }
}

const fire = told(
  'Fire on the ferry Astrid Moe, 212 on board',
  'A fire broke out on the car deck of the ferry Astrid Moe off Kellfjord early on Monday, the operator Coastlink said. Captain Einar Holt turned the ship back.',
)
const strike = told(
  'Dockers walk out in Harnsund',
  'Some 1,400 dockers laid down tools in Harnsund. The union of Berit Solheim wants 9 per cent more from the terminal owner Nordkai.',
)
const inquiry = told(
  'Inspectors had warned about sprinklers',
  'Coastlink let the Astrid Moe sail with defective sprinklers for months, a report shows. Einar Holt had complained twice.',
  30,
)
const derby = told(
  'Rovers win the derby',
  'A header by Tomas Lie in stoppage time gave Rovers the derby in front of the largest crowd since spring.',
  30,
)

function filled(): ArticleWindow {
  const window = new ArticleWindow()
  window.add({ ...fire, storyId: 1 })
  window.add({ ...strike, storyId: 2 })
  return window
}

test('the same event in other words is the story, another event is none', () => {
  const window = filled()

  expect(chooseStory(window.matches(inquiry, NEAR))?.storyId).toBe(1)
  expect(chooseStory(window.matches(derby, NEAR))).toBeNull()
})

test('what a person parted stays apart', () => {
  const matches = filled().matches(inquiry, NEAR)

  expect(chooseStory(matches, { barred: new Set([1]) })).toBeNull()
})

test('a story without an article for three days is over', () => {
  const later = { ...inquiry, at: 73 * HOUR }

  expect(filled().matches(later, NEAR)).toEqual([])
})

test('a story runs on while articles come, however old its first is', () => {
  const window = filled()
  window.add({ ...inquiry, storyId: 1, at: 60 * HOUR })

  const [match] = window.matches({ ...inquiry, articleId: 99, at: 120 * HOUR }, NEAR)

  expect(match?.storyId).toBe(1)
})

test('an article that was moved is found where it is now, and nowhere once it is dropped', () => {
  const window = filled()
  window.add({ ...fire, storyId: 7 })

  const moved = window.matches(inquiry, NEAR)
  window.drop(fire.articleId)

  expect(moved[0]?.storyId).toBe(7)
  expect(moved.map(({ storyId }) => storyId)).not.toContain(1)
  expect(chooseStory(window.matches(inquiry, NEAR))).toBeNull()
})

test('the oldest make room for new ones', () => {
  const window = new ArticleWindow({ capacity: 1 })
  window.add({ ...fire, storyId: 1 })
  window.add({ ...strike, storyId: 2 })

  expect(chooseStory(window.matches(inquiry, NEAR))).toBeNull()
})

test('a name that every story has says nothing', () => {
  const window = filled()
  const shared = 'Kellfjord mourns and Coastlink sails; Astrid Moe and Einar Holt are on every lip.'
  for (let storyId = 10; storyId < 40; storyId += 1)
    window.add({ ...told(`Item ${storyId}`, `Story of ${storyId}x${storyId}. ${shared}`), storyId })

  expect(chooseStory(window.matches(inquiry, NEAR))?.storyId ?? null).not.toBe(2)
  expect(window.matches(inquiry, NEAR)[0]?.likeness ?? 0).toBeLessThan(
    filled().matches(inquiry, NEAR)[0]?.likeness ?? 0,
  )
})
