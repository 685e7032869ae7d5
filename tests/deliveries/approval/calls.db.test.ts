import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { sweepApprovals } from '#deliveries/approval/sweep-approvals.ts'
import { sayYes, sendBack } from '#editions/approval/approve.ts'
import { getEdition } from '#editions/store.ts'
import { addReaders } from '../../house.ts'
import { type DeskHouse, openDraftHouse } from './desk-fixture.ts'

const said = async (house: DeskHouse) =>
  (await house.calls()).map(({ to, subject }) => `${to.split('@')[0]}: ${subject.slice(16)}`)

const saying = async (house: DeskHouse, who: keyof DeskHouse['people']) => ({
  editionId: house.editionId,
  contentHash: await house.hash(),
  operator: house.people[who],
  via: 'cli' as const,
})

const verdicts = async (house: DeskHouse) => {
  const { rows } = await sql<{ words: string }>`
    select concat_ws(' ', actor, verdict, via) as words from edition_verdict order by id`.execute(
    house.db,
  )
  return rows.map(({ words }) => words)
}

describe('who is called', () => {
  test('once each, however many schedulers there are and however often they look', async () => {
    await using house = await openDraftHouse()

    await Promise.all(Array.from({ length: 4 }, async () => sweepApprovals(house.context)))
    await house.until('06:46')

    expect(await said(house)).toEqual([
      'ines: An edition waits for your yes',
      'ines: 45 minutes left: an edition waits for your yes',
      'ines: 15 minutes left: an edition waits for your yes',
    ])
  })

  test('of two schedulers at the first look, one calls', async () => {
    await using house = await openDraftHouse()
    await sql`delete from service_mail`.execute(house.db)
    await sql`delete from desk_call`.execute(house.db)

    await Promise.all(Array.from({ length: 4 }, async () => sweepApprovals(house.context)))

    expect(await said(house)).toEqual(['ines: An edition waits for your yes'])
  })

  test('the mail says what it is about, when it leaves in the newsroom’s time, and has one link', async () => {
    await using house = await openDraftHouse({ zone: 'Europe/London' })
    const [mail] = await house.calls()

    expect(mail?.text).toContain('Council votes to rebuild the fish market')
    expect(mail?.text).toContain('Rovers win at the last minute')
    expect(mail?.text).toContain('07:00 GMT')
    expect(mail?.text.match(/%%slot:\w+%%/g)).toEqual(['%%slot:deskUrl%%'])
  })

  test('nobody who has said yes, where a second person is asked for', async () => {
    await using house = await openDraftHouse({ approval: 'two' })
    await sql`update on_call set deputy = false`.execute(house.db)
    await sayYes(house.context, await saying(house, 'ines'))

    await house.until('06:15')

    expect((await said(house)).filter((line) => line.includes('45'))).toEqual([
      'omar: 45 minutes left: an edition waits for your yes',
    ])
    expect(await house.state()).toBe('in review')
  })

  test('again, once, when what was approved is changed', async () => {
    await using house = await openDraftHouse()
    await sayYes(house.context, await saying(house, 'ines'))
    await house.until('06:10')
    await house.edit(house.people.eva, 'Another subject')

    await house.until('06:13')
    await house.edit(house.people.eva, 'Yet another subject')
    await house.until('06:14')

    expect(await said(house)).toEqual([
      'ines: An edition waits for your yes',
      'ines: An edition was changed: it waits for a yes again',
    ])
    expect(await house.state()).toBe('draft')
  })

  test('the desk, where nobody is on call', async () => {
    await using house = await openDraftHouse({}, { onCall: [] })
    await house.until('06:05')

    expect(await said(house)).toEqual([])
    expect(await house.notices()).toEqual(['Your Newspaper: An edition waits for your yes'])
  })
})

