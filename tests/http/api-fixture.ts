import { sql } from 'kysely'
import { createToken } from '#operators/api-token.ts'
import { addOperator, type Operator } from '#operators/operator.ts'
import { openWebHouse, type WebHouse } from './web-fixture.ts'

export const PARAGRAPHS = [
  'The council of Port Ansel voted on Friday to rebuild the old fish market on the north quay, ending nine years of argument about the site.',
  'Work is to begin in March and to cost 14.2 million crowns, of which the region pays a third, according to the plan that councillors passed by 17 votes to 6.',
  'Traders will keep their stalls in a hall beside the station while the quay is closed, the harbour office said in a statement.',
]
export const ARTICLE = {
  headline: 'Fish market to be rebuilt',
  url: 'https://courier.example/fish',
  paragraphs: PARAGRAPHS,
}
export const HTML = `<!doctype html><html><head><title>Fish market to be rebuilt</title></head><body><article><h1>Fish market to be rebuilt</h1>${PARAGRAPHS.map((text) => `<p>${text}</p>`).join('')}</article></body></html>`

export type Sending = {
  type: string
  body: string | Uint8Array<ArrayBuffer>
  bearer?: string
  query?: string
  headers?: Record<string, string>
}

export type Answer = { status: number; body: unknown }

export type ApiHouse = WebHouse & {
  operator: Operator
  /** Of a content system: it may send articles and read editions. */
  token: string
  send(sending: Sending): Promise<Answer>
  sendJson(article: object, as?: { bearer: string }): Promise<Answer>
  get(path: string, as?: { bearer: string }): Promise<Answer>
  rowsOf(table: string): Promise<number>
}

/** A house with a publisher and a token, asked as an API client asks. */
export async function openApiHouse(): Promise<ApiHouse> {
  const house = await openWebHouse()
  const operator = await addOperator(house.context, { name: 'desk', role: 'publisher' })
  const token = await createToken(house.context, {
    operator,
    name: 'cms',
    scopes: ['articles:write', 'editions:read'],
  })
  const send = async ({ type, body, bearer = token, query = '', headers = {} }: Sending) => {
    const response = await house.web.request(`/api/v1/articles${query}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': type, ...headers },
      body,
    })
    return answerOf(response)
  }
  return Object.assign(house, {
    operator,
    token,
    send,
    sendJson: async (article: object, { bearer } = { bearer: token }) =>
      send({ type: 'application/json', body: JSON.stringify(article), bearer }),
    get: async (path: string, { bearer } = { bearer: token }) =>
      answerOf(await house.web.request(path, { headers: { Authorization: `Bearer ${bearer}` } })),
    rowsOf: async (table: string) => {
      const { rows } = await sql<{ count: number }>`
        select count(*) as count from ${sql.table(table)}`.execute(house.db)
      return rows[0]?.count ?? 0
    },
  })
}

async function answerOf(response: Response): Promise<Answer> {
  const body: unknown = await response.json()
  return { status: response.status, body }
}

/** A token that was looked at has been used, whatever came of it. */
export function withoutUse(contents: Record<string, string[]>): Record<string, string[]> {
  return { ...contents, api_token: [] }
}
