import { expect, test } from 'vitest'
import { openModel } from '#articles/model/client.ts'
import { materialOf } from '#articles/model/material.ts'
import { questionAbout } from '#articles/model/prompt.ts'
import { type Behaviour, fails, openModelServer, says } from './model-server.ts'

const QUESTION = questionAbout(
  materialOf({
    headline: 'Market',
    language: 'en',
    paragraphs: ['The market opens in May. It cost 14 million crowns.'],
  }),
  'a1b2c3',
)
const ANSWER = { sentences: [{ text: 'The market opens in May.', sources: [1] }] }

async function ask(behave: Behaviour, { timeoutMs = 5000, apiKey = null as string | null } = {}) {
  await using server = await openModelServer(behave)
  const model = openModel({ baseUrl: server.url, model: 'small', apiKey }, { timeoutMs })
  return { reply: await model.ask(QUESTION), asked: server.asked }
}

test('the article goes as data between marks, with the schema, a limit and no tools, and the key in its header', async () => {
  const { reply, asked } = await ask(says(JSON.stringify(ANSWER)), { apiKey: 'sk-one' })

  expect(reply).toEqual({ kind: 'answered', answer: ANSWER, tokens: 560 })
  expect(asked).toHaveLength(1)
  expect(asked[0]).toMatchObject({
    path: '/v1/chat/completions',
    authorization: 'Bearer sk-one',
    body: { model: 'small', max_tokens: 600, temperature: 0 },
  })
  expect(asked[0]?.body).not.toHaveProperty('tools')
  expect(JSON.stringify(asked[0]?.body['response_format'])).toContain('json_schema')
  expect(JSON.stringify(asked[0]?.body['messages'])).toContain(
    '<<a1b2c3\\nHeadline: Market\\n[1] The market opens in May.\\n[2] It cost 14 million crowns.\\na1b2c3>>',
  )
})

test.each([429, 500, 503])('%i is asked again twice, then told', async (status) => {
  const { reply, asked } = await ask(fails(status))

  expect(asked).toHaveLength(3)
  expect(reply).toEqual({ kind: 'failed', reason: `the server of the model answered ${status}` })
})

test('a server that is busy once is asked again', async () => {
  const { reply, asked } = await ask((response, times) =>
    (times === 1 ? fails(429) : says(JSON.stringify(ANSWER)))(response, times),
  )

  expect(asked).toHaveLength(2)
  expect(reply.kind).toBe('answered')
})

test('a key that is refused is not tried again', async () => {
  const { reply, asked } = await ask(fails(401))

  expect(asked).toHaveLength(1)
  expect(reply).toEqual({ kind: 'failed', reason: 'the server of the model answered 401' })
})

test.each([
  ['rubbish', says('Here is your summary: the market opens.')],
  ['half an answer', says('{"sentences":[{"text":"The mar')],
  ['another shape', says('{"summary":"The market opens in May."}')],
  ['a field too many', says('{"sentences":[{"text":"A.","sources":[1],"url":"x"}]}')],
  ['a refusal', says(null, { message: { role: 'assistant', content: null, refusal: 'I cannot' } })],
  ['a page', (response) => void response.end('<html>busy</html>')],
  ['nothing', (response) => void response.destroy()],
] satisfies [string, Behaviour][])('%s is no answer', async (_, behave) => {
  const { reply } = await ask(behave, { timeoutMs: 1500 })

  expect(reply.kind).toBe('failed')
})

test('a server that does not answer in time is left', async () => {
  const { reply } = await ask(() => undefined, { timeoutMs: 150 })

  expect(reply).toEqual({ kind: 'failed', reason: 'the model did not answer within 0.15 seconds' })
})

test('an answer without end is cut off, long before it fills the memory', async () => {
  let sent = 0
  const { reply } = await ask(
    (response) => {
      response.setHeader('content-type', 'application/json')
      const more = () => {
        if (response.destroyed) return
        sent += 1
        response.write(' '.repeat(16_384), () => setImmediate(more))
      }
      more()
    },
    { timeoutMs: 4000 },
  )

  expect(reply.kind).toBe('failed')
  expect(sent).toBeLessThan(2000)
})

test('a redirect does not carry the article and the key to another host', async () => {
  await using other = await openModelServer(says(JSON.stringify(ANSWER)))
  const { reply } = await ask(
    (response) => {
      response.writeHead(307, { location: `${other.url}/chat/completions` })
      response.end()
    },
    { timeoutMs: 1500 },
  )

  expect(reply.kind).toBe('failed')
  expect(other.asked).toEqual([])
})
