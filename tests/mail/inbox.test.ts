import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { createLog } from '#log.ts'
import { type InboxOptions, openInbox } from '#mail/inbox.ts'
import { readInbox, storeMail } from '#mail/inbox-store.ts'
import { RelayPool } from '#mail/relay/relay-pool.ts'
import { COMMON, composeMessage } from './message-fixture.ts'

const log = createLog({ level: 'silent', name: 'test' })
const NOON = new Date('2026-11-22T12:00:00.123Z')
let dir = ''

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'daybreak-inbox-'))
})
afterEach(async () => {
  await rm(dir, { recursive: true })
})

function mailNumber(number: number, minute = 0) {
  const raw = Buffer.from(`Subject: Mail ${number}\r\nFrom: a@example.org\r\n\r\nText\r\n`)
  const receivedAt = new Date(NOON.getTime() + minute * 60_000)
  return { from: 'a@example.org', to: ['b@example.net'], receivedAt, raw }
}

const SMALL: Buffer = Buffer.from('Subject: x\r\n\r\nx\r\n')

async function sendTo(url: string, { to = 'reader@example.net', raw = SMALL } = {}) {
  const { port } = new URL(url)
  const relay = { host: '127.0.0.1', port: Number(port), secure: false, login: undefined }
  await using pool = new RelayPool({
    relay: { ...relay, starttls: 'off' },
    name: 'localhost',
    connections: 1,
    log,
  })
  return await pool.send({
    envelope: { from: 'b+t@example.org', to },
    message: { bytes: raw },
    priority: 'digest',
    begun: () => {},
  })
}

test('a mail that was accepted can be read, byte for byte, under the id of the reply', async () => {
  const raw = await composeMessage({ ...COMMON, kind: 'service', subject: 'Fähre zurück' })
  await using inbox = await openInbox({ dir, log, now: () => NOON })

  const outcome = await sendTo(inbox.url, { raw })

  const id = '20261122T120000123Z-000001'
  const mail = await inbox.get(id)
  expect(outcome).toMatchObject({ kind: 'accepted', relayId: id })
  expect(mail).toMatchObject({
    from: 'b+t@example.org',
    to: ['reader@example.net'],
    receivedAt: NOON,
  })
  expect(mail).toMatchObject({
    subject: 'Fähre zurück',
    date: COMMON.date,
    header: { to: COMMON.to },
  })
  expect(mail.html).toContain('<h1>Morning Courier</h1>')
  expect(mail.text).toContain('Ferry back on Monday')
  expect(mail.headers).toContainEqual({ name: 'Auto-Submitted', value: 'auto-generated' })
  expect(mail.raw.equals(raw)).toBe(true)
})

test('an international address arrives as it was written', async () => {
  await using inbox = await openInbox({ dir, log })

  await sendTo(inbox.url, { to: 'jõgeva@example.ee' })

  const [entry] = await inbox.list({ limit: 1 })
  expect(entry?.to).toEqual(['jõgeva@example.ee'])
})

test.each([
  ['ENOSPC', 452],
  ['EIO', 451],
])('when the disk says %s the answer is %i and nothing is listed', async (code, reply) => {
  const store: InboxOptions['store'] = async () => {
    throw Object.assign(new Error(code), { code })
  }
  await using inbox = await openInbox({ dir, log, store })

  const outcome = await sendTo(inbox.url)

  expect(outcome).toMatchObject({ kind: 'deferred', code: reply })
  expect(await inbox.count()).toBe(0)
})

test('a mail over 10 MB whose size was not announced is refused and not kept', async () => {
  await using inbox = await openInbox({ dir, log })
  const smtp = new SMTPConnection({ host: '127.0.0.1', port: inbox.port })
  await new Promise<void>((resolve) => smtp.connect(() => resolve()))

  const reply = await new Promise<unknown>((resolve) => {
    const envelope = { from: 'a@example.org', to: 'b@example.net' }
    smtp.send(envelope, Buffer.alloc(11 * 1024 * 1024, 'x\r\n'), (error) =>
      resolve(error?.response),
    )
  })
  smtp.close()

  expect(reply).toContain('552 5.3.4')
  expect(await readdir(dir)).toEqual([])
})

test('a mail over 10 MB is refused and not kept', async () => {
  await using inbox = await openInbox({ dir, log })
  const raw = Buffer.from(`Subject: x\r\n\r\n${'x'.repeat(11 * 1024 * 1024)}\r\n`)

  const outcome = await sendTo(inbox.url, { raw })

  expect(outcome).toMatchObject({ kind: 'rejected', code: 552, blame: 'sender' })
  expect(await readdir(dir)).toEqual([])
})

test('the list is newest first, in pages, and counts what is there', async () => {
  for (const number of [1, 2, 3, 4, 5]) await storeMail(dir, mailNumber(number, number))
  const inbox = readInbox(dir)

  const first = await inbox.list({ limit: 2 })
  const second = await inbox.list({ limit: 2, before: first.at(-1)?.id ?? '' })
  const last = await inbox.list({ limit: 2, before: second.at(-1)?.id ?? '' })

  const subjects = [first, second, last].map((page) => page.map(({ subject }) => subject))
  expect(subjects).toEqual([['Mail 5', 'Mail 4'], ['Mail 3', 'Mail 2'], ['Mail 1']])
  expect(await inbox.count()).toBe(5)
})

test('mails of one moment keep their order and never replace each other', async () => {
  const ids = await Promise.all(
    [1, 2, 3, 4, 5, 6].map((number) => storeMail(dir, mailNumber(number))),
  )

  expect(new Set(ids).size).toBe(6)
  expect(await readInbox(dir).count()).toBe(6)
  expect((await readdir(dir)).filter((file) => file.endsWith('.tmp'))).toEqual([])
})

test('a reader sees what another process stores later', async () => {
  const inbox = readInbox(dir)
  await storeMail(dir, mailNumber(1, 1))
  const before = await inbox.list({ limit: 10 })

  await storeMail(dir, mailNumber(2, 2))

  expect(before).toHaveLength(1)
  expect((await inbox.list({ limit: 10 })).map(({ subject }) => subject)).toEqual([
    'Mail 2',
    'Mail 1',
  ])
})

test('a restart lists what was there, and not what was half written', async () => {
  await storeMail(dir, mailNumber(1))
  await writeFile(join(dir, '.20261122T120000000Z-1-1.tmp'), 'half a mail')

  await using inbox = await openInbox({ dir, log })

  expect((await inbox.list({ limit: 10 })).map(({ subject }) => subject)).toEqual(['Mail 1'])
})

test('an inbox whose directory is not there yet is empty', async () => {
  const inbox = readInbox(join(dir, 'none'))

  expect(await inbox.list({ limit: 10 })).toEqual([])
})

test.each([
  '../../etc/passwd',
  '20261122T120000123Z-000001',
  '',
  '20261122T120000123Z-000001/../x',
])('an id that is not of a stored mail is not found: %j', async (id) => {
  await expect(readInbox(dir).get(id)).rejects.toMatchObject({ name: 'Refusal', status: 404 })
})

test('the inbox does not listen beyond this machine', async () => {
  await expect(openInbox({ dir, log, host: '0.0.0.0' })).rejects.toThrow('this machine only')
})

test('a port in use is named', async () => {
  await using first = await openInbox({ dir, log })

  const second = openInbox({ dir, log, port: first.port })

  await expect(second).rejects.toThrow(`port ${first.port}: another program uses it`)
})
