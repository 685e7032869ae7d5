import type { Timeouts } from '#mail/relay/open-relay.ts'

/** A reply that is awaited. `DOT` ends a mail's body, `EMPTY` a body that had no recipient. */
export type Awaited = 'RSET' | 'MAIL FROM' | 'RCPT TO' | 'DATA' | 'DOT' | 'EMPTY' | 'QUIT'

const GOODBYE_MS = 1000

/** How long the reply may take. */
export function limitOf(command: Awaited, timeouts: Timeouts): number {
  switch (command) {
    case 'RSET':
    case 'MAIL FROM':
    case 'RCPT TO':
      return timeouts.envelope
    case 'DATA':
    case 'EMPTY':
      return timeouts.data
    case 'DOT':
      return timeouts.dot
    case 'QUIT':
      return Math.min(GOODBYE_MS, timeouts.envelope)
  }
}

export const STUCK = 'the relay takes no more of the mail'

/** A missing reply in words for people. */
export function silence(command: Awaited): string {
  const what = command === 'DOT' || command === 'EMPTY' ? 'the end of the mail' : command
  return `the relay does not answer ${what}`
}
