import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { composeNote } from '#editions/notes/compose-note.ts'
import { parseNote } from '#editions/notes/note.ts'
import { getEdition } from '#editions/store.ts'
import { saveSegment } from '#subscribers/segments/segment.ts'
import { ensureOperator, approve, stateOf } from '../../deliveries/send-fixture.ts'
import { type House, openHouse } from '../../house.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(async () => house[Symbol.asyncDispose]())

const WORDS = {
  newsletter: 'daily',
  subject: 'We start at six from Monday',
  text: 'Dear readers,\n\nfrom Monday on the digest comes at six.',
}

async function compose(change: object = {}): Promise<number> {
  const operatorId = await ensureOperator(house)
  const note = parseNote({ ...WORDS, ...change })
  return (await composeNote(house.context, { note, operatorId })).editionId
}

async function savePeople(filter: string): Promise<void> {
  await saveSegment(house.context, { name: 'people', filter, operatorId: null })
}

async function ruleOf(editionId: number): Promise<unknown> {
  const { rows } = await sql<{ rule: unknown }>`
    select audience_rule as rule from edition where id = ${editionId}`.execute(house.db)
  return rows[0]?.rule
}

test('is a draft of its newsletter, by who wrote it, and begins its preview text with its first words', async () => {
  const editionId = await compose()

  expect(await getEdition(house.db, editionId)).toMatchObject({
    kind: 'note',
    state: 'draft',
    newsletterSlug: 'daily',
    subject: WORDS.subject,
    preheader: 'Dear readers,',
    authors: [await ensureOperator(house)],
  })
  expect(await ruleOf(editionId)).toEqual({ newsletter: true })
})

test('interprets nothing that its writer typed', async () => {
  const hostile = '<img src=x onerror=alert(1)> {{ subject }} %%slot:unsubscribeUrl%% **bold**'

  const { compiled, subject } = await getEdition(
    house.db,
    await compose({ text: `${hostile}\n\n# ${hostile}`, subject: hostile }),
  )

  if (compiled.form !== 'single') throw new Error('a note is one mail for all')
  expect(subject).toBe(hostile)
  expect(compiled.html).not.toContain('<img src=x')
  expect(compiled.html).toContain('&lt;img src=x onerror=alert(1)&gt; {{ subject }} &#37;')
  expect(compiled.html.match(/%%slot:unsubscribeUrl%%/g)).toHaveLength(1)
  expect(compiled.text.match(/%%slot:unsubscribeUrl%%/g)).toHaveLength(1)
})

test('composed again with the same words on the same day is the same draft, and past changing once it is approved', async () => {
  const first = await compose()
  const again = await compose()
  const other = await compose({ text: 'Other words.' })
  await approve(house, first)

  expect([again === first, other === first]).toEqual([true, false])
  await expect(compose()).rejects.toThrow(`is edition ${first}, which is approved`)
  house.wait(24 * 3_600_000)
  expect(await compose()).not.toBe(first)
  expect(await stateOf(house, first)).toBe('approved')
})

test('keeps the segment’s filter as it was when it was composed, and the newest one of a draft that is renewed', async () => {
  await savePeople('language:de')
  const editionId = await compose({ segment: 'people' })
  await savePeople('language:fr')

  expect(await ruleOf(editionId)).toEqual({
    segment: 'people',
    filter: { kind: 'language', language: 'de' },
  })
  expect(await compose({ segment: 'people' })).toBe(editionId)
  expect(await ruleOf(editionId)).toEqual({
    segment: 'people',
    filter: { kind: 'language', language: 'fr' },
  })
})

test('does not go to a segment that asks who clicked', async () => {
  await sql`update newsletter set clicks = true`.execute(house.db)
  await saveSegment(house.context, {
    name: 'openers',
    filter: 'language:de or not clicked:2',
    operatorId: null,
  })

  await expect(compose({ segment: 'openers' })).rejects.toThrow('counted and never written to')
})

test('does not go to who got an edition that nobody got', async () => {
  const unsent = await compose()

  await expect(compose({ got: unsent })).rejects.toThrow('has not been sent')
  await sql`
    update edition set release_at = ${house.now}, test = true where id = ${unsent}`.execute(
    house.db,
  )
  expect(await ruleOf(await compose({ got: unsent }))).toEqual({ edition: unsent })
  house.context.relay = { test: false }
  await expect(compose({ got: unsent, text: 'b' })).rejects.toThrow('went into the built-in inbox')
  await sql`update edition set test = false where id = ${unsent}`.execute(house.db)
  house.context.relay = { test: true }
  await expect(compose({ got: unsent, text: 'c' })).rejects.toThrow('SMTP_URL is not set')
})

test.each([
  [{ newsletter: 'nothing' }, 'there is no newsletter "nothing": use daily, breaking'],
  [{ newsletter: undefined }, 'newsletter must be the short name'],
  [{ segment: 'nothing' }, 'there is no segment "nothing"'],
  [{ got: 99 }, 'there is no edition 99'],
  [{ got: 1, segment: 'people' }, 'name a segment or an edition, not both'],
  [{ subject: ' \n ' }, 'subject must not be empty'],
  [{ subject: 'x'.repeat(201) }, 'subject must be at most 200 characters'],
  [{ subject: 'a\u0007b' }, 'without control characters'],
  [{ text: '\n' }, 'the note has no words'],
  [{ html: '<b>' }, 'html'],
])('with %j it is refused, and nothing is stored', async (change, message) => {
  await expect(compose(change)).rejects.toThrow(message)

  const { rows } = await sql`select id from edition`.execute(house.db)
  expect(rows).toEqual([])
})
