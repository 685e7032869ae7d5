import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPlace, until } from '../program.ts'
import { axe, CHROMIUM, hasChromium, linkInMail, openChromium, openPage } from './chromium.ts'

/** Who fills a form in faster than this is taken for a program. */
const FILL_MS = 2500

/** A publisher's own site, with a policy and with styles that would reach a form if they could. */
async function openSite(port: () => number) {
  const own = () => `http://localhost:${port()}`
  const pages: Record<string, (snippets: { line: string; form: string }) => string> = {
    '/line': ({ line }) => line,
    '/plain': ({ form }) => form,
  }
  let snippets = { line: '', form: '' }
  const server = createServer((request, response) => {
    const body = pages[request.url ?? '']?.(snippets) ?? ''
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.setHeader(
      'Content-Security-Policy',
      `default-src 'none'; style-src 'self'; script-src ${own()}; connect-src ${own()}; form-action ${own()}`,
    )
    response.end(
      `<!doctype html><html lang="en"><title>A site</title><main><h1>A site</h1>${body}<button id="own">Own</button></main></html>`,
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port: at } = server.address() as AddressInfo
  return {
    url: (path: string) => `http://127.0.0.1:${at}${path}`,
    paste(output: string) {
      const [line = ''] = /<script .*<\/script>/.exec(output) ?? []
      snippets = { line, form: output.slice(output.indexOf('<form')) }
    },
    close: () => server.close(),
  }
}

describe.skipIf(!hasChromium)(
  `the snippet on another site (skipped: ${CHROMIUM} is not installed)`,
  { timeout: 120_000 },
  () => {
    let browser: Browser
    let place: Awaited<ReturnType<typeof openPlace>>
    let site: Awaited<ReturnType<typeof openSite>>

    beforeAll(async () => {
      browser = await openChromium()
      place = await openPlace()
      site = await openSite(() => place.port)
      place.start(['start'])
      await until('the server is up', async () => (await fetch(at('/readyz'))).ok)
      site.paste((await place.run('newsletters', '--embed', 'daily', 'breaking')).stdout)
    }, 90_000)

    afterAll(async () => {
      await browser.close()
      site.close()
      await place[Symbol.asyncDispose]()
    })

    const at = (path: string) => `http://localhost:${place.port}${path}`

    test('as one line makes a form that answers where it stands, says what is wrong, and works by keyboard alone', async () => {
      const page = await browser.newPage()
      const errors = errorsOn(page)
      await page.goto(site.url('/line'))
      const form = page.locator('.daybreak-sign-up form')
      await form.waitFor()

      await page.locator('.daybreak-sign-up input[name=email]').focus()
      await page.keyboard.type('mara at gmial')
      await page.keyboard.press('Enter')
      const email = page.locator('.daybreak-sign-up input[name=email]')
      await expect.poll(async () => email.getAttribute('aria-invalid')).toBe('true')
      expect(await page.locator('.daybreak-sign-up [role=alert]').textContent()).toContain('space')
      expect(await email.evaluate(HAS_FOCUS)).toBe(true)
      expect(await coloursOf(page)).toEqual([DAWN, expect.not.stringContaining(DAWN)])

      await page.waitForTimeout(FILL_MS)
      await email.fill('mara@gmial.com')
      await page.keyboard.press('Enter')
      const yes = page.locator('.daybreak-sign-up [role=status] button')
      await yes.waitFor()
      expect(await yes.textContent()).toContain('mara@gmail.com')
      await page.keyboard.press('Enter')

      const status = page.locator('.daybreak-sign-up [role=status]')
      await expect.poll(async () => status.textContent()).toContain('Now look at your mail')
      expect(await status.evaluate(HAS_FOCUS)).toBe(true)
      expect(page.url()).toBe(site.url('/line'))
      expect(await linkInMail(place, 'mara@gmail.com', /\/c\/[\w-]+/)).toContain('/c/')
      expect(errors).toEqual([])
      await page.close()
    })

    test('as plain HTML is helped by the script, without which it leads to our page', async () => {
      for (const javaScriptEnabled of [true, false]) {
        const page = await openPage(browser, { javaScriptEnabled })
        await page.goto(site.url('/plain'))
        const email = `plain-${javaScriptEnabled ? 'with' : 'without'}@readers.example`
        if (javaScriptEnabled) await page.locator('[role=status]').waitFor({ state: 'attached' })

        await page.fill('input[name=email]', email)
        await page.click('form[data-daybreak] button')

        await expect.poll(async () => page.textContent('main')).toContain('Now look at your mail')
        expect(page.url()).toBe(javaScriptEnabled ? site.url('/plain') : at('/sign-up'))
        expect(await linkInMail(place, email, /\/c\/[\w-]+/)).toContain('/c/')
        await page.context().close()
      }
    })

    test('keeps its styles to itself, sets no cookie, breaks no rule of accessibility and fits a small phone', async () => {
      const page = await openPage(browser, { viewport: { width: 320, height: 640 } })
      await page.goto(site.url('/line'))
      await page.locator('.daybreak-sign-up form').waitFor()

      expect(await coloursOf(page)).toEqual([DAWN, expect.not.stringContaining(DAWN)])
      expect(await page.context().cookies()).toEqual([])
      expect(await axe(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
      const choice = page.locator('.daybreak-sign-up label:has(input[type=checkbox])').first()
      expect((await choice.boundingBox())?.height).toBeGreaterThanOrEqual(44)
      await page.context().close()
    })
  },
)

const DAWN = 'rgb(178, 60, 14)'
const HAS_FOCUS = (element: { matches(selector: string): boolean }) => element.matches(':focus')

/** Of the form's own button, and of the page's. */
async function coloursOf(page: Page): Promise<unknown> {
  return page.evaluate(`[
    document.querySelector('.daybreak-sign-up').shadowRoot.querySelector('button'),
    document.querySelector('#own'),
  ].map((button) => getComputedStyle(button).backgroundColor)`)
}

function errorsOn(page: Page): string[] {
  const errors: string[] = []
  page.on('pageerror', (error) => void errors.push(error.message))
  return errors
}
