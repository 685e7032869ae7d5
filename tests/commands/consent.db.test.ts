import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { consent } from '#commands/consent.ts'
import { erase } from '#commands/erase.ts'
import { listAudit } from '#operators/audit.ts'
import { addOperator } from '#operators/operator.ts'
import { recordConsent } from '#subscribers/consent/consent-store.ts'
import { ensureOperator } from '../deliveries/send-fixture.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { runCommand } from './run-command.ts'

const ADDRESS = 'reader1@example.org'

async function openLedger(): Promise<House> {
  const house = await openHouse()
  await addReaders(house, 1, { newsletters: ['daily'] })
  await ensureOperator(house)
  await addOperator(house.context, { name: 'vi', role: 'viewer' })
  await recordConsent(house.db, {
    subscriberId: 1,
    newsletterId: 1,
    kind: 'confirmed',
    cadence: 'weekly',
    editionId: 7,
    witness: {
      form: 'import',
      formVersion: 'v2',
      importId: 4,
      operatorId: 1,
      statedAt: new Date('2024-05-06T00:00:00Z'),
    },
    now: house.now,
  })
  return house
}

test('the sheet of a reader says every event in words: what, when, which form and wording, which mail, who acted', async () => {
  await using house = await openLedger()

  const lines = await runCommand(house, consent, { args: [ADDRESS] })

  expect(lines[0]).toBe(`reader 1, ${ADDRESS}`)
  expect(lines).toHaveLength(4)
  expect(lines[2]).toContain('Added by the newsroom: ')
  expect(lines[3]).toMatch(
    /^2026-11-22T06:30:00\.000Z +Agreed to .* \(weekly\) +Form: import, wording v2, mail of edition 7, by ines of the team, import 4, agreed on 6 May 2024, as that list says$/,
  )
})

test('who may only read sees the address masked, in every form of the sheet', async () => {
  await using house = await openLedger()

  const lines = await runCommand(house, consent, { args: [ADDRESS], as: 'vi' })
  const json = await runCommand(house, consent, { args: [ADDRESS, '--json'], as: 'vi' })

  expect(lines[0]).toBe('reader 1, r…@example.org')
  expect(JSON.parse(json.join('\n'))).toMatchObject({
    reader: 1,
    address: 'r…@example.org',
    events: [{ kind: 'added' }, { kind: 'confirmed', editionId: 7, operator: 'ines' }],
  })
})

test('the printable sheet is a page in the reader’s language, and nothing from outside is markup in it', async () => {
  await using house = await openLedger()
  const dir = await mkdtemp(join(tmpdir(), 'daybreak-consent-'))
  const file = join(dir, 'sheet.html')
  await sql`update subscriber set language = 'ar' where id = 1`.execute(house.db)
  await sql`update newsletter set name = '<b>Daily</b>' where id = 1`.execute(house.db)

  const lines = await runCommand(house, consent, { args: [ADDRESS, '--html', file] })

  const page = await readFile(file, 'utf8')
  const { mode } = await stat(file)
  await rm(dir, { recursive: true })
  expect(lines).toEqual([`written to ${file}`])
  expect(page).toContain('<html lang="ar" dir="rtl">')
  expect(page).toContain('وافق على &lt;b&gt;Daily&lt;/b&gt; (أسبوعيًا)')
  expect(page).not.toContain('<b>Daily</b>')
  expect(page.match(/<li>/g)).toHaveLength(2)
  expect(mode & 0o077).toBe(0)
})

test('the whole ledger is told in numbers', async () => {
  await using house = await openLedger()

  const lines = await runCommand(house, consent, { args: ['--since', '2026-11-01'] })
  const none = await runCommand(house, consent, { args: ['--since', '2027-01-01'] })

  expect(lines.slice(1).map((line) => line.split(/ {2,}/))).toEqual([
    ['2026-11', 'added', 'operator', '1'],
    ['2026-11', 'confirmed', 'import', '1'],
  ])
  expect(none).toEqual(['Nothing is written down since then.'])
})

test.each([
  [consent, [], 'consent takes one mail address or reader number'],
  [consent, ['--since', 'monday'], '--since is not "monday"'],
  [consent, [ADDRESS, '--since', '2026-01-01'], 'consent takes one'],
  [consent, ['nobody@example.org'], 'there is no such reader'],
  [consent, ['99'], 'there is no such reader'],
  [erase, [], 'name one mail address'],
  [erase, ['nobody'], 'the mail address has no name or no domain'],
  [erase, ['nobody@example.org', '--yes'], 'no reader has this address'],
] as const)('%o %j is refused in a sentence', async (command, args, sentence) => {
  await using house = await openLedger()

  await expect(runCommand(house, command, { args: [...args] })).rejects.toThrow(sentence)
})

test('erasing says what it will touch and does nothing without --yes; with it the person is gone and the ledger is not', async () => {
  await using house = await openLedger()

  const unsure = runCommand(house, erase, { args: [ADDRESS] })
  await expect(unsure).rejects.toThrow(
    'erases reader 1 for good: 1 choice, the name on 0 mails that went out, 0 mails that wait, 0 letters. There is no undo',
  )
  const before = await runCommand(house, consent, { args: ['1'] })
  const lines = await runCommand(house, erase, { args: [ADDRESS, '--yes'] })

  const after = await runCommand(house, consent, { args: ['1'] })
  const audit = await listAudit(house.context, 9)
  expect(before[0]).toBe(`reader 1, ${ADDRESS}`)
  expect(lines[0]).toContain('reader 1 is erased')
  expect(after[0]).toBe('reader 1, address erased')
  expect(after.at(-1)).toMatch(/Had all data erased +Form: operator ines, by ines of the team$/)
  expect(audit[0]).toMatchObject({ verb: 'erase reader', subject: 'subscriber 1' })
  expect(JSON.stringify(audit)).not.toContain('@')
})

test('erasing takes the role editor', async () => {
  await using house = await openLedger()

  const erasing = runCommand(house, erase, { args: [ADDRESS, '--yes'], as: 'vi' })

  await expect(erasing).rejects.toThrow('takes the role editor')
})
