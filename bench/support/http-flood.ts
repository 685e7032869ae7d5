import { createReadStream } from 'node:fs'
import { Agent, request } from 'node:http'
import { writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'

// A process of its own, in the open loop: requests start when they are due, whether or not earlier ones were answered,
// and the time is taken from when they were due. One request a line of the file of "METHOD path"; a POST is a press of
// a mail provider (RFC 8058). The answers go to a file beside it.

const { values } = parseArgs({
  options: {
    file: { type: 'string', default: '' },
    port: { type: 'string', default: '' },
    rate: { type: 'string', default: '500' },
    connections: { type: 'string', default: '100' },
  },
})

type Answered = {
  /** Milliseconds since 1970. */
  due: number
  ms: number
  status: number
}

const wanted: { method: string; path: string }[] = []
for await (const line of createInterface({ input: createReadStream(values.file) })) {
  const [method = '', path = ''] = line.split(' ')
  wanted.push({ method, path })
}
const agent = new Agent({ keepAlive: true, maxSockets: Number(values.connections) })
const BODY = 'List-Unsubscribe=One-Click'

process.stdout.write('ready\n')
await new Promise((resolve) => process.stdin.once('data', resolve))
const began = now()
const gapMs = 1000 / Number(values.rate)
const answers: Promise<Answered>[] = []
for (const [index, each] of wanted.entries()) {
  const due = began + index * gapMs
  if (due > now()) await sleep(Math.ceil(due - now()))
  answers.push(ask({ ...each, due }))
}
await writeFile(`${values.file}.answers`, JSON.stringify(await Promise.all(answers)))
process.stdout.write('done\n')
process.stdin.destroy()
agent.destroy()

async function ask({
  method,
  path,
  due,
}: {
  method: string
  path: string
  due: number
}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const headers =
      method === 'POST'
        ? {
            'Content-Type': 'application/x-www-form-urlencoded',
            'Content-Length': String(BODY.length),
          }
        : {}
    const sent = request(
      { host: '127.0.0.1', port: Number(values.port), method, path, headers, agent },
      (response) => {
        response.resume()
        response.once('end', () =>
          resolve({ due, ms: now() - due, status: response.statusCode ?? 0 }),
        )
      },
    )
    // The server closes a connection that was idle for five seconds, and may do so as we write: any client asks again.
    sent.once('error', (error) =>
      sent.reusedSocket ? resolve(ask({ method, path, due })) : reject(error),
    )
    sent.end(method === 'POST' ? BODY : undefined)
  })
}

function now(): number {
  return performance.timeOrigin + performance.now()
}
