import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { DrillHouse } from '#drill/drill-house.ts'

const FLOOD = join(import.meta.dirname, 'http-flood.ts')

const answered = z.array(z.object({ due: z.number(), ms: z.number(), status: z.number() }))
export type Answers = z.infer<typeof answered>

/** Sends one request a line at that rate; whatever is answered, the answer must be 200. */
export async function flood(
  { dataDir }: DrillHouse,
  terms: { port: string; rate: number; connections: number; requests: string[] },
): Promise<Answers> {
  const file = join(dataDir, 'requests.txt')
  const { requests, ...more } = terms
  await writeFile(file, `${requests.join('\n')}\n`)
  const args = Object.entries({ file, ...more }).flatMap(([name, value]) => [
    `--${name}`,
    String(value),
  ])
  const child = spawn(process.execPath, [FLOOD, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  if ((await lines.next()).value !== 'ready') throw new Error('the requests are not ready')
  child.stdin.write('go\n')
  if ((await lines.next()).value !== 'done')
    throw new Error('the requests were not sent to their end')
  const answers = answered.parse(JSON.parse(await readFile(`${file}.answers`, 'utf8')))
  const bad = answers.find(({ status }) => status !== 200)
  if (bad !== undefined) throw new Error(`an answer was ${bad.status}: no figures`)
  return answers
}
