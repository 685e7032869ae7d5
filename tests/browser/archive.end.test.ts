import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPlace, until } from '../program.ts'
import { archiveSamples } from './archive-samples.ts'
import { axe, CHROMIUM, hasChromium, openChromium, openPage } from './chromium.ts'
import { DESKTOP, PHONE } from './desk-look.ts'

const ARTICLES = fileURLToPath(new URL('../../samples/', import.meta.url))

const SAMPLES = await archiveSamples()

describe.skipIf(!hasChromium)(
  `the archive in Chromium (skipped: ${CHROMIUM} is not installed)`,
  { timeout: 180_000 },
  () => {
    let browser: Browser
    let place: Awaited<ReturnType<typeof openPlace>>

    beforeAll(async () => {
      browser = await openChromium()
      place = await openPlace()
      place.start(['start'])
      await until('the server is up', async () => (await fetch(at('/readyz'))).ok)
      await sendDigest()
    }, 150_000)

    afterAll(async () => {
      await browser.close()
      await place[Symbol.asyncDispose]()
    })

    /** Types what an editor types. */
    async function run(...args: string[]): Promise<string> {
      const { code, stdout, stderr } = await place.run(...args)
      expect({ args, stderr, code }).toMatchObject({ code: 0 })
      return stdout
    }

    async function sendDigest(): Promise<void> {
      await run('subscribers', 'add', 'mara@readers.example')
      await run('ingest', ...readdirSync(ARTICLES).map((name) => ARTICLES + name))
      const [, editionId = ''] = /^edition (\d+)/.exec(await run('digest', 'compose')) ?? []
      await run('digest', 'approve', editionId)
      await run('digest', 'send', editionId, '--spread', '0')
      await until('the edition is listed', async () =>
        (await (await fetch(at('/n/daily'))).text()).includes(`/n/daily/${editionId}"`),
      )
    }

    const at = (path: string) => `http://localhost:${place.port}${path}`

    test.each([
      ['a phone', PHONE, 'light'],
      ['a phone in the dark', PHONE, 'dark'],
      ['a desktop', DESKTOP, 'light'],
    ] as const)(
      'leads from the list to an edition and to the sign-up, on %s',
      async (_, options, colorScheme) => {
        const page = await openPage(browser, { ...options, colorScheme, javaScriptEnabled: true })
        const refused = refusalsOn(page)
        await page.goto(at('/n/daily'))
        await lookAt(page)
        expect(await page.textContent('h1')).toBe('All editions of Morning digest')

        await page.locator('.editions a').first().click()
        expect(page.url()).toMatch(/\/n\/daily\/\d+$/)
        await lookAt(page)
        const text = (await page.textContent('body')) ?? ''
        expect(text).not.toMatch(/unsubscribe|preferences/i)

        await page.getByRole('link', { name: 'Get it by mail' }).first().click()
        expect(page.url()).toBe(at('/?newsletter=daily'))
        expect(await page.isChecked('input[value=daily]')).toBe(true)
        expect(refused).toEqual([])
        await page.context().close()
      },
    )

    test('leads from the mail to the edition that everybody sees', async () => {
      const inbox = await (await fetch(at('/inbox'))).text()
      const links = await Promise.all(
        Array.from(inbox.matchAll(/href="\/inbox\/([\w-]+)"/g), async ([, id]) => {
          const text = await (await fetch(at(`/inbox/${id}?view=text`))).text()
          return /http:\/\/localhost:\d+\/n\/daily\/\d+/.exec(text)?.[0]
        }),
      )
      const [link] = links.filter((each) => each !== undefined)

      const page = await openPage(browser)
      await page.goto(String(link))

      expect(await page.getAttribute('link[rel=canonical]', 'href')).toBe(link)
      await page.context().close()
    })

    test.each(Object.entries(SAMPLES))('%s breaks no rule of accessibility', async (_, markup) => {
      for (const options of [PHONE, DESKTOP])
        for (const colorScheme of ['light', 'dark'] as const) {
          const page = await openPage(browser, { ...options, colorScheme })
          await page.route(at('/sample'), async (route) =>
            route.fulfill({ contentType: 'text/html; charset=utf-8', body: markup }),
          )
          await page.goto(at('/sample'))
          await lookAt(page)
          await page.context().close()
        }
    })
  },
)

/** No rule of accessibility broken, and nothing to scroll sideways. */
async function lookAt(page: Page): Promise<void> {
  expect({ url: page.url(), broken: await axe(page) }).toEqual({ url: page.url(), broken: [] })
  const wide = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
  expect(await page.evaluate(wide)).toBe(0)
}

function refusalsOn(page: Page): string[] {
  const refused: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) refused.push(message.text())
  })
  return refused
}
