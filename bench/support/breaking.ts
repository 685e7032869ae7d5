import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { chanceFrom } from '#drill/chance.ts'
import type { DrillHouse } from '#drill/drill-house.ts'
import { stopEdition } from '#deliveries/send-edition.ts'
import type { SinkControl } from '#drill/sink-control.ts'
import { createToken } from '#operators/api-token.ts'
import { openOperator } from '#operators/operator.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const PATIENCE_MS = 60_000

/** The web role as a process of its own, to post articles to. */
export async function openWeb(
  stack: AsyncDisposableStack,
  { house, port }: { house: DrillHouse; port: number },
): Promise<{ url: URL; token: string; pid: number }> {
  const { context } = house.app
  const log = openSync(join(house.dataDir, 'web.log'), 'a', 0o600)
  const env = { ...house.environmentOf(0), SMTP_URL: context.config.smtpUrl ?? '' }
  const child = spawn(process.execPath, [MAIN, 'start', '--role', 'web'], {
    env: { ...env, PORT: String(port), HOST: '127.0.0.1' },
    detached: true,
    stdio: ['ignore', log, log],
  })
  stack.defer(async () => {
    const gone = once(child, 'exit')
    if (child.exitCode === null && child.kill('SIGTERM')) await gone
  })
  const url = new URL(`http://127.0.0.1:${port}/`)
  for (let tries = 0; !(await isReady(url)); tries += 1) {
    if (tries > 300 || child.exitCode !== null) throw new Error('the web role does not come up')
    await sleep(100)
  }
  const operator = await openOperator(context, 'bench')
  const scopes = ['articles:write', 'alerts:release'] as const
  const token = await createToken(context, { operator, name: 'cms', scopes: [...scopes] })
  return { url, token, pid: child.pid ?? 0 }
}

const answered = z.object({ alert: z.object({ edition: z.number(), state: z.string() }) })

/** From the POST of a breaking article to the sink's own time of the first mail. The alert is then stopped. */
export async function breakNews(
  { house, sink }: { house: DrillHouse; sink: SinkControl },
  { url, token, number }: { url: URL; token: string; number: number },
): Promise<number> {
  const body = JSON.stringify(articleOf(number))
  const posted = performance.timeOrigin + performance.now()
  const response = await fetch(new URL('api/v1/articles', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body,
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`the API answered ${response.status}: ${text}`)
  const { edition, state } = answered.parse(JSON.parse(text)).alert
  if (state !== 'sending') throw new Error(`the alert is ${state}`)
  const firstAt = await firstMailOf(sink, edition)
  await stopEdition(house.app.context, { editionId: edition, reason: 'bench' })
  return firstAt - posted
}

async function firstMailOf(sink: SinkControl, edition: number): Promise<number> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await sleep(25)) {
    const seen = (await sink.counts()).editions.find((each) => each.edition === edition)
    if (seen !== undefined) return seen.firstAt
  }
  throw new Error(`no mail of alert ${edition} reached the sink within a minute`)
}

/** Words of its own each time: an article like an earlier one would join its story, which was told. */
function articleOf(number: number) {
  const chance = chanceFrom(number * 7919)
  const word = () =>
    Array.from({ length: 3 }, () => pick('bdfgklmnprstvz', chance) + pick('aeiou', chance)).join('')
  const sentence = () => {
    const words = Array.from({ length: 18 }, word).join(' ')
    return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
  }
  return {
    headline: `${word()} ${word()} closes the ${word()} after ${word()} and ${word()}`,
    url: `https://courier.example/breaking-${number}-${word()}`,
    publisher: 'The Harbour Courier',
    breaking: true,
    paragraphs: [`${sentence()} ${sentence()}`, `${sentence()} ${sentence()}`, sentence()],
  }
}

function pick(from: string, chance: () => number): string {
  return from[Math.floor(chance() * from.length)] ?? ''
}

async function isReady(url: URL): Promise<boolean> {
  try {
    return (await fetch(new URL('readyz', url))).ok
  } catch {
    return false
  }
}
