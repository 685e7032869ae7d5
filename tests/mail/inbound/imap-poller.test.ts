import { expect, test, vi } from 'vitest'
import { createLog } from '#log.ts'
import type { InboundMail } from '#mail/inbound/inbound.ts'
import { type ImapOptions, openImapPoller } from '#mail/inbound/imap-poller.ts'
import { FakeImap } from '../../support/fake-imap.ts'

const TOKEN = 'b-'.padEnd(58, 'a')
const OURS = `${TOKEN}@bounce.example.org`

const mailTo = (to: string, body = 'back') =>
  `Return-Path: <>\r\nDelivered-To: ${to}\r\nTo: someone@example.net\r\nSubject: x\r\n\r\n${body}\r\n`

function openPoller(imap: FakeImap, change: Partial<ImapOptions> = {}) {
  const taken: InboundMail[] = []
  const lines: string[] = []
  const poller = openImapPoller({
    url: imap.url,
    mayTake: async (address) => (address === OURS ? 'bounce' : undefined),
    take: async (mail) => void taken.push(mail),
    log: createLog({ level: 'info', name: 'test', write: (line) => void lines.push(line) }),
    everyMs: 20,
    backoffMs: { first: 5, most: 20 },
    ...change,
  })
  return Object.assign(poller, { taken, lines })
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 })
const looks = (imap: FakeImap) => imap.commands.filter((name) => name === 'UID SEARCH').length
const bodies = (taken: InboundMail[]) =>
  taken.map(({ bytes }) => Buffer.from(bytes).toString().split('\r\n\r\n')[1]?.trim())

test('mails of ours are taken in order and put away, others are put aside unread', async () => {
  await using imap = await FakeImap.open()
  imap.deliver(mailTo(OURS, 'one'))
  imap.deliver(mailTo('editor@example.org'))
  imap.deliver(mailTo(OURS, 'two'))

  await using poller = openPoller(imap)
  await until(() => expect(imap.uidsIn('INBOX')).toEqual([]))

  expect(bodies(poller.taken)).toEqual(['one', 'two'])
  expect(poller.taken[0]).toMatchObject({
    channel: 'imap',
    kind: 'bounce',
    address: OURS,
    sender: '',
  })
  expect(imap.uidsIn('Daybreak/Done')).toEqual([1, 3])
  expect(imap.uidsIn('Daybreak/Not ours')).toEqual([2])
  expect([imap.flagsOf(1), imap.flagsOf(2)]).toEqual([['\\Seen'], []])
})

test('a mail that arrives while we wait is taken without a new look at the clock', async () => {
  await using imap = await FakeImap.open()
  await using poller = openPoller(imap, { everyMs: 600_000 })
  await until(() => expect(imap.commands).toContain('IDLE'))

  imap.deliver(mailTo(OURS, 'news'))

  await until(() => expect(bodies(poller.taken)).toEqual(['news']))
})

test('the address is looked for in the head of the mail itself, never in what it quotes', async () => {
  await using imap = await FakeImap.open()
  imap.deliver(
    `To: someone@example.net\r\nSubject: x\r\n\r\nDelivered-To: ${OURS}\r\nTo: ${OURS}\r\n`,
  )
  imap.deliver(`Subject: folded\r\nTo: A name\r\n <${OURS.toUpperCase()}>\r\n\r\nlast\r\n`)
  imap.deliver(`Delivered-To: returns-${OURS}\r\nSubject: qmail\r\n\r\nprefix\r\n`)

  await using poller = openPoller(imap)
  await until(() => expect(imap.uidsIn('INBOX')).toEqual([]))

  expect(bodies(poller.taken)).toEqual(['last', 'prefix'])
})

test('a mail that cannot be taken stays and is tried again, and those behind it are not lost', async () => {
  await using imap = await FakeImap.open()
  imap.deliver(mailTo(OURS, 'one'))
  imap.deliver(mailTo(OURS, 'two'))
  const taken: InboundMail[] = []
  let failures = 2
  const take = async (mail: InboundMail) => {
    failures -= 1
    if (failures >= 0) throw new Error('the database is away')
    taken.push(mail)
  }

  await using poller = openPoller(imap, { take })
  await until(() => expect(imap.uidsIn('Daybreak/Done')).toHaveLength(2))

  expect(new Set(bodies(taken))).toEqual(new Set(['one', 'two']))
  expect(taken).toHaveLength(2)
  expect(poller.lines.join()).toContain('the database is away')
})

