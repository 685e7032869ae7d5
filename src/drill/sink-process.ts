import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { chanceFrom } from './chance.ts'
import { Sink } from './sink.ts'
import type { Asked, SinkOptions } from './sink-control.ts'

// The sink in a process of its own: told what to do by its parent, and gone with it.
/* oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own parent wrote it */
const options = JSON.parse(process.argv[2] ?? '{}') as SinkOptions
const sink = new Sink({
  chance: chanceFrom(options.seed),
  remembers: options.remembers,
  secure:
    options.tls === null
      ? undefined
      : createSecureContext({
          key: readFileSync(options.tls.key),
          cert: readFileSync(options.tls.cert),
        }),
})
const ports: number[] = []
for (let door = 0; door < options.ports; door += 1) ports.push(await sink.open())

process.on('message', (asked: Asked) => process.send?.({ id: asked.id, answer: answer(asked) }))
process.once('disconnect', () => sink.close())
process.send?.({ id: 0, answer: ports })

function answer({ ask }: Asked): unknown {
  switch (ask.verb) {
    case 'allow':
      return sink.allow(ask.more)
    case 'begin':
      return sink.begin(ask)
    case 'stall':
      return sink.stall(ask)
    case 'release':
      return sink.release(ask)
    case 'counts':
      return sink.counts()
    case 'ids':
      return sink.ids()
  }
}
