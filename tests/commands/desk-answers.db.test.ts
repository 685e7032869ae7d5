import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { alert } from '#commands/alert.ts'
import type { Command } from '#commands/command.ts'
import { corrections } from '#commands/corrections.ts'
import { digest } from '#commands/digest.ts'
import { edition } from '#commands/editions.ts'
import { hold } from '#commands/hold.ts'
import { editions } from '#commands/list-editions.ts'
import { newsletters } from '#commands/newsletters.ts'
import { oncall } from '#commands/oncall.ts'
import { addOperator } from '#operators/operator.ts'
import { ingestArticle } from '../articles-fixture.ts'
import { type DeskHouse, openDraftHouse } from '../deliveries/approval/desk-fixture.ts'
import { openReleased, openSettled, stateOf, UNCERTAIN } from '../deliveries/settled-fixture.ts'
import { addReaders, type House } from '../house.ts'
import { runCommand } from './run-command.ts'

let house: DeskHouse
beforeEach(async () => {
  house = await openDraftHouse()
  await addOperator(house.context, { name: 'ada', role: 'admin' })
})
afterEach(async () => house[Symbol.asyncDispose]())

type Run = { args: string[]; as?: string }

/** The one object that the command prints, and nothing besides. */
async function json(of: Pick<House, 'context'>, command: Command, run: Run): Promise<unknown> {
  const lines = await runCommand(of, command, { ...run, args: [...run.args, '--json'] })
  expect(lines).toHaveLength(1)
  return JSON.parse(lines[0] ?? '')
}

const say = async (...args: string[]) =>
  runCommand(house, edition, { args: [String(house.editionId), ...args] })
const sayJson = async (...args: string[]) =>
  json(house, edition, { args: [String(house.editionId), ...args] })

describe('editions', () => {
  test('are listed of a newsletter, in a state, and for programs', async () => {
    const { articleId } = await ingestArticle(house.context, { headline: 'Ships collide' })
    await runCommand(house, alert, { args: [String(articleId)] })

    const all = await runCommand(house, editions, { args: [] })
    const drafts = await json(house, editions, { args: ['--state', 'draft'] })
    const none = await runCommand(house, editions, { args: ['--newsletter=daily', '--state=sent'] })

    expect(all).toHaveLength(3)
    expect(all[1]).toMatch(/^ +2 +alert +breaking +2026-11-22 +in review +Ships collide/)
    expect(drafts).toMatchObject([{ id: house.editionId, newsletter: 'daily', state: 'draft' }])
    expect(none).toEqual(['No edition is like that.'])
    await expect(runCommand(house, editions, { args: ['--state', 'gone'] })).rejects.toThrow(
      'no edition is "gone": use draft, in review',
    )
  })

  test('are composed, looked at, approved and sent with an object each', async () => {
    await addReaders(house, 1)
    house.now = new Date('2026-11-22T06:30:00Z')

    const composed = await json(house, digest, { args: ['compose', 'daily', '--again'] })
    const { edition: id, hash } = composed as { edition: number; hash: string }
    const shown = await json(house, digest, { args: ['preview', String(id)] })
    const approved = await json(house, digest, { args: ['approve', String(id), '--hash', hash] })
    const sent = await json(house, digest, { args: ['send', String(id), '--spread', '0'] })

    expect(composed).toMatchObject({ state: 'draft', stories: 2 })
    expect(shown).toMatchObject({ edition: id, hash, html: expect.stringContaining('<html') })
    expect(approved).toMatchObject({ id, state: 'approved', approved: true })
    expect(sent).toMatchObject({ id, state: 'sending', audience: 1, rule: 'now', spreadMs: 0 })
  })
})

describe('an edition', () => {
  test('says where it stands, and who said what', async () => {
    const before = await say('approval')
    await say('send-back', '--note', 'The lead is old.')
    const after = await say('approval')

    expect(before.slice(1, 3)).toEqual(['  waits for a yes', '  checks: not checked yet'])
    expect(after[0]).toContain('is draft (sent back by ines: The lead is old.)')
    expect(after.at(-1)).toMatch(
      /send back +ines +2026-11-22 06:00 UTC +cli +this +The lead is old/,
    )
    expect(await sayJson('approval')).toMatchObject({
      id: house.editionId,
      approved: false,
      verdicts: [{ verdict: 'send back', actor: 'ines' }],
    })
  })

  test('shows its draft: the stories, why they are there, and what people changed', async () => {
    await house.edit(house.people.eva, 'The market comes back')

    const lines = await say('draft')

    expect(lines.slice(0, 2)).toEqual([
      expect.stringMatching(/^edition 1 \(draft\): draft 2, hash [\da-f]{12}$/),
      '  subject: The market comes back',
    ])
    expect(lines.filter((line) => /^ +\d+ +\d+ .*(fish market|Rovers)/.test(line))).toHaveLength(2)
    expect(lines.at(-1)).toBe('  draft 2 by eva at 2026-11-22 06:00 UTC: wrote the subject')
    expect(await sayJson('draft')).toMatchObject({ draft: 2, subject: 'The market comes back' })
  })

  test('answers each word of the desk with one object', async () => {
    const called = await sayJson('call', 'eva')
    const edited = await sayJson('edit', '--change', '{"change":"subject","text":"The market"}')
    const approved = await sayJson('approve')

    expect(called).toEqual({ called: ['eva'] })
    expect(edited).toMatchObject({ id: house.editionId, draft: 2 })
    expect(approved).toMatchObject({ state: 'approved', approved: true })
  })

  test('that is paused, stopped or resent says so in one object, and asks nothing', async () => {
    await using on = await openReleased(2)
    await using gone = await openSettled(2, { 2: UNCERTAIN })
    const args = [String(on.editionId)]
    const again = [String(gone.editionId), 'resend', 'uncertain']

    const paused = await json(on, edition, { args: [...args, 'pause'] })
    const resumed = await json(on, edition, { args: [...args, 'resume'] })
    const unasked = json(on, edition, { args: [...args, 'stop'] })
    await expect(unasked).rejects.toThrow('--yes 2')
    const stopped = await json(on, edition, { args: [...args, 'stop', '--yes', '2'] })
    await expect(json(gone, edition, { args: again })).rejects.toThrow('--yes 1')
    const resent = await json(gone, edition, { args: [...again, '--yes', '1'] })

    expect([paused, resumed, stopped]).toMatchObject(
      ['held', 'sending', 'stopped'].map((state) => ({ state })),
    )
    expect(await stateOf(on)).toBe('stopped')
    expect(resent).toEqual({ edition: gone.editionId, what: 'uncertain', resent: 1 })
  })
})

