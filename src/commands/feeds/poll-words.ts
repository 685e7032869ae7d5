import type { PollOutcome } from '#articles/sources/polling/poll-source.ts'

/** What came of a poll, in a sentence. */
export function pollInWords(poll: PollOutcome): string {
  switch (poll.kind) {
    case 'not due':
      return 'another process is polling it at this moment'
    case 'put off':
      return 'its server was asked a moment ago: it is polled shortly'
    case 'unchanged':
      return 'nothing is new'
    case 'gone':
    case 'failed':
      return poll.error
    case 'read':
      return readInWords(poll)
  }
}

function readInWords(poll: Extract<PollOutcome, { kind: 'read' }>): string {
  const { items, fresh, changed, seeding, held, moved } = poll
  const to = moved === null ? '' : `; it moved for good to ${moved}`
  if (seeding)
    return `${items} items are there: they are history, read but never sent by themselves${to}`
  if (held !== null)
    return `${fresh} new, usual ${held.usual}: held until you decide with "daybreak feeds batch"${to}`
  const more = changed === 0 ? '' : `, ${changed} changed`
  return `${fresh} new of ${items}${more}${to}`
}
