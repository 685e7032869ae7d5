import { parentPort } from 'node:worker_threads'

import type { Answer, Question } from '#mail/returned/return-worker.ts'

// Does what a mail tells it: hangs, eats memory, dies, or answers with what it was given.

const hoard: number[][] = []

parentPort?.on('message', ({ bytes }: Question) => {
  const said = Buffer.from(bytes).toString()
  if (said === 'hang') for (;;);
  if (said === 'eat') for (;;) hoard.push(Array.from({ length: 100_000 }, (_, at) => at + 0.5))
  if (said === 'die') throw new Error('died of a mail')
  if (said === 'leave') process.exit(0)
  parentPort?.postMessage(answerWith(said), [])
})

function answerWith(key: string): Answer {
  if (key === 'refuse') return { failed: 'cannot be read' }
  return { read: { returned: { kind: 'auto-reply' }, key, localParts: [] } }
}
