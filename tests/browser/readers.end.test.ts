import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPlace, until } from '../program.ts'

const CHROMIUM = '/usr/bin/chromium'
const here = existsSync(CHROMIUM)
if (!here && process.env['CI'] === 'true')
  throw new Error(`${CHROMIUM} is missing, and in CI it must be there`)

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

describe.skipIf(!here)(
  `in Chromium (skipped: ${CHROMIUM} is not installed)`,
  { timeout: 120_000 },
  () => {
    let browser: Browser
    let place: Awaited<ReturnType<typeof openPlace>>

    beforeAll(async () => {
      browser = await chromium.launch({
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
      place = await openPlace()
      place.start(['start'])
      await until('the server is up', async () => (await fetch(at('/readyz'))).ok)
    }, 90_000)

    afterAll(async () => {
      await browser.close()
      await place[Symbol.asyncDispose]()
    })

    const at = (path: string) => `http://localhost:${place.port}${path}`

    test('a reader signs up, confirms, and leaves, by pressing buttons', async () => {
      const page = await open({ timezoneId: 'Asia/Tokyo' })

      await page.goto(at('/'))
      expect(await page.inputValue('input[name=timeZone]')).toBe('Asia/Tokyo')
      await page.fill('input[name=email]', 'reader@readers.example')
      await page.click('button.primary')
      expect(await page.textContent('h1')).toBe('Now look at your mail')

      await page.goto(await linkInMail('reader@readers.example', /\/c\/[\w-]+/))
      await page.click('button.primary')
      expect(await page.textContent('h1')).toBe('You are in')

      await page.goto(await linkInMail('reader@readers.example', /\/p\/[\w-]+/))
      expect(await page.locator('input[name=newsletter]:checked').count()).toBe(2)
      await page.getByRole('button', { name: 'Unsubscribe from everything' }).click()
      expect(await page.textContent('h1')).toBe('Done, you have left')
      await page.getByRole('button').first().click()
      expect(await page.textContent('h1')).toBe('Welcome back')
    })

    test('a scanner that opens every link and runs every script changes nothing', async () => {
      const page = await open({})
      await page.goto(at('/'))
      await page.fill('input[name=email]', 'scanned@readers.example')
      await page.click('button.primary')
      const confirm = await linkInMail('scanned@readers.example', /\/c\/[\w-]+/)

      await page.goto(confirm)
      await page.waitForTimeout(2000)

      expect(await page.textContent('h1')).toBe('One last tap')
      const { stdout } = await place.run('subscribers')
      expect(stdout).toMatch(/pending +1/)
    })

    test('no page breaks an accessibility rule, in light and dark, on a phone', async () => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await open({ colorScheme, viewport: { width: 320, height: 700 } })
        for (const path of ['/', '/inbox', '/u/nothing', '/nothing']) {
          await page.goto(at(path))
          expect({ path, colorScheme, broken: await axe(page) }).toEqual({
            path,
            colorScheme,
            broken: [],
          })
          expect(await page.evaluate('document.documentElement.scrollWidth <= 320')).toBe(true)
        }
      }
    })

    test('no mail of the demo breaks an accessibility rule, in light and dark', async () => {
      const out = join(place.dir, 'mails')
      expect((await place.run('demo', '--out', out)).code).toBe(0)
      const names = (await readdir(out)).filter((name) => name.endsWith('-001.html'))
      expect(names.toSorted()).toEqual([
        'alert-001.html',
        'confirmation-001.html',
        'digest-001.html',
        'welcome-001.html',
      ])

      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await open({ colorScheme })
        for (const name of names) {
          await page.setContent(await readFile(join(out, name), 'utf8'))
          expect({ name, colorScheme, broken: await axe(page) }).toEqual({
            name,
            colorScheme,
            broken: [],
          })
        }
      }
    })

    /** Nothing but our own server is reached; pictures elsewhere are left out, as many mail programs do. */
    async function open(options: Parameters<Browser['newContext']>[0]): Promise<Page> {
      const context = await browser.newContext({ ...options, bypassCSP: true })
      await context.route(/^https:/, async (route) => route.abort())
      return context.newPage()
    }

    async function linkInMail(address: string, link: RegExp): Promise<string> {
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
  },
)

async function axe(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const results: { violations: { id: string; nodes: { target: unknown }[] }[] } =
    await page.evaluate('axe.run()')
  return results.violations.map(
    ({ id, nodes }) => `${id}: ${JSON.stringify(nodes.map(({ target }) => target))}`,
  )
}
