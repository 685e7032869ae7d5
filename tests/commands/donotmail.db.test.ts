import { expect, test } from 'vitest'
import { donotmail } from '#commands/donotmail.ts'
import { takeReturn } from '#deliveries/returns/take-return.ts'
import { listAudit } from '#operators/audit.ts'
import { addOperator } from '#operators/operator.ts'
import { eraseSubscriber } from '#subscribers/erasure/erase.ts'
import { listEvents } from '#subscribers/consent/event-store.ts'
import { claim } from '../deliveries/claim-fixture.ts'
import { bounceOf, COMPLAINT, readerOf, tokenOf } from '../deliveries/returns-fixture.ts'
import { ensureOperator, releaseDigest } from '../deliveries/send-fixture.ts'
import { openSettled, type ReleasedHouse } from '../deliveries/settled-fixture.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { runCommand } from './run-command.ts'

const ADDRESS = 'reader1@example.org'

async function say(house: House, ...args: string[]): Promise<string[]> {
  return runCommand(house, donotmail, { args })
}

async function openStaffed(readers: number): Promise<ReleasedHouse> {
  const house = await openSettled(readers)
  await addOperator(house.context, { name: 'bo', role: 'editor' })
  return house
}

async function comeBack(house: ReleasedHouse, reader: number, what: 'bounce' | 'complaint') {
  const token = await tokenOf(house, { reader, editionId: house.editionId })
  const returned = what === 'bounce' ? bounceOf('hard') : COMPLAINT
  await takeReturn(house.context, { channel: 'smtp', key: `${reader} ${what}`, returned, token })
}

async function auditOf({ context }: House) {
  return (await listAudit(context, 9)).filter(({ verb }) => /do-not-mail/.test(verb))
}

test.each([
  [[], 'donotmail takes list, check, add or lift'],
  [['list', '--reason', 'x'], 'there is no reason "x"'],
  [['check'], 'name one mail address'],
  [['check', 'nobody'], 'the mail address has no name or no domain'],
  [['add', '@'], 'this is no domain'],
  [['add', '@localhost'], 'this is no domain'],
  [['lift', ADDRESS], 'not on the do-not-mail list'],
  [['lift', '@example.org'], 'this domain is not on the do-not-mail list'],
])('donotmail %j is refused in a sentence', async (args, sentence) => {
  await using house = await openStaffed(1)

  await expect(say(house, ...args)).rejects.toThrow(sentence)
})

test('the list says why, and masks addresses', async () => {
  await using house = await openStaffed(2)
  await comeBack(house, 1, 'bounce')
  await comeBack(house, 2, 'complaint')

  const all = await say(house, 'list')
  const bounced = await say(house, 'list', '--reason', 'bounced')
  const check = await say(house, 'check', 'Reader1@EXAMPLE.org')
  const other = await say(house, 'check', 'other@example.org')

  expect(all).toHaveLength(3)
  expect(bounced.slice(1).map((line) => line.split(/ {2,}/).slice(1))).toEqual([
    ['its mail came back', 'r…@example.org', '1'],
  ])
  expect(check).toEqual([
    'on the do-not-mail list since 2026-11-22: its mail came back (reader 1, bounced)',
  ])
  expect(other).toEqual(['not on the do-not-mail list (no reader)'])
})

test('an address that is put on the list gets nothing from the next claim on, nor after a restore', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  await releaseDigest(house)

  const said = await say(house, 'add', ADDRESS)
  const again = await say(house, 'add', ADDRESS)

  const rows = await claim(house)
  expect(rows?.map(({ subscriberId }) => subscriberId)).toEqual([2])
  expect([said[0], again[0]]).toEqual([
    'it is on the do-not-mail list: nothing is sent to it from now on',
    'it was on the do-not-mail list already',
  ])
  expect(house.leavings).toMatchObject([{ kind: 'blocked', newsletterId: null }])
  expect(await auditOf(house)).toMatchObject([
    { verb: 'add to do-not-mail list', subject: 'subscriber 1' },
  ])
})

