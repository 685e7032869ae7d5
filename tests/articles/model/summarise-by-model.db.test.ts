import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Model, Reply } from '#articles/model/model.ts'
import type { Question } from '#articles/model/prompt.ts'
import { summariseByModel, summariseWaiting } from '#articles/model/summarise-by-model.ts'
import { councilText, ingestArticle } from '../../articles-fixture.ts'
import { type House, openHouse } from '../../house.ts'
import { INJECTIONS } from './injections.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ env: { LLM_BASE_URL: 'http://127.0.0.1:1/v1', LLM_MODEL: 'fake' } })
})
afterAll(async () => house[Symbol.asyncDispose]())
beforeEach(async () => {
  await sql`truncate llm_answer, llm_spending`.execute(house.db)
})

/** A model of this test, and how often it was asked. */
function fakeModel(reply: (question: Question) => Reply): Model & { asked: Question[] } {
  const asked: Question[] = []
  return {
    name: 'fake',
    asked,
    ask: async (question) => {
      asked.push(question)
      return reply(question)
    },
  }
}

function says(sentences: { text: string; sources: number[] }[], tokens = 700): () => Reply {
  return () => ({ kind: 'answered', answer: { sentences }, tokens })
}

const HONEST = {
  text: 'Work is to begin in March, and the region pays a third of the 14.2 million crowns, according to the plan.',
  sources: [3],
}

async function summarise(model: Model, articleId: number, tokensADay = 100_000) {
  return summariseByModel({ ...house.context, model, tokensADay }, articleId)
}

type Row = {
  method: string
  text: string
  sentences: unknown
  model: string | null
  refused: string | null
}

async function storedFor(articleId: number): Promise<Row> {
  const { rows } = await sql<Row>`
    select method, sentences, sentences::text as text, model, refused from summary
     where article_id = ${articleId} order by revision desc limit 1`.execute(house.db)
  const [row] = rows
  if (row === undefined) throw new Error('no summary')
  return row
}

async function spent(): Promise<number> {
  const { rows } = await sql<{ tokens: number }>`select tokens from llm_spending`.execute(house.db)
  return rows[0]?.tokens ?? 0
}

let articles = 0
async function newArticle(paragraphs?: string[]): Promise<number> {
  articles += 1
  const headline = `Fish market, part ${articles}`
  const { articleId } = await ingestArticle(house.context, {
    headline,
    paragraphs: paragraphs ?? councilText(headline),
  })
  return articleId
}

test('a summary that the article bears out is stored with the places of its sources', async () => {
  const articleId = await newArticle()

  const outcome = await summarise(fakeModel(says([HONEST])), articleId)

  expect(outcome.kind).toBe('written')
  expect(await storedFor(articleId)).toMatchObject({
    method: 'llm',
    model: 'fake',
    refused: null,
    sentences: [{ text: HONEST.text, paragraph: 2, start: 0, sources: [{ paragraph: 2 }] }],
  })
  expect(await spent()).toBe(700)
})

test('a summary that says something else is refused in words, and the extractive one stays', async () => {
  const articleId = await newArticle()
  const before = await storedFor(articleId)

  const outcome = await summarise(
    fakeModel(says([{ ...HONEST, text: HONEST.text.replace('14.2', '19.2') }])),
    articleId,
  )

  expect(outcome.kind).toBe('kept')
  expect(await storedFor(articleId)).toEqual({
    ...before,
    model: 'fake',
    refused: 'the number "19.2 million" is not in the sentences that it names',
  })
})

test('the same words are asked about once, and the answer that is kept is judged again', async () => {
  const model = fakeModel(says([HONEST]))
  const articleId = await newArticle()
  await summarise(model, articleId)
  await sql`update summary set method = 'extractive', model = null where article_id = ${articleId}`.execute(
    house.db,
  )

  const again = await summarise(model, articleId)
  const third = await summarise(model, articleId)

  expect([again.kind, third.kind]).toEqual(['written', 'skipped'])
  expect(model.asked).toHaveLength(1)
  expect(await spent()).toBe(700)
})

test('no more tokens are spent in a day than were allowed, and the next day the sweep asks again', async () => {
  const model = fakeModel(says([HONEST], 1500))
  const [first, second] = [await newArticle(), await newArticle()]

  const outcomes = [await summarise(model, first, 2500), await summarise(model, second, 2500)]

  expect(outcomes).toMatchObject([
    { kind: 'written' },
    { kind: 'kept', reason: "the day's tokens are spent" },
  ])
  expect(model.asked).toHaveLength(1)
  expect(await storedFor(second)).toMatchObject({ model: null })
})

