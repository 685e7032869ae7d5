import { expect, test } from 'vitest'
import { compileEdition } from '#deliveries/edition-blocks.ts'
import { compileDigest } from '#mail/templates.ts'
import { sizeOf } from '#mail/mime/block.ts'
import { slotNames } from '#mail/slots.ts'
import { digestOf } from '../mail/harbour-courier.ts'
import { madeUpEdition } from './edition-fixture.ts'

const { compiled } = madeUpEdition({ form: 'digest', digest: await compileDigest(digestOf(6)) })

const fillings = Object.fromEntries(slotNames.map((name) => [name, { same: 'https://x.example/' }]))

const blocksWithin = (imageBytes: number) =>
  compileEdition(compiled, { fillings, boundarySeed: 'edition 17', imageBytes })

test('a variant is made ready when it is asked for again', () => {
  const blocks = blocksWithin(1e6)

  const bodies = [1, 2, 3].map(() => blocks.bodyOf([0, 1]))

  expect(bodies.map((body) => body.length === 1)).toEqual([false, true, true])
  expect(bodies[2]?.[0]).toBe(bodies[1]?.[0])
  expect(new Set(bodies.map(sizeOf)).size).toBe(1)
})

test('a block is encoded once, whichever variants hold it', () => {
  const blocks = blocksWithin(0)

  const [one, other] = [blocks.bodyOf([0, 1, 2]), blocks.bodyOf([0, 1, 3])]

  expect(one.filter((block) => other.includes(block)).length).toBeGreaterThan(10)
})

test('ready bodies take no more memory than they may', () => {
  const size = sizeOf(blocksWithin(0).bodyOf([0, 1]))
  const blocks = blocksWithin(2.5 * size)
  const choices = [1, 2, 3, 4, 5].map((story) => [0, story])
  for (const choice of [...choices, ...choices, ...choices]) blocks.bodyOf(choice)

  const ready = choices.filter((choice) => blocks.bodyOf(choice).length === 1)

  expect(ready.length).toBeGreaterThan(0)
  expect(ready.length).toBeLessThanOrEqual(2)
})

test('a variant that comes often is made ready even when others came first', () => {
  const size = sizeOf(blocksWithin(0).bodyOf([0, 1]))
  const blocks = blocksWithin(1.5 * size)
  for (let time = 0; time < 3; time += 1) blocks.bodyOf([0, 1])

  const lengths = Array.from({ length: 40 }, () => blocks.bodyOf([0, 2]).length)

  expect(lengths.at(-1)).toBe(1)
  expect(blocks.bodyOf([0, 1]).length).toBeGreaterThan(1)
})