test('a bounced reader who is lifted gets the newsletters as before, and is told what a second bounce does', async () => {
  await using house = await openStaffed(1)
  await comeBack(house, 1, 'bounce')

  const lines = await say(house, 'lift', ADDRESS)

  expect(await readerOf(house)).toBe('active')
  expect(lines.join(' ')).toContain('reader 1 gets the newsletters that were chosen before; if the')
  const [entry] = await auditOf(house)
  expect(entry).toMatchObject({
    actor: 'ines',
    verb: 'lift from do-not-mail list',
    subject: 'subscriber 1',
    detail: { reason: 'bounced', state: 'active' },
  })
})

test.each([
  ['complained', 'reported a mail as spam'],
  ['erased', 'had all data erased'],
])('nobody of the team lifts what a reader %s: the reader signs up again', async (reason, why) => {
  await using house = await openStaffed(1)
  if (reason === 'complained') await comeBack(house, 1, 'complaint')
  else await eraseSubscriber(house.context, { subscriberId: 1, witness: { form: 'test' } })

  await expect(say(house, 'lift', ADDRESS, '--yes')).rejects.toThrow(why)
  await expect(say(house, 'lift', ADDRESS)).rejects.toThrow('signing up again')

  const [check] = await say(house, 'check', ADDRESS)
  expect(check).toContain(why)
})

test('a complaint stays one where the team had blocked the address before', async () => {
  await using house = await openStaffed(1)
  await say(house, 'add', ADDRESS)
  await comeBack(house, 1, 'complaint')

  const lifting = say(house, 'lift', ADDRESS)

  await expect(lifting).rejects.toThrow('reported a mail as spam')
  expect(await readerOf(house)).toBe('complained, listed: blocked')
})

test('only an admin takes an address off the list, or puts a domain on it', async () => {
  await using house = await openStaffed(1)
  await comeBack(house, 1, 'bounce')

  for (const args of [
    ['lift', ADDRESS],
    ['add', '@example.org', '--yes'],
    ['lift', '@example.org', '--yes'],
  ])
    await expect(runCommand(house, donotmail, { args, as: 'bo' })).rejects.toThrow(
      'takes the role admin',
    )

  expect(await readerOf(house)).toBe('bounced, listed: bounced')
})

test('a whole domain counts its readers first, and with --yes nobody there gets mail; its neighbours do', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  await addReaders(house, 1, { domain: 'mail.example.org', from: 3 })
  await ensureOperator(house)
  await releaseDigest(house)

  await expect(say(house, 'add', '@EXAMPLE.org')).rejects.toThrow('@example.org has 2 readers')
  const before = await say(house, 'list', '--domains')
  const added = await say(house, 'add', '@EXAMPLE.org', '--yes')

  const rows = await claim(house)
  expect(rows?.map(({ subscriberId }) => subscriberId)).toEqual([3])
  expect(before).toEqual(['No whole domain is on the do-not-mail list.'])
  expect(added).toEqual(['nobody at @example.org is mailed from now on (2 readers)'])
  expect((await say(house, 'list', '--domains'))[1]).toMatch(/^2026-11-22 +@example\.org +2$/)
  expect(await say(house, 'check', ADDRESS)).toEqual([
    'nobody at its domain is mailed since 2026-11-22 (reader 1, active)',
  ])
  const events = await listEvents(house.db, { subscriberId: 1, limit: 10 })
  expect(events.at(-1)).toMatchObject({
    kind: 'suppressed',
    form: 'operator ines, whole domain',
    operator: 'ines',
  })
  expect(await auditOf(house)).toMatchObject([{ subject: '@example.org', detail: { readers: 2 } }])
})

test('a domain is one in every spelling, and lifting it counts who would get mail again', async () => {
  await using house = await openHouse()
  await addReaders(house, 1, { domain: 'xn--bcher-kva.example' })
  await ensureOperator(house)
  await say(house, 'add', '@Bücher.example', '--yes')

  await expect(say(house, 'lift', '@bücher.example')).rejects.toThrow('1 reader who would get mail')
  const kept = await say(house, 'list', '--domains')
  const lifted = await say(house, 'lift', '@BÜCHER.example', '--yes')

  expect(kept[1]).toContain('@xn--bcher-kva.example')
  expect(lifted[0]).toContain('@xn--bcher-kva.example is off the do-not-mail list')
  const events = await listEvents(house.db, { subscriberId: 1, limit: 10 })
  expect(events.slice(-2).map(({ kind }) => kind)).toEqual(['suppressed', 'lifted'])
})
