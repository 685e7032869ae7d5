import { expect, test } from 'vitest'
import type { Context } from '#context.ts'
import type { Sender } from '#deliveries/sender.ts'
import { type JobName, type Jobs, queueNames, queueOf } from '#queue/jobs.ts'
import { type RoleName, roleNames } from '#role-names.ts'
import { roleQueues } from '#roles.ts'
import { fetchingProcessors } from '../../workers/fetching-processors.ts'
import { intakeProcessors, sendingProcessors } from '../../workers/processors.ts'

/** Every job with a payload of its kind: leaving one out does not compile. */
const payloads: Jobs = {
  'cluster-article': { articleId: 1 },
  'summarise-article': { articleId: 1 },
  'fit-image': { articleId: 1 },
  'poll-source': { sourceId: 1 },
  'take-items': { sourceId: 1 },
  'plan-edition': { editionId: 1 },
  'check-edition': { editionId: 1 },
  'take-returns': {},
  'take-sign-ups': {},
  'drain-lane': { lane: 'digest' },
}

/** Making processors asks nothing of what they are made from. */
function processorsOf(role: RoleName): string[] {
  const needs = {} as Context & { sender: Sender } & Parameters<typeof fetchingProcessors>[1]
  return Object.keys(
    role === 'web'
      ? { ...intakeProcessors(needs), ...fetchingProcessors(needs, needs) }
      : sendingProcessors(needs),
  )
}

test('every queue is worked on by one role', () => {
  const worked = roleNames.flatMap((role) => roleQueues[role])

  expect(worked.toSorted()).toEqual([...queueNames].toSorted())
})

test.each(Object.entries(payloads) as [JobName, Jobs[JobName]][])(
  'the role that works on the queue of %s knows what to do with it',
  (name, data) => {
    const queue = queueOf(name, data)
    const roles = roleNames.filter((role) => roleQueues[role].includes(queue))

    expect(roles.filter((role) => processorsOf(role).includes(name))).toHaveLength(1)
  },
)
