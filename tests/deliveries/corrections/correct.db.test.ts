import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { retractArticle } from '#articles/revisions/withhold.ts'
import { acceptCorrection } from '#deliveries/corrections/accept-correction.ts'
import { dismissCorrection } from '#deliveries/corrections/dismiss-correction.ts'
import { planEdition } from '#deliveries/plan.ts'
import { overrideCheck } from '#deliveries/preflight/override-check.ts'
import { resumeEdition, sendEdition } from '#deliveries/send-edition.ts'
import { composeDigest } from '#editions/compose-digest.ts'
import { decideCorrection } from '#editions/corrections/decide-correction.ts'
import { sweepCorrections } from '#editions/corrections/open-correction.ts'
import { getEdition } from '#editions/store.ts'
import { councilText, ingestArticle } from '../../articles-fixture.ts'
import { type House, openHouse } from '../../house.ts'
import { answering, lookAt } from '../preflight/preflight-fixture.ts'
import { approve, type Desk, ensureOperator, fates } from '../send-fixture.ts'
import { decisionOf, openAs, RIGHT, sendToTokyo, WRONG } from './correction-fixture.ts'

let house: House
let desk: Desk
let operator: { id: number; name: string }

beforeEach(async () => {
  house = await openHouse({ now: new Date('2026-11-22T00:00:00Z') })
  operator = { id: await ensureOperator(house), name: 'ines' }
})
afterEach(async () => {
  await desk[Symbol.asyncDispose]()
  await house[Symbol.asyncDispose]()
})

/** Three of six readers have the wrong text when somebody finds out. */
async function tellHalf(): Promise<{ editionId: number; articleId: number }> {
  const { desk: opened, ...told } = await sendToTokyo(house)
  desk = opened
  expect(desk.relay.mails).toHaveLength(3)
  return told
}

async function versions(editionId: number): Promise<(number | null)[]> {
  const { rows } = await sql<{ version: number | null }>`
    select version from delivery where edition_id = ${editionId} order by subscriber_id`.execute(
    house.db,
  )
  return rows.map((row) => row.version)
}

function recipients(): string[] {
  return desk.relay.mails.map(({ to }) => to).toSorted()
}

