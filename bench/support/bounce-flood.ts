import { createReadStream } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { madeBounce } from './made-bounce.ts'

// A process of its own, so that what it costs to send is not counted: one bounce for each line of a file of
// "local part, a space, recipient", over some connections, each waiting for its replies as mail servers do.

const { values } = parseArgs({
  options: {
    file: { type: 'string', default: '' },
    port: { type: 'string', default: '' },
    domain: { type: 'string', default: '' },
    connections: { type: 'string', default: '10' },
  },
})

type Bounce = { localPart: string; recipient: string; number: number }

const bounces: Bounce[] = []
for await (const line of createInterface({ input: createReadStream(values.file) })) {
  const [localPart = '', recipient = ''] = line.split(' ')
  bounces.push({ localPart, recipient, number: bounces.length })
}

const sockets = await Promise.all(
  Array.from({ length: Number(values.connections) }, () => openSession()),
)
process.stdout.write('ready\n')
await new Promise((resolve) => process.stdin.once('data', resolve))
const counts = await Promise.all(sockets.map(sendAll))
process.stdout.write(`${counts.reduce((sum, count) => sum + count, 0)}\n`)
process.exit()

type Session = { socket: Socket; next: () => Promise<string> }

async function openSession(): Promise<Session> {
  const socket = connect(Number(values.port), '127.0.0.1').setNoDelay(true)
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  const next = async () => {
    for (;;) {
      const { value, done } = await lines.next()
      if (done === true) throw new Error('the server closed the connection')
      if (/^\d{3} /.test(value)) return value
    }
  }
  await next()
  socket.write('EHLO mx.drill.example\r\n')
  await next()
  return { socket, next }
}

async function sendAll(session: Session): Promise<number> {
  let refused = 0
  for (let bounce = bounces.pop(); bounce !== undefined; bounce = bounces.pop()) {
    if (!(await sendOne(session, bounce))) refused += 1
  }
  return refused
}

async function sendOne({ socket, next }: Session, bounce: Bounce): Promise<boolean> {
  const { domain } = values
  // Pipelined, as every mail server does where it is offered.
  socket.write(`MAIL FROM:<>\r\nRCPT TO:<${bounce.localPart}@${domain}>\r\nDATA\r\n`)
  await next()
  await next()
  if (!(await next()).startsWith('354')) return false
  socket.write(`${madeBounce({ ...bounce, domain })}.\r\n`)
  return (await next()).startsWith('250')
}