test('a connection that breaks between taking a mail and putting it away is opened again', async () => {
  await using imap = await FakeImap.open({ breakAt: ['UID MOVE', 'UID SEARCH', 'UID FETCH'] })
  imap.deliver(mailTo(OURS, 'one'))
  imap.deliver(mailTo(OURS, 'two'))

  await using poller = openPoller(imap)
  await until(() => expect(imap.uidsIn('INBOX')).toEqual([]))

  expect(new Set(bodies(poller.taken))).toEqual(new Set(['one', 'two']))
})

test('where nothing can be moved a mail is marked, and where nothing can be marked it is remembered', async () => {
  await using marking = await FakeImap.open({ folders: false })
  await using poor = await FakeImap.open({ folders: false, keywords: false, can: [] })
  marking.deliver(mailTo(OURS, 'marked'))
  poor.deliver(mailTo(OURS, 'remembered'))

  await using one = openPoller(marking)
  await using other = openPoller(poor)
  await until(() => expect(Math.min(looks(marking), looks(poor))).toBeGreaterThan(3))

  expect(bodies(one.taken)).toEqual(['marked'])
  expect(marking.flagsOf(1)).toContain('$DaybreakDone')
  expect(bodies(other.taken)).toEqual(['remembered'])
})

test('without MOVE a mail is copied and removed', async () => {
  await using imap = await FakeImap.open({ can: ['IDLE'] })
  imap.deliver(mailTo(OURS, 'one'))

  await using poller = openPoller(imap)
  await until(() => expect(imap.uidsIn('INBOX')).toEqual([]))

  expect(imap.uidsIn('Daybreak/Done')).toEqual([1])
  expect(poller.taken).toHaveLength(1)
})

test('of a large mail the first megabyte is read', async () => {
  await using imap = await FakeImap.open()
  imap.deliver(mailTo(OURS, 'x'.repeat(3_000_000)))

  await using poller = openPoller(imap)
  await until(() => expect(imap.uidsIn('Daybreak/Done')).toEqual([1]))

  expect(poller.taken[0]?.bytes).toHaveLength(1024 * 1024)
})

test('a mailbox that filled meanwhile is emptied without a pause', async () => {
  await using imap = await FakeImap.open()
  for (let number = 0; number < 600; number += 1) imap.deliver(mailTo('editor@example.org'))

  await using _poller = openPoller(imap, { everyMs: 600_000 })

  await until(() => expect(imap.uidsIn('Daybreak/Not ours')).toHaveLength(600))
})

test('a wrong password is told once, with the variable and the fix, and without the password', async () => {
  await using imap = await FakeImap.open({ password: 'another' })

  await using poller = openPoller(imap)
  await until(() =>
    expect(imap.commands.filter((name) => name === 'LOGIN').length).toBeGreaterThan(2),
  )

  expect(poller.lines).toHaveLength(1)
  expect(poller.lines[0]).toMatch(/IMAP_URL.*app password/)
  expect(poller.lines[0]).not.toContain('cret')
})

test('disposal ends the connection, also while waiting for the next try', async () => {
  await using imap = await FakeImap.open()
  const poller = openPoller(imap, { everyMs: 600_000 })
  await until(() => expect(imap.commands).toContain('IDLE'))
  const refused = openPoller(await closedImap(), { backoffMs: { first: 600_000, most: 600_000 } })
  await until(() => expect(refused.lines).toHaveLength(1))

  await poller[Symbol.asyncDispose]()
  await refused[Symbol.asyncDispose]()

  await until(() => expect(imap.connections).toBe(0))
})

async function closedImap(): Promise<FakeImap> {
  const imap = await FakeImap.open()
  const { url } = imap
  await imap[Symbol.asyncDispose]()
  return Object.defineProperty(imap, 'url', { value: url })
}