describe('a correction after half of the cohorts were sent', () => {
  test('goes to exactly those who had the wrong text, and the others get the next version', async () => {
    const { editionId, articleId } = await tellHalf()
    const before = await getEdition(house.db, editionId)
    const messageIds = desk.relay.mails.map(
      ({ raw }) => /^Message-ID: (<[^>]+>)/m.exec(raw.toString())?.[1],
    )

    const correctionId = await openAs(house, { articleId, operator })
    expect(await getEdition(house.db, editionId)).toMatchObject({
      state: 'held',
      stateReason: expect.stringContaining('is being corrected'),
    })
    house.wait(10 * 3_600_000)
    await desk.drain()
    expect(desk.relay.mails).toHaveLength(3)
    const proposals = await decideCorrection(house.context, decisionOf(operator, { correctionId }))
    expect(proposals).toMatchObject([{ editionId, version: before.version + 1 }])
    expect(proposals[0]?.headline.map(({ kind }) => kind)).toContain('removed')
    await sql`select turn_off(1, null, ${house.now})`.execute(house.db)
    const [accepted] = await acceptCorrection(house.context, {
      correctionId,
      hashes: proposals.map(({ contentHash }) => contentHash),
      operatorId: operator.id,
    })

    expect(accepted).toMatchObject({
      version: before.version + 1,
      resumed: true,
      reach: { copies: 3, uncertain: 0, reachable: 2, left: 1 },
    })
    desk.relay.mails.length = 0
    await desk.drain()
    expect(recipients()).toEqual([
      'reader4@example.org',
      'reader5@example.org',
      'reader6@example.org',
    ])
    for (const { raw } of desk.relay.mails)
      expect(raw.toString()).toContain('Council votes 16 to 7')
    expect(await versions(editionId)).toEqual([1, 1, 1, 2, 2, 2].map((n) => n + before.version - 1))

    const mail = accepted?.correctionEdition ?? 0
    const looked = await lookAt(house, { editionId: mail, fetch: answering(404) })
    expect(looked.fit).toBe(true)
    expect(looked.of('audience')?.reason).toMatch(/^2 signed up, .* goes to these alone$/)
    expect(looked.of('links')?.reason).toContain('https://courier.example/council-votes')
    await approve(house, mail)
    await sendEdition(house.context, { editionId: mail, rule: 'now' })
    desk.relay.mails.length = 0
    await desk.drain('alert')
    expect(recipients()).toEqual(['reader2@example.org', 'reader3@example.org'])
    expect(await fates(house, mail)).toEqual(['excluded: left', 'accepted', 'accepted'])
    for (const { raw } of desk.relay.mails) {
      const text = raw.toString()
      expect(text.indexOf(WRONG)).toBeLessThan(text.indexOf(RIGHT))
      expect(messageIds).toContain(/^In-Reply-To: (<[^>]+>)/m.exec(text)?.[1])
    }
  })

  test('waits with a next version that a check stops, until a publisher lets it pass', async () => {
    const { editionId, articleId } = await tellHalf()
    const correctionId = await openAs(house, { articleId, operator })
    const proposals = await decideCorrection(house.context, {
      ...decisionOf(operator, { correctionId, way: 'web' }),
      headline: 'Council votes {{ yes }} to 7',
    })

    const [accepted] = await acceptCorrection(house.context, {
      correctionId,
      hashes: proposals.map(({ contentHash }) => contentHash),
      operatorId: operator.id,
    })

    expect(accepted).toMatchObject({ resumed: false, stays: expect.stringMatching(/^Leftovers: /) })
    expect(await getEdition(house.db, editionId)).toMatchObject({
      state: 'held',
      stateReason: expect.stringContaining('{{ yes }}'),
      version: 2,
    })
    await expect(resumeEdition(house.context, editionId)).rejects.toThrow(/Leftovers: /)
    const letting = {
      check: 'leftovers',
      reason: 'the vote on a template',
      operatorId: operator.id,
    }
    await overrideCheck(house.context, { editionId, ...letting })
    await resumeEdition(house.context, editionId)
    house.wait(10 * 3_600_000)
    desk.relay.mails.length = 0
    await desk.drain()

    expect(desk.relay.mails).toHaveLength(3)
  })

  test('that was no mistake lets the rest go on as it was', async () => {
    const { editionId, articleId } = await tellHalf()
    const correctionId = await openAs(house, { articleId, operator })

    const done = await dismissCorrection(house.context, {
      correctionId,
      operatorId: operator.id,
      note: 'the desk had misread its notes',
    })

    expect(done).toEqual({ resumed: [editionId], stay: [] })
    expect((await getEdition(house.db, editionId)).state).toBe('sending')
  })

  test('is not accepted by who saw another difference, and decided otherwise until it is accepted', async () => {
    const { editionId, articleId } = await tellHalf()
    const correctionId = await openAs(house, { articleId, operator })
    const decision = decisionOf(operator, { correctionId })
    const first = await decideCorrection(house.context, decision)
    const second = await decideCorrection(house.context, { ...decision, headline: 'Council votes' })
    const accept = async (proposals: typeof first) =>
      acceptCorrection(house.context, {
        correctionId,
        hashes: proposals.map(({ contentHash }) => contentHash),
        operatorId: operator.id,
      })

    await expect(accept(first)).rejects.toThrow(/not among those you saw/)
    expect((await getEdition(house.db, editionId)).state).toBe('held')
    await accept(second)
    await expect(accept(second)).rejects.toThrow(/is accepted already/)
    await expect(
      decideCorrection(house.context, decisionOf(operator, { correctionId })),
    ).rejects.toThrow(/accepted by ines already/)
  })

  test('of what the publisher has mended without a word puts right what readers were told', async () => {
    const { editionId, articleId } = await tellHalf()
    await ingestArticle(house.context, {
      headline: 'Council votes to rebuild the fish market',
      paragraphs: councilText('The vote was 16 to 7'),
    })

    const correctionId = await openAs(house, { articleId, operator })
    const decision = { ...decisionOf(operator, { correctionId }), headline: null }
    const [proposal] = await decideCorrection(house.context, decision)

    expect(proposal).toMatchObject({ editionId, version: 2 })
    expect(proposal?.summary.map(({ kind }) => kind)).toContain('added')
  })

  test('in a line of the next digest is only for who had it wrong', async () => {
    const { articleId } = await tellHalf()
    const correctionId = await openAs(house, { articleId, operator })
    const proposals = await decideCorrection(
      house.context,
      decisionOf(operator, { correctionId, way: 'box' }),
    )
    await acceptCorrection(house.context, {
      correctionId,
      hashes: proposals.map(({ contentHash }) => contentHash),
      operatorId: operator.id,
    })
    await desk.drain()
    house.wait(24 * 3_600_000)
    await ingestArticle(house.context, { headline: 'A seal nursery is counted from the air' })
    const { editionId } = await composeDigest(house.context, {
      newsletterSlug: 'daily',
      operatorId: null,
      again: false,
    })
    await approve(house, editionId)
    await sendEdition(house.context, { editionId, rule: 'now' })
    await planEdition(house.context, { editionId })
    desk.relay.mails.length = 0
    await desk.drain()

    const told = desk.relay.mails.filter(({ raw }) => raw.toString().includes(WRONG))
    expect(told.map(({ to }) => to).toSorted()).toEqual([
      'reader1@example.org',
      'reader2@example.org',
      'reader3@example.org',
    ])
    expect(desk.relay.mails).toHaveLength(6)
  })
})

describe('an article that is withdrawn', () => {
  test('is found in every edition that carried it, and leaves the mails that have not gone', async () => {
    const { editionId, articleId } = await tellHalf()
    await retractArticle(house.context, { articleId, reason: 'It was made up.' })

    const [opened] = await sweepCorrections(house.context)
    expect(await sweepCorrections(house.context)).toEqual([])
    expect(opened?.carriers).toMatchObject([{ editionId, paused: true, state: 'held' }])
    const proposals = await decideCorrection(house.context, {
      ...decisionOf(operator, { correctionId: opened?.correctionId ?? 0, way: 'web' }),
      label: 'retraction',
      headline: null,
    })
    await acceptCorrection(house.context, {
      correctionId: opened?.correctionId ?? 0,
      hashes: proposals.map(({ contentHash }) => contentHash),
      operatorId: operator.id,
    })
    house.wait(7 * 3_600_000)
    desk.relay.mails.length = 0
    await desk.drain()

    expect(desk.relay.mails).toHaveLength(3)
    for (const { raw } of desk.relay.mails) {
      expect(raw.toString()).not.toContain('fish market')
      expect(raw.toString()).toContain('Rovers win')
    }
    expect(await sweepCorrections(house.context)).toEqual([])
  })
})
