import { readFile } from 'node:fs/promises'
import { type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPlace, until } from '../program.ts'
import { axe, CHROMIUM, hasChromium, linkInMail, openChromium, openPage } from './chromium.ts'

/** Who fills a form in faster than this is taken for a program. */
const FILL_MS = 2500
const PHONE: BrowserContextOptions = {
  viewport: { width: 320, height: 640 },
  hasTouch: true,
  isMobile: true,
}

describe.skipIf(!hasChromium)(
  `a reader's own data in Chromium (skipped: ${CHROMIUM} is not installed)`,
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

    /** Signs up, confirms, and has the link to all that is held mailed; ends on its page. */
    async function openOwnData(page: Page, email: string): Promise<string> {
      await page.goto(at('/?newsletter=daily'))
      await page.fill('input[name=email]', email)
      await page.waitForTimeout(FILL_MS)
      await page.click('button.primary')
      await page.goto(await mailed(email, /\/c\/[\w-]+/))
      await page.click('button.primary')
      await page.goto(await mailed(email, /\/p\/[\w-]+/))
      await page.click('form[action$="/link"] button')
      const link = await mailed(email, /\/me\/[\w-]+/)
      await page.goto(link)
      await look(page)
      expect(await page.textContent('h1')).toBe('Your data')
      return link
    }

    test('is downloaded as one file, and moves to another address when that one says yes', async () => {
      const [old, fresh] = ['old@readers.example', 'fresh@elsewhere.example']
      const page = await openPage(browser, PHONE)
      const link = await openOwnData(page, old)

      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.click('form[action$="/download"] button'),
      ])
      expect(download.suggestedFilename()).toMatch(/^my-data-\d{4}-\d\d-\d\d\.json$/)
      expect(JSON.parse(await readFile(await download.path(), 'utf8'))).toMatchObject({
        reader: { email: old },
      })

      await page.click('form[action$="/address"] button')
      await look(page)
      await page.fill('input[name=email]', 'no address')
      await page.click('button.primary')
      await look(page)
      expect(await page.textContent('#email-error')).toContain('name@example.org')
      await page.fill('input[name=email]', fresh)
      await page.click('button.primary')
      await look(page)
      expect(await page.textContent('h1')).toBe('Now look at the new mailbox')

      await page.goto(await mailed(fresh, /\/a\/[\w-]+/))
      await look(page)
      expect((await place.run('reader', fresh)).stdout).toContain('no reader')
      await page.click('button.primary')
      await look(page)
      expect(await page.textContent('h1')).toBe('Done')
      expect((await place.run('reader', fresh)).stdout).toContain('changed the address')
      expect((await place.run('reader', old)).stdout).toContain('no reader')

      // A forwarded mail to the old address opens nothing any more.
      expect((await page.goto(link))?.status()).toBeGreaterThanOrEqual(400)
      await look(page)
    })

    test('is erased by a button that says what goes and what stays, and not by looking', async () => {
      const email = 'gone@readers.example'
      const page = await openPage(browser, PHONE)
      const link = await openOwnData(page, email)

      await page.click('form[action$="/erase"] button')
      await look(page)
      expect(await page.textContent('main')).toContain('There is no undo.')
      await page.click('a.secondary')
      expect(page.url()).toBe(link)
      expect((await place.run('reader', email)).stdout).toContain('an active reader')

      await page.click('form[action$="/erase"] button')
      await page.click('form[action$="/erase"] button.primary')
      await look(page)
      expect(await page.textContent('h1')).toBe('Your data is erased')
      expect((await place.run('reader', email)).stdout).toContain('no reader')
      expect((await page.goto(link))?.status()).toBe(404)
    })
  },
)

/** No broken rule, nothing to scroll sideways for, and buttons that a thumb meets. */
async function look(page: Page): Promise<void> {
  expect(await axe(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  expect(
    await page.evaluate(
      '[...document.querySelectorAll("main button, main input")].filter((e) => e.offsetHeight < 44).length',
    ),
  ).toBe(0)
}
