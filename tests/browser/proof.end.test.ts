import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPlace, until } from '../program.ts'
import { axe, CHROMIUM, hasChromium, openChromium, openPage } from './chromium.ts'

describe.skipIf(!hasChromium)(
  `in Chromium (skipped: ${CHROMIUM} is not installed)`,
  { timeout: 120_000 },
  () => {
    let browser: Browser
    let place: Awaited<ReturnType<typeof openPlace>>

    beforeAll(async () => {
      browser = await openChromium()
      place = await openPlace()
      place.start(['start'])
      await until('the server is up', async () => (await fetch(at('/readyz'))).ok)
      expect((await place.run('signups', 'prove', 'on')).code).toBe(0)
    }, 90_000)

    afterAll(async () => {
      await browser.close()
      await place[Symbol.asyncDispose]()
    })

    const at = (path: string) => `http://localhost:${place.port}${path}`

    async function signUp(page: Page, email: string): Promise<void> {
      await page.goto(at('/'))
      await page.fill('input[type=email]', email)
      // Nobody is faster than that.
      await page.waitForTimeout(2100)
      await page.click('form button')
    }

    test('the browser works for a proof, which the server takes once', async () => {
      const page = await openPage(browser, { viewport: { width: 320, height: 700 } })
      await signUp(page, 'reader@example.org')
      await page.locator('[data-proof-status]', { hasText: 'Done.' }).waitFor()
      const said = await page.textContent('[data-proof-status]')
      const proof = await page.inputValue('[name=proof]')
      const broken = await axe(page)
      await page.click('form button')
      const answer = await page.textContent('h1')

      await signUp(page, 'other@example.org')
      await page.locator('[data-proof-status]', { hasText: 'Done.' }).waitFor()
      await page.evaluate(`document.querySelector("[name=proof]").value = ${JSON.stringify(proof)}`)
      await Promise.all([page.waitForEvent('load'), page.click('form button')])
      await page.locator('[data-proof-status]', { hasText: 'Done.' }).waitFor()
      const shown = await place.run('signups')

      expect(said).toBe('Done. Press the button to sign up.')
      expect(answer).toMatch(/look at your mail/i)
      expect(broken).toEqual([])
      expect(shown.stdout).toMatch(/passed +1\n/)
      expect(shown.stdout).toMatch(/proof failed +1\n/)
      expect(shown.stdout).toMatch(/asked for proof +3\n/)
    })

    test('without JavaScript the page says what to do', async () => {
      const page = await openPage(browser, { javaScriptEnabled: false })
      await page.goto(at('/'))
      await page.fill('input[type=email]', 'reader@example.org')
      await page.waitForTimeout(2100)
      await page.click('form button')

      expect(await page.textContent('.proof')).toMatch(/That takes JavaScript/)
    })
  },
)
