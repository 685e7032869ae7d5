import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { councilText, ingestArticle } from '../articles-fixture.ts'
import { fails, openModelServer, says } from '../articles/model/model-server.ts'
import { openHouse } from '../house.ts'
import { summariseArticleProcessor } from '../../workers/summarise-article.ts'

const TEXT =
  'Traders will keep their stalls in a hall beside the station while the quay is closed, the harbour office said.'

async function methodAfter(behave: Parameters<typeof openModelServer>[0], configured = true) {
  await using server = await openModelServer(behave)
  await using house = await openHouse({
    env: configured ? { LLM_BASE_URL: server.url, LLM_MODEL: 'small' } : {},
  })
  const { articleId } = await ingestArticle(house.context, {
    headline: 'Fish market',
    paragraphs: councilText('Fish market'),
  })

  await summariseArticleProcessor(house.context)({ articleId })

  const { rows } = await sql<{ method: string }>`select method from summary`.execute(house.db)
  return { method: rows[0]?.method, asked: server.asked.length, lines: house.lines.join('') }
}

test('the job asks the configured server, and stores what the article bears out', async () => {
  const answer = JSON.stringify({ sentences: [{ text: TEXT, sources: [4] }] })

  expect(await methodAfter(says(answer))).toMatchObject({ method: 'llm', asked: 1 })
})

test('a server that fails costs the model summary and nothing else', async () => {
  expect(await methodAfter(fails(400))).toMatchObject({ method: 'extractive', asked: 1 })
})

test('without a model nobody is asked', async () => {
  expect(await methodAfter(says('{}'), false)).toMatchObject({ method: 'extractive', asked: 0 })
})
