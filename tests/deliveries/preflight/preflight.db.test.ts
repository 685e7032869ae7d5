import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Fetch } from '#articles/fetching/fetch.ts'
import { retractArticle } from '#articles/revisions/withhold.ts'
import { overrideCheck } from '#deliveries/preflight/override-check.ts'
import { getEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import { addReaders, type House, openHouse } from '../../house.ts'
import { approveDigest, ensureOperator } from '../send-fixture.ts'
import { answering, editAs, lookAt } from './preflight-fixture.ts'

let house: House
let editionId: number
beforeEach(async () => {
  house = await openHouse()
  await addReaders(house, 3)
  editionId = await approveDigest(house)
})
afterEach(async () => house[Symbol.asyncDispose]())

const noNetwork: Fetch = async () => {
  throw new Refusal('there is no such server', { field: 'url' })
}

const check = async (fetch: Fetch = answering(200)) => lookAt(house, { editionId, fetch })
const edit = async (change: Parameters<typeof editAs>[1]['edit']) =>
  editAs(house, { editionId, edit: change })

test('an edition in order passes every check, but for the made-up postal address of the built-in inbox', async () => {
  const { findings, fit, of } = await check()

  expect(fit).toBe(true)
  expect(of('postal address')?.outcome).toBe('warns')
  expect(
    findings.filter(
      ({ check: name, outcome }) => name !== 'postal address' && outcome !== 'passed',
    ),
  ).toEqual([])
  const { rows } = await sql`select 1 from edition_check where edition_id = ${editionId}`.execute(
    house.db,
  )
  expect(rows).toHaveLength(1)
})

describe('what stops it', () => {
  test('a placeholder address, where readers are mailed', async () => {
    house.context.relay = { test: false }

    const { fit, of } = await check()

    expect(fit).toBe(false)
    expect(of('postal address')).toMatchObject({
      outcome: 'stops',
      reason: expect.stringContaining('address'),
    })
  })

  test('words of a template', async () => {
    await edit({ change: 'greeting', text: 'Good morning, {{ name }}.', signedBy: 'Ines' })

    const { fit, of } = await check()

    expect(fit).toBe(false)
    expect(of('leftovers')).toMatchObject({
      outcome: 'stops',
      reason: expect.stringContaining('{{ name }}'),
    })
  })

  test('a story that was withdrawn, or is under embargo', async () => {
    const { rows } = await sql<{ id: number }>`
      select article_id as id from edition_story where edition_id = ${editionId} order by position`.execute(
      house.db,
    )
    await retractArticle(house.context, { articleId: rows[0]?.id ?? 0, reason: 'It was made up.' })
    const until = new Date(house.now.getTime() + 3_600_000)
    await sql`update article set embargo_until = ${until} where id = ${rows[1]?.id ?? 0}`.execute(
      house.db,
    )

    const { of } = await check()

    expect(of('withdrawn')).toMatchObject({
      outcome: 'stops',
      reason: expect.stringContaining('was withdrawn: drop it'),
    })
    expect(of('embargo')).toMatchObject({
      outcome: 'stops',
      reason: expect.stringContaining('is under embargo until'),
    })
  })

  test('a sentence that is not in its article, unless a person wrote it', async () => {
    await sql`
      update summary set sentences = jsonb_set(sentences, '{0,text}', '"The council resigned."')`.execute(
      house.db,
    )
    const before = (await check()).of('summaries')
    const { draft } = await getEdition(house.db, editionId)
    for (const { storyId } of draft?.form === 'digest' ? draft.items : [])
      await edit({ change: 'summary', story: storyId, text: 'The council voted on the market.' })

    expect(before?.outcome).toBe('stops')
    expect((await check()).of('summaries')?.outcome).toBe('passed')
  })

  test('an address of ours that is another by now', async () => {
    house.context.config = {
      ...house.context.config,
      publicUrl: new URL('https://news.courier.example/'),
    }

    expect((await check()).of('unsubscribe')).toMatchObject({
      outcome: 'stops',
      reason: expect.stringContaining('compose it again'),
    })
  })

  test('and passes when a person says so, for this content alone', async () => {
    await edit({ change: 'greeting', text: 'Good morning, {{ name }}.', signedBy: 'Ines' })
    const operatorId = await ensureOperator(house)
    await overrideCheck(house.context, {
      editionId,
      check: 'leftovers',
      operatorId,
      reason: 'a story about templates',
    })
    const passed = await check()
    await edit({ change: 'subject', text: 'Another one' })

    expect(passed).toMatchObject({ fit: true, overridden: ['leftovers'] })
    expect((await check()).fit).toBe(false)
    await expect(
      overrideCheck(house.context, { editionId, check: 'weather', operatorId, reason: 'x' }),
    ).rejects.toThrow(/there is no check "weather"/)
  })
})

describe('what warns', () => {
  test.each([
    [404, 'warns', /answers 404/],
    [403, 'cannot check', /does not let us look \(403\)/],
    [429, 'cannot check', /429/],
  ])('a link that answers %i: %s', async (status, outcome, reason) => {
    const { of, fit } = await check(answering(status))

    expect(fit).toBe(true)
    expect(of('links')).toMatchObject({ outcome, reason: expect.stringMatching(reason) })
  })

  test('a link that cannot be reached', async () => {
    expect((await check(noNetwork)).of('links')?.reason).toContain('there is no such server')
  })

  test('a lead that is old', async () => {
    house.wait(40 * 3_600_000)

    expect((await check()).of('lead')).toMatchObject({
      outcome: 'warns',
      reason: expect.stringContaining('hours old'),
    })
  })

  test('an audience that is another than that of the last four', async () => {
    await sql`
      insert into edition (newsletter_id, kind, state, run_key, subject, preheader, language, edition_date, compiled, content_hash
                          , approved_hash, not_after, created_at, release_at, planned_at, sent_at, audience)
      select 1, 'digest', 'sent', 'past ' || n, 'Past', '', 'en', '2026-11-01', '{}', 'x', 'x', interval '6 hours', ${house.now}
           , ${house.now}, ${house.now}, ${house.now}, 5000
        from generate_series(1, 4) n`.execute(house.db)

    expect((await check()).of('audience')).toMatchObject({
      outcome: 'warns',
      reason:
        '3 signed up, 3 confirmed, 3 may be mailed, 3 are not on a break: 100 % fewer than the last four had (5000)',
    })
  })
})
