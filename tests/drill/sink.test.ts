import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { Sink } from '#drill/sink.ts'

const BODY = 'Message-ID: <one@x>\r\nFeedback-ID: 7:daily:digest:db1\r\n\r\nhello\r\n'
const GROUP = 'MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n'

async function openSink(chance = 0) {
  const sink = new Sink({ chance: () => chance, remembers: true })
  const port = await sink.open()
  onTestFinished(() => sink.close())
  return { sink, port }
}

/** A client that says its lines and waits until the answers hold what is expected. */
async function dial(port: number): Promise<{ socket: Socket; say: Say; heard: () => string }> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  let heard = ''
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()))
  const say = async (text: string, expected: RegExp) => {
    socket.write(text)
    await until(() => expected.test(heard))
    const answer = heard
    heard = ''
    return answer
  }
  return { socket, say, heard: () => heard }
}

type Say = (text: string, expected: RegExp) => Promise<string>

async function until(true_: () => boolean): Promise<void> {
  for (let tries = 0; !true_(); tries += 1) {
    if (tries > 1000) throw new Error('it did not happen')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

test('a mail counts when its whole body is there, by its Message-ID and edition', async () => {
  const { sink, port } = await openSink()
  const { say } = await dial(port)

  await say(`EHLO me\r\n${GROUP}`, /354/)
  await say(BODY, /^$/)
  expect(sink.counts().taken).toBe(0)
  await say(`.\r\n${GROUP}`, /queued as S1[^]*354/)
  await say(`${BODY}.\r\n`, /queued as S2/)

  expect(sink.ids()).toEqual([['one@x', 2, 7]])
  expect(sink.counts().editions).toMatchObject([{ edition: 7, mails: 2 }])
})

test('a body whose end is cut between two packets is one body', async () => {
  const { sink, port } = await openSink()
  const { say } = await dial(port)
  await say(`EHLO me\r\n${GROUP}`, /354/)

  await say(BODY.slice(0, -1), /^$/)
  await new Promise((resolve) => setTimeout(resolve, 20))
  await say('\n.', /^$/)
  await new Promise((resolve) => setTimeout(resolve, 20))
  await say('\r\nQUIT\r\n', /queued as S1[^]*221/)

  expect(sink.counts().taken).toBe(1)
})

test('no more bodies begin than are allowed, and the others wait for their 354', async () => {
  const { sink, port } = await openSink()
  sink.allow(1)
  const first = await dial(port)
  const second = await dial(port)

  await first.say(`EHLO me\r\n${GROUP}`, /354/)
  await second.say(`EHLO me\r\n${GROUP}`, /250 2.0.0 ok\r\n250 2.0.0 ok/)
  expect(sink.counts().waiting).toEqual([1])
  expect(second.heard()).not.toContain('354')

  sink.allow(1)
  await second.say('', /354/)
})

test('a session that stands still in a body has had nothing until it goes on', async () => {
  const { sink, port } = await openSink(0.5)
  sink.stall({ port, share: 1 })
  const { say, heard } = await dial(port)
  await say(`EHLO me\r\n${GROUP}`, /354/)

  await say(`${BODY}.\r\n`, /^$/)
  await until(() => sink.counts().stalled[0]?.midBody === 1)
  expect(sink.counts().taken).toBe(0)
  expect(heard()).toBe('')

  sink.release({ port, drop: 0 })
  await say('', /queued as S1/)
})

test('a session that stands still after the dot has the mail, and only the reply is missing', async () => {
  const { sink, port } = await openSink(0.9)
  sink.stall({ port, share: 1 })
  const { say, heard } = await dial(port)
  await say(`EHLO me\r\n${GROUP}`, /354/)

  await say(`${BODY}.\r\n`, /^$/)
  await until(() => sink.counts().stalled[0]?.afterDot === 1)

  expect(sink.counts().taken).toBe(1)
  expect(heard()).toBe('')
})

test('what a dead sender left in the kernel is read to its end, unless the relay crashed too', async () => {
  for (const [drop, taken] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const { sink, port } = await openSink(0.5)
    sink.stall({ port, share: 1 })
    const { say, socket } = await dial(port)
    await say(`EHLO me\r\n${GROUP}`, /354/)
    await say(`${BODY}.\r\n`, /^$/)
    await until(() => sink.counts().stalled[0]?.midBody === 1)

    socket.destroy()
    sink.release({ port, drop })
    await new Promise((resolve) => setTimeout(resolve, 50))

    expect(sink.counts().taken).toBe(taken)
  }
})

test('a connection that ends in the middle of a body is counted as cut off', async () => {
  const { sink, port } = await openSink()
  const { say, socket } = await dial(port)
  await say(`EHLO me\r\n${GROUP}`, /354/)
  await say('Message-ID: <half@x>\r\n', /^$/)
  await new Promise((resolve) => setTimeout(resolve, 20))

  socket.destroy()

  await until(() => sink.counts().cutOff[0] === 1)
  expect(sink.ids()).toEqual([])
})
