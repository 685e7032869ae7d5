import { expect, test } from 'vitest'
import { type Duty, may, requireDuty, type Role, roles } from '#operators/operator.ts'

const firstRole: [Duty, Role][] = [
  ['read', 'viewer'],
  ['ingest', 'editor'],
  ['compose', 'editor'],
  ['draft alert', 'editor'],
  ['add readers', 'editor'],
  ['approve', 'publisher'],
  ['send', 'publisher'],
  ['release alert', 'publisher'],
  ['stop', 'publisher'],
  ['manage operators', 'admin'],
  ['manage tokens', 'admin'],
  ['change settings', 'admin'],
]

const cases = firstRole.flatMap(([duty, first]) =>
  roles.map((role) => ({ role, duty, first, able: roles.indexOf(role) >= roles.indexOf(first) })),
)

test.each(cases.filter(({ able }) => able))('the role $role may $duty', ({ role, duty }) => {
  expect(may(role, duty)).toBe(true)
  expect(() => requireDuty({ id: 1, name: 'ada', role }, duty)).not.toThrow()
})

test.each(cases.filter(({ able }) => !able))(
  'the role $role may not $duty, and is told that it takes the role $first',
  ({ role, duty, first }) => {
    expect(may(role, duty)).toBe(false)
    expect(() => requireDuty({ id: 1, name: 'ada', role }, duty)).toThrow(
      expect.objectContaining({
        name: 'Refusal',
        status: 403,
        message: `ada is ${role}: to ${duty} takes the role ${first}, ask an admin`,
      }),
    )
  },
)
