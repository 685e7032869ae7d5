import { expect, test } from 'vitest'
import { checkNames, examine } from '#doctor/examine.ts'
import { openWorld } from './world.ts'

test('where everything is right, every check says so and nothing is found', async () => {
  await using world = await openWorld()

  const examined = await examine(world.visit())

  expect(
    examined.flatMap(({ findings }) => findings).filter(({ level }) => level !== 'right'),
  ).toEqual([])
  expect(examined.map(({ check }) => check)).toEqual(checkNames)
  expect(examined.filter(({ findings }) => findings.length === 0)).toEqual([])
})
