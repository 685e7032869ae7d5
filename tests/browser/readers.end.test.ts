import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser } from 'playwright-core'
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
    }, 90_000)

    afterAll(async () => {
      await browser.close()
      await place[Symbol.asyncDispose]()
    })

    const at = (path: string) => `http://localhost:${place.port}${path}`

    test('no page breaks an accessibility rule, in light and dark, on a phone', async () => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await openPage(browser, { colorScheme, viewport: { width: 320, height: 700 } })
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
        'correction-001.html',
        'digest-001.html',
        'welcome-001.html',
      ])

      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await openPage(browser, { colorScheme })
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
  },
)
