import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { signups } from '#commands/signups.ts'
import { addOperator } from '#operators/operator.ts'
import { type House, openHouse } from '../house.ts'
import { ask, flood, HOUR, MINUTE, stranger } from '../subscribers/gate/gate-fixture.ts'
import { runCommand } from './run-command.ts'

async function openNewsroom(): Promise<House> {
  const house = await openHouse()
  await addOperator(house.context, { name: 'ines', role: 'admin' })
  await addOperator(house.context, { name: 'pia', role: 'publisher' })
  await addOperator(house.context, { name: 'vera', role: 'viewer' })
  return house
}

const columns = (lines: string[]) => lines.map((line) => line.trim().split(/ {2,}/).join(' | '))

test('what was asked and what was stopped is shown by outcome and by bucket, most first', async () => {
  await using house = await openNewsroom()
  await flood(house, 15, (number) => ({ email: `x@company${number}.example` }))
  for (let time = 0; time < 20; time += 1) await ask(house, { honeypot: 'x' })

  const lines = await runCommand(house, signups, { args: [], as: 'vera' })

  expect(columns(lines)).toEqual([
    'Nobody is asked for a proof: sign-ups are as usual.',
    '',
    expect.stringMatching(/^sign-ups \| count$/i),
    'filled the hidden field | 20',
    'passed | 10',
    'too many of one network | 5',
    '',
    expect.stringMatching(/^from \| what \| count$/i),
    'network 203.0.113.0/24 | too many of one network | 5',
  ])
})

test('the last hours are those that were asked for, the one that has begun among them', async () => {
  await using house = await openNewsroom()
  await ask(house, stranger(1))
  house.wait(3 * HOUR)
  const passed = async (hours: number) =>
    columns(await runCommand(house, signups, { args: ['--hours', String(hours)] })).filter((line) =>
      /passed|Nobody asked/.test(line),
    )

  expect(await passed(3)).toEqual(['passed | 1'])
  expect(await passed(2)).toEqual(['Nobody asked at a form in the last 2 hours.'])
  expect(await passed(1)).toEqual(['Nobody asked at a form in the last hour.'])
})

test('a breaker that has tripped is shown with its hour, until it is over', async () => {
  await using house = await openNewsroom()
  await flood(house, 61, stranger)

  const [during] = await runCommand(house, signups, { args: [] })
  house.wait(10 * MINUTE)
  const [later] = await runCommand(house, signups, { args: [] })

  expect(during).toMatch(/unusually many sign-ups since 2026-11-22T06:30:00/)
  expect(later).toMatch(/^Nobody is asked/)
})

test('proof is demanded at once and until it is switched off, and both are noted', async () => {
  await using house = await openNewsroom()

  const [on] = await runCommand(house, signups, { args: ['prove', 'on'] })
  const during = await ask(house)
  const [state] = await runCommand(house, signups, { args: [] })
  const [off] = await runCommand(house, signups, { args: ['prove', 'off'] })
  const after = await ask(house)
  const { rows } = await sql<{ detail: unknown }>`
    select detail from audit_event where verb = 'ask for proof' order by id`.execute(house.db)

  expect([during, after]).toEqual(['prove', 'pass'])
  expect(on).toContain('asks for a proof now')
  expect(state).toContain('Everybody is asked for a proof since 2026-11-22T06:30:00')
  expect(off).toContain('no sign-up form asks for a proof')
  expect(rows).toEqual([{ detail: { on: true } }, { detail: { on: false } }])
})

test('switching off says so when the breaker still asks', async () => {
  await using house = await openNewsroom()
  await flood(house, 61, stranger)

  const [off] = await runCommand(house, signups, { args: ['prove', 'off'] })

  expect(off).toContain('until ten calm minutes')
})

test('who may only look may not demand proof', async () => {
  await using house = await openNewsroom()

  await expect(runCommand(house, signups, { args: ['prove', 'on'], as: 'vera' })).rejects.toThrow(
    'vera',
  )

  expect(await ask(house)).toBe('pass')
})

test.each([
  [['prove'], /prove and on or off/],
  [['prove', 'maybe'], /prove and on or off/],
  [['prove', 'on', 'off'], /prove and on or off/],
  [['list'], /prove and on or off/],
  [['--hours', '0'], /--hours/],
  [['--hours', '337'], /--hours/],
  [['--hours', '1.5'], /--hours/],
  [['--hours', 'x'], /--hours/],
])('%j is refused and says what it takes', async (args, says) => {
  await using house = await openNewsroom()

  await expect(runCommand(house, signups, { args })).rejects.toThrow(says)
})