test('two questions at once cannot both take the last tokens', async () => {
  const model = fakeModel(says([HONEST], 1500))
  const [first, second] = [await newArticle(), await newArticle()]

  await Promise.all([summarise(model, first, 2500), summarise(model, second, 2500)])

  expect(model.asked).toHaveLength(1)
})

test('a model that fails leaves the extractive summary, and is not asked again about this text', async () => {
  const model = fakeModel(() => ({
    kind: 'failed',
    reason: 'the server of the model answered 500',
  }))
  const articleId = await newArticle()

  const outcomes = [await summarise(model, articleId), await summarise(model, articleId)]

  expect(outcomes).toEqual([
    { kind: 'kept', reason: 'the server of the model answered 500' },
    { kind: 'skipped' },
  ])
  expect(await storedFor(articleId)).toMatchObject({ method: 'extractive' })
})

test.each([
  ['an editor wrote the summary', sql`update summary set method = 'editor'`],
  ['it is retracted', sql`update article set retracted_at = now()`],
  ['it is history', sql`update article set seeded = true`],
  ['it is under embargo', sql`update article set embargo_until = '2026-11-23T06:30:00Z'`],
])('nothing of an article leaves the house where %s', async (_, change) => {
  await using own = await openHouse()
  const model = fakeModel(says([HONEST]))
  const { articleId } = await ingestArticle(own.context, {
    headline: 'Fish market',
    paragraphs: councilText('Fish market'),
  })
  await change.execute(own.db)

  const outcome = await summariseByModel({ ...own.context, model, tokensADay: 100_000 }, articleId)

  expect(outcome).toEqual({ kind: 'skipped' })
  expect(model.asked).toEqual([])
})

test("an editor's summary that came while the model wrote stays", async () => {
  const articleId = await newArticle()
  const model: Model = {
    name: 'fake',
    ask: async () => {
      await sql`update summary set method = 'editor' where article_id = ${articleId}`.execute(
        house.db,
      )
      return says([HONEST])()
    },
  }

  const outcome = await summarise(model, articleId)

  expect(outcome).toEqual({ kind: 'skipped' })
  expect(await storedFor(articleId)).toMatchObject({ method: 'editor' })
})

test('the sweep leaves a job for each article that no model was asked about, and none without a model', async () => {
  await using own = await openHouse({
    env: { LLM_BASE_URL: 'http://127.0.0.1:1/v1', LLM_MODEL: 'fake' },
  })
  const [{ articleId: asked }, { articleId: waiting }] = [
    await ingestArticle(own.context, { headline: 'One', paragraphs: councilText('One') }),
    await ingestArticle(own.context, { headline: 'Two', paragraphs: councilText('Two') }),
  ]
  const context = { ...own.context, model: fakeModel(says([HONEST])), tokensADay: 100_000 }
  await summariseByModel(context, asked)
  own.jobs.length = 0

  await summariseWaiting(own.context)
  await summariseWaiting({ ...own.context, config: { ...own.context.config, llm: null } })

  expect(own.jobs).toEqual([{ name: 'summarise-article', data: { articleId: waiting } }])
})

test.each(INJECTIONS)(
  'a model that obeys the article ($name) puts nothing of it into a summary',
  async ({ paragraphs, claim, wants }) => {
    const text = [
      'The council voted on Friday to rebuild the old fish market on the north quay.',
      'Work is to begin in March and to cost 14.2 million crowns, of which the region pays a third.',
      'Traders will keep their stalls in a hall beside the station while the quay is closed.',
      'Opponents had wanted a public vote first, and say that the price will rise before long.',
    ]
    const articleId = await newArticle([...text, ...paragraphs])
    const obeys = fakeModel(({ prompt }) => {
      const line = prompt.split('\n').find((each) => wants.test(each)) ?? '[1]'
      const number = Number(/^\[(\d+)\]/.exec(line)?.[1] ?? 1)
      return says([{ text: claim, sources: [number] }])()
    })

    const outcome = await summarise(obeys, articleId)

    expect(outcome.kind).toBe('kept')
    const stored = await storedFor(articleId)
    expect(stored.method).not.toBe('llm')
    expect(stored.refused).not.toBeNull()
    expect(stored.text).not.toContain(claim)
  },
)
