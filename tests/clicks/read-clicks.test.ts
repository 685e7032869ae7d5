import { expect, test } from 'vitest'
import { hideSmall } from '#clicks/read-clicks.ts'

const story = (readers: number, opens = readers) => ({ storyId: readers, readers, opens })

test('what fewer than ten readers opened is told as no number, whether it was none or nine', () => {
  const { stories } = hideSmall([story(10, 12), story(9, 30), story(0)], story(15))

  expect(stories).toEqual([
    { storyId: 10, readers: 10, opens: 12, hidden: false },
    { storyId: 9, readers: null, opens: null, hidden: true },
    { storyId: 0, readers: null, opens: null, hidden: true },
  ])
})

test('the totals are exact where no story is hidden, and hidden where they are small themselves', () => {
  expect(hideSmall([story(14), story(11)], story(23, 25)).total).toEqual({
    readers: 23,
    opens: 25,
    hidden: false,
  })
  expect(hideSmall([story(4)], story(9)).total).toEqual({
    readers: null,
    opens: null,
    hidden: true,
  })
})

test.each([10, 18, 41, 49, 57])(
  'beside a story of %i readers, the totals are the same whatever a hidden story had',
  (readers) => {
    const totals = Array.from({ length: 10 }, (_, few) => {
      const whole = story(readers + few, 2 * readers + few)
      return JSON.stringify(hideSmall([story(readers, 2 * readers), story(few)], whole).total)
    })

    expect(new Set(totals).size).toBe(1)
  },
)

test('beside a hidden story the totals are in tens, and readers of several stories are not added up', () => {
  const { total } = hideSmall([story(40, 55), story(30, 33), story(3)], story(52, 91))

  expect(total).toEqual({ readers: 50, opens: 80, hidden: false })
})
