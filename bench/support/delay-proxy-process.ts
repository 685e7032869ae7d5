import { openDelayProxy } from './delay-proxy.ts'

// A process of its own, so that neither the sender's nor the bench's work holds its timers up.
const [port = '', delayMs = ''] = process.argv.slice(2)
const proxy = await openDelayProxy({ port: Number(port), delayMs: Number(delayMs) })
process.once('disconnect', () => void proxy[Symbol.asyncDispose]())
process.send?.(proxy.port)