describe('when its hour has come', () => {
  test.each([
    ['hold', 'held'],
    ['skip', 'skipped'],
    ['send', 'sending'],
  ])('and nobody has answered, nor a deputy, the rule is to %s', async (late, state) => {
    await using house = await openDraftHouse({ late })
    await addReaders(house, 1)

    await house.until('07:09')
    const before = await house.state()
    await house.until('07:11')

    expect(before).toBe('draft')
    expect((await said(house)).at(-1)).toBe('omar: Nobody has answered: an edition waits for a yes')
    expect(await house.state()).toBe(state)
    expect(await verdicts(house)).toEqual(
      late === 'send' ? ['the newsletter’s rule approve rule'] : [],
    )
    const words = { held: 'is held', skipped: 'was skipped' }[state]
    expect(await house.notices()).toEqual(
      words === undefined ? [] : [`Your Newspaper: An edition ${words}`],
    )
  })

  test.each(['none', 'unless stopped'])(
    'it goes by the rule “%s”, and the ledger of verdicts says so',
    async (approval) => {
      await using house = await openDraftHouse({ approval })
      await addReaders(house, 1)

      await house.until('06:59')
      const before = await house.state()
      await house.until('07:00')

      expect(before).toBe('draft')
      expect(await house.state()).toBe('sending')
      expect(await verdicts(house)).toEqual(['the newsletter’s rule approve rule'])
      expect(await said(house)).toEqual(
        approval === 'none' ? [] : ['ines: An edition goes unless you stop it'],
      )
    },
  )

  test.each([
    [{ approval: 'unless stopped' }],
    [{ approval: 'none' }],
    [{ approval: 'one', late: 'send' }],
  ])('no rule sends what a person sent back: %j', async (settings) => {
    await using house = await openDraftHouse(settings)
    await addReaders(house, 1)
    await sendBack(house.context, { ...(await saying(house, 'ines')), note: 'The lead is old.' })

    await house.until('07:15')

    expect(await getEdition(house.db, house.editionId)).toMatchObject({
      state: 'held',
      stateReason: expect.stringContaining('ines did not want it as it was'),
    })
    expect(await verdicts(house)).toEqual(['ines send back cli'])
  })

  test('what was sent back and mended goes by its rule', async () => {
    await using house = await openDraftHouse({ approval: 'unless stopped' })
    await addReaders(house, 1)
    await sendBack(house.context, { ...(await saying(house, 'ines')), note: 'The lead is old.' })
    await house.until('06:20')
    await house.edit(house.people.eva, 'A newer lead')

    await house.until('07:00')

    expect(await house.state()).toBe('sending')
    expect(await said(house)).toEqual([
      'ines: An edition goes unless you stop it',
      'ines: An edition was changed: it waits for a yes again',
    ])
  })

  test('a held one leaves with the yes that comes late', async () => {
    await using house = await openDraftHouse()
    await addReaders(house, 1)
    await house.until('07:20')

    await sayYes(house.context, await saying(house, 'omar'))
    await house.tick()

    expect(await house.state()).toBe('sending')
  })
})

describe('who hears of it', () => {
  test('authors, when it is sent back, once, with the note and a link of their own', async () => {
    await using house = await openDraftHouse()
    await house.edit(house.people.eva, 'Another subject')
    await sendBack(house.context, { ...(await saying(house, 'ines')), note: 'The lead is old.' })

    await house.tick()
    await house.tick()

    const mail = (await house.calls()).at(-1)
    expect(await said(house)).toEqual([
      'ines: An edition waits for your yes',
      'eva: ines sends your edition back',
    ])
    expect(mail?.text).toContain('The lead is old.')
    const page = await house.look(mail?.token ?? '')
    expect(page.text).toContain('a publisher decides')
    expect(page.text).toContain('Change something')
    expect(
      (await house.press(mail?.token ?? '', 'approve', { hash: await house.hash() })).text,
    ).toContain('takes the role publisher')
    expect(await house.state()).toBe('draft')
  })

  test('the desk, when an edition without authors is sent back', async () => {
    await using house = await openDraftHouse()
    await sendBack(house.context, { ...(await saying(house, 'ines')), note: 'The lead is old.' })

    await house.tick()
    await house.tick()

    expect(await house.notices()).toEqual(['Your Newspaper: ines sends your edition back'])
  })

  test('everybody else on call, when a publisher goes around the rule', async () => {
    await using house = await openDraftHouse({ approval: 'two' })
    const note = 'The second person is on a plane'
    await sayYes(house.context, { ...(await saying(house, 'ines')), override: true, note })

    await house.tick()
    await house.tick()

    expect(await house.state()).toBe('approved')
    expect(await said(house)).toEqual([
      'ines: An edition waits for your yes',
      `omar: ines has approved edition ${house.editionId} alone`,
    ])
    expect((await house.calls()).at(-1)?.text).toContain(note)
  })
})
