import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { type Browser, chromium, type Page } from 'playwright-core'
import { type openPlace, until } from '../program.ts'

export const CHROMIUM = '/usr/bin/chromium'
export const hasChromium = existsSync(CHROMIUM)
if (!hasChromium && process.env['CI'] === 'true')
  throw new Error(`${CHROMIUM} is missing, and in CI it must be there`)

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export async function openChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
}

/** Nothing but our own server is reached; pictures elsewhere are left out, as many mail programs do. */
export async function openPage(
  browser: Browser,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Page> {
  const context = await browser.newContext(options)
  await context.route(/^https:/, async (route) => route.abort())
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  return page
}

/** What axe-core finds, each with its places. */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const results: { violations: { id: string; nodes: { target: unknown }[] }[] } =
    await page.evaluate('axe.run()')
  return results.violations.map(
    ({ id, nodes }) => `${id}: ${JSON.stringify(nodes.map(({ target }) => target))}`,
  )
}

/** The newest link of that form in a mail to the address. */
export async function linkInMail(
  place: Awaited<ReturnType<typeof openPlace>>,
  address: string,
  link: RegExp,
): Promise<string> {
  const at = (path: string) => `http://localhost:${place.port}${path}`
  return until('the mail', async () => {
    const inbox = await (await fetch(at('/inbox'))).text()
    for (const [, id] of inbox.matchAll(/href="\/inbox\/([\w-]+)"/g)) {
      const text = await (await fetch(at(`/inbox/${id}?view=text`))).text()
      const found = link.exec(text)
      if (found !== null && text.includes(address)) return at(found[0])
    }
    return undefined
  })
}