describe('an alert', () => {
  test('over the budget leaves by hand only with a reason in words', async () => {
    const { articleId } = await ingestArticle(house.context, { headline: 'Ships collide' })
    const drafted = await json(house, alert, { args: [String(articleId)] })
    const { edition: id } = drafted as { edition: number }
    await runCommand(house, edition, { args: [String(id), 'approve'] })
    await sql`update newsletter set alert_budget = 0 where slug = 'breaking'`.execute(house.db)
    const send = async (...args: string[]) =>
      runCommand(house, digest, { args: ['send', String(id), ...args] })

    await expect(send()).rejects.toThrow('the budget is 0 a day')
    await expect(send('--over-limit', ' ')).rejects.toThrow('--over-limit takes the reason')
    await expect(
      runCommand(house, edition, { args: [String(id), 'release', '--over-limit', ''] }),
    ).rejects.toThrow('--over-limit takes the reason')
    const [line] = await send('--over-limit', 'A storm')

    expect(drafted).toMatchObject({ state: 'in review', made: true })
    expect(line).toContain('goes to 0 readers now')
  })

  test('that is released at once says where it stands then', async () => {
    const { articleId } = await ingestArticle(house.context, { headline: 'Ships collide' })

    const released = await json(house, alert, { args: [String(articleId), '--release'] })

    expect(released).toMatchObject({ state: 'sending', approved: true, audience: 0 })
  })
})

test('whoever holds everything second is told why it is held', async () => {
  const now = await json(house, hold, { args: ['now', '--reason', 'wrong sender'] })
  const second = runCommand(house, hold, { args: ['now', '--reason', 'wrong day'], as: 'omar' })

  await expect(second).rejects.toThrow('everything is held already: wrong sender (ines)')
  expect(now).toMatchObject({ held: true, reason: 'wrong sender (ines)' })
  expect(await json(house, hold, { args: [] })).toEqual(now)
})

const call = async (...args: string[]) => json(house, oncall, { args, as: 'ada' })

test('who is on call is an object for programs', async () => {
  const added = await call('add', 'ada', '--address', 'ada@courier.example')
  const removed = await call('remove', 'ada')

  expect(added).toHaveLength(3)
  expect(removed).toEqual(await call('list'))
})

test('a correction is opened and dismissed with an object each', async () => {
  const opened = await json(house, corrections, { args: ['open', '1'] })
  const dismissed = await json(house, corrections, {
    args: ['dismiss', '1', '--reason', 'it was right'],
  })

  expect(opened).toMatchObject({ correction: 1 })
  expect(dismissed).toMatchObject({ correction: 1 })
})

const ada = async (...args: string[]) => runCommand(house, newsletters, { args, as: 'ada' })
const adaJson = async (...args: string[]) => json(house, newsletters, { args, as: 'ada' })

describe('newsletters', () => {
  test('are changed only as they were seen', async () => {
    const { revision } = (await adaJson('show', 'daily')) as { revision: number }

    const first = await adaJson('set', 'daily', 'hours=08:00', '--revision', String(revision))
    const second = ada('set', 'daily', 'hours=09:00', '--revision', String(revision))

    await expect(second).rejects.toThrow('somebody else changed')
    expect(first).toMatchObject({ revision: revision + 1, settings: { hours: ['08:00'] } })
  })

  test('say their switches', async () => {
    const counted = await adaJson('clicks', 'daily', 'on')
    const shown = await ada('show', 'daily')

    expect(counted).toMatchObject({ slug: 'daily', clicks: true, welcome: true })
    expect(shown.join('\n')).toMatch(/clicks +on\n +welcome +on/)
    expect(await adaJson()).toMatchObject([{ slug: 'daily', clicks: true }, { slug: 'breaking' }])
  })

  test('have a staff list that is shown, grown and shortened', async () => {
    await addReaders(house, 1)

    const empty = await ada('staff')
    const added = await ada('staff', 'add', 'reader1@example.org')
    const listed = await ada('staff')
    const twice = ada('staff', 'add', 'reader1@example.org')
    await expect(twice).rejects.toThrow('on the staff list already')
    const removed = await adaJson('staff', 'remove', 'reader1@example.org')

    expect(empty[0]).toContain('The staff list is empty')
    expect(added).toEqual(['this reader gets each edition first'])
    expect(listed[1]).toMatch(/1 +reader1@example.org +active/)
    expect(removed).toEqual([])
    await expect(ada('staff', 'drop', 'x')).rejects.toThrow('takes add or remove')
  })
})
