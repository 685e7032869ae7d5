import { type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPlace, until } from '../program.ts'
import { axe, CHROMIUM, hasChromium, linkInMail, openChromium, openPage } from './chromium.ts'

const scripted = new WeakSet<Page>()

/** Who fills a form in faster than this is taken for a program. */
const FILL_MS = 2500

const SIZES: Record<string, BrowserContextOptions> = {
  phone: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
  desktop: { viewport: { width: 1280, height: 800 } },
}

describe.skipIf(!hasChromium)(
  `a reader's life in Chromium (skipped: ${CHROMIUM} is not installed)`,
  { timeout: 180_000 },
  () => {
    let browser: Browser
    let place: Awaited<ReturnType<typeof openPlace>>

    beforeAll(async () => {
      browser = await openChromium()
      place = await openPlace()
      place.start(['start'])
      await until('the server is up', async () => (await fetch(at('/readyz'))).ok)
    }, 90_000)

    afterAll(async () => {
      await browser.close()
      await place[Symbol.asyncDispose]()
    })

    const at = (path: string) => `http://localhost:${place.port}${path}`
    const mailed = async (address: string, link: RegExp) => linkInMail(place, address, link)

    for (const [size, view] of Object.entries(SIZES)) {
      for (const javaScriptEnabled of [true, false]) {
        const who = `${size}-${javaScriptEnabled ? 'with' : 'without'}`
        test(`signs up, confirms, chooses, pauses, leaves and comes back: ${who} JavaScript`, async () => {
          const email = `${who}@readers.example`
          const page = await openPage(browser, { ...view, javaScriptEnabled })
          if (javaScriptEnabled) scripted.add(page)

          await signUp(page, email)
          await look(page)
          expect(await page.textContent('main')).toContain('spam')

          await page.goto(await mailed(email, /\/c\/[\w-]+/))
          await look(page)
          await page.click('button.primary')
          await look(page)
          expect(await page.textContent('main')).toContain('Morning digest')

          await page.goto(await mailed(email, /\/p\/[\w-]+/))
          await look(page)
          await page.check('input[name=choice][value=weekly]')
          await page.click('button.primary')
          await look(page)
          expect(await page.textContent('main')).toMatch(/Morning digest every Saturday/)

          await openFold(page)
          await page.click('button[name=for][value=week]')
          await look(page)
          expect(await page.textContent('main')).toContain('A pause is on')
          await page.click('button[name=for][value=none]')
          expect(await page.textContent('main')).not.toContain('A pause is on')

          await page.click('form[action$="/all"] button')
          await look(page)
          expect(await page.textContent('h1')).toBe('Done, you have left')
          expect((await place.run('reader', email)).stdout).toContain('unsubscribed')

          await page.click('form[action*="/undo/"] button')
          await look(page)
          expect(await page.textContent('h1')).toBe('Welcome back')
          await page.goto(await mailed(email, /\/p\/[\w-]+/))
          expect(await page.textContent('main')).toMatch(/Morning digest every Saturday/)
        })
      }
    }

    test('the pages of a confirmation and an unsubscribe link, left open for five seconds, change nothing', async () => {
      const email = 'scanned@readers.example'
      const page = await openPage(browser)
      scripted.add(page)
      await signUp(page, email)
      const confirm = await mailed(email, /\/c\/[\w-]+/)

      await page.goto(confirm)
      await page.waitForTimeout(5000)

      expect((await place.run('reader', email)).stdout).toContain('not confirmed')

      await page.click('button.primary')
      const leave = await mailed(email, /\/u\/[\w-]+/)
      const before = (await place.run('reader', email, '--json')).stdout
      await page.goto(leave)
      await page.waitForTimeout(5000)

      expect(choicesIn((await place.run('reader', email, '--json')).stdout)).toEqual(
        choicesIn(before),
      )
    })

    async function signUp(page: Page, email: string): Promise<void> {
      await page.goto(at('/?newsletter=daily'))
      await look(page)
      await page.fill('input[name=email]', email)
      await page.waitForTimeout(FILL_MS)
      await page.click('button.primary')
    }
  },
)

async function openFold(page: Page): Promise<void> {
  const fold = page.locator('details.fold')
  if ((await fold.getAttribute('open')) === null) await fold.locator('summary').first().click()
}

/** No broken rule, and nothing to scroll sideways for. Without JavaScript axe-core cannot run; the pages are the same. */
async function look(page: Page): Promise<void> {
  if (!scripted.has(page)) return
  expect(await axe(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
}

function choicesIn(stdout: string): unknown {
  const report: { choices?: unknown; state?: unknown } = JSON.parse(stdout)
  expect(report.state).toBeDefined()
  return { state: report.state, choices: report.choices }
}
