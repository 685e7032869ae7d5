import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { BreakingLine } from '#demo/bad-day/breaking-line.ts'
import { createLog } from '#log.ts'
import { openInbox } from '#mail/inbox.ts'

const ENVELOPE = 'MAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nDATA\r\n'
const BODY = 'Message-ID: <one@x.example>\r\n\r\nhello\r\n'

/** A line to a relay of ours, and somebody who sends over it. */
async function openLine() {
  const dir = await mkdtemp(join(tmpdir(), 'daybreak-line-'))
  const inbox = await openInbox({ dir, log: createLog({ level: 'silent', name: 'test' }) })
  const line = await BreakingLine.open({ relayPort: inbox.port })
  onTestFinished(async () => {
    await line[Symbol.asyncDispose]()
    await inbox[Symbol.asyncDispose]()
    await rm(dir, { recursive: true, force: true })
  })
  return { inbox, line }
}

async function dial({ url }: BreakingLine) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let heard = ''
  let gone = false
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()))
  for (const end of ['error', 'end', 'close']) socket.on(end, () => (gone = true))
  await Promise.race([once(socket, 'connect'), once(socket, 'close')])
  const until = async (what: RegExp | 'the end') => {
    for (let tries = 0; tries < 1000; tries += 1) {
      if (what === 'the end' ? gone : what.test(heard)) {
        const answer = heard
        heard = ''
        return answer
      }
      await sleep(5)
    }
    throw new Error(`heard "${heard}", not ${String(what)}`)
  }
  return {
    until,
    say: async (text: string, what: RegExp | 'the end') => {
      socket.write(text)
      return until(what)
    },
  }
}

test('mails pass, and the next envelope behind a body', async () => {
  const { inbox, line } = await openLine()
  const { say, until } = await dial(line)
  await until(/220/)

  await say(`EHLO me\r\n`, /^250 /m)
  await say(ENVELOPE, /354/)
  const answer = await say(`${BODY}.\r\n${ENVELOPE}`, /queued[^]*354/)
  await say(BODY.slice(0, -1), /^$/)
  await sleep(20)
  await say('\n.', /^$/)
  await sleep(20)
  await say('\r\nQUIT\r\n', /queued[^]*221/)

  expect(answer).toContain('250 2.0.0 Ok: queued')
  expect(await inbox.count()).toBe(2)
})

test('cut at DATA, the mail before it has its answer and the relay nothing more', async () => {
  const { inbox, line } = await openLine()
  const { say, until } = await dial(line)
  await until(/220/)
  await say('EHLO me\r\n', /^250 /m)
  await say(ENVELOPE, /354/)
  line.cutNext(['at DATA'])

  const answer = await say(`${BODY}.\r\n${ENVELOPE}`, 'the end')

  expect(answer).toContain('queued')
  expect(answer).not.toContain('354')
  expect(line.died['at DATA']).toBe(1)
  expect(await inbox.count()).toBe(1)
})

test('cut in the body, the relay does not have the mail', async () => {
  const { inbox, line } = await openLine()
  line.cutNext(['in the body'])
  const { say, until } = await dial(line)
  await until(/220/)
  await say('EHLO me\r\n', /^250 /m)
  await say(ENVELOPE, /354/)

  await say(`${BODY}.\r\n`, 'the end')
  await sleep(50)

  expect(line).toMatchObject({ waiting: 0, died: { 'in the body': 1 } })
  expect(await inbox.count()).toBe(0)
})

test('cut before the reply, the relay has the mail and nobody is told', async () => {
  const { inbox, line } = await openLine()
  line.cutNext(['before the reply'])
  const { say, until } = await dial(line)
  await until(/220/)
  await say('EHLO me\r\n', /^250 /m)
  await say(ENVELOPE, /354/)

  const answer = await say(`${BODY}.\r\n`, 'the end')

  expect(answer).not.toContain('queued')
  expect(line.died['before the reply']).toBe(1)
  expect(await inbox.count()).toBe(1)
})

test('a line that goes down finishes the mail on its way, and then takes nobody until it is up', async () => {
  const { inbox, line } = await openLine()
  const { say, until } = await dial(line)
  await until(/220/)
  await say('EHLO me\r\n', /^250 /m)
  await say(ENVELOPE, /354/)

  line.down()
  const answer = await say(`${BODY}.\r\n`, 'the end')
  const other = await dial(line)
  await other.until('the end')
  line.up()
  const third = await dial(line)

  expect(answer).toContain('queued')
  expect(await inbox.count()).toBe(1)
  expect(line.refused).toBe(1)
  await third.until(/220/)
})
