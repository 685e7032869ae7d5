import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { type Browser, chromium } from 'playwright-core'
import PostalMime from 'postal-mime'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HOSTILE } from './hostile-stories.ts'
import { openOurHouse, type OurMails, sendOurMails } from './our-mails.ts'

const CHROMIUM = '/usr/bin/chromium'
const here = existsSync(CHROMIUM)
if (!here && process.env['CI'] === 'true')
  throw new Error(`${CHROMIUM} is missing, and in CI it must be there`)

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const KINDS = ['digest', 'alert', 'note', 'confirm', 'welcome'] as const
const SCHEMES = ['light', 'dark'] as const

describe.skipIf(!here)(
  `in Chromium (skipped: ${CHROMIUM} is not installed)`,
  { timeout: 120_000 },
  () => {
    let browser: Browser
    let mails: Record<'plain' | 'hostile', OurMails>

    beforeAll(async () => {
      await using house = await openOurHouse()
      const plain = await sendOurMails(house)
      await using other = await openOurHouse()
      const hostile = await sendOurMails(other, {
        stories: HOSTILE.map((headline) => ({ headline })),
        alert: HOSTILE[0] ?? '',
      })
      mails = { plain, hostile }
      browser = await chromium.launch({
        executablePath: CHROMIUM,
        args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
      })
    }, 120_000)

    afterAll(async () => {
      await browser.close()
    })

    const cases = SCHEMES.flatMap((scheme) => KINDS.map((kind) => [kind, scheme] as const))

    test.each(cases)('axe finds nothing in a sent %s, %s', async (kind, scheme) => {
      const found = await audit(mails.plain[kind].raw, scheme)

      expect(found).toEqual({ violations: [], contrastChecked: true, dialogs: 0 })
    })

    test.each([
      ['digest', 'light'],
      ['alert', 'dark'],
    ] as const)('axe finds nothing in a %s of hostile stories, %s', async (kind, scheme) => {
      const found = await audit(mails.hostile[kind].raw, scheme)

      expect(found).toEqual({ violations: [], contrastChecked: true, dialogs: 0 })
    })

    /** The HTML part as a phone shows it; no request leaves the machine. */
    async function audit(raw: Buffer, colorScheme: (typeof SCHEMES)[number]) {
      const { html = '' } = await PostalMime.parse(raw)
      const context = await browser.newContext({
        colorScheme,
        viewport: { width: 390, height: 844 },
      })
      const page = await context.newPage()
      let dialogs = 0
      page.on('dialog', async (dialog) => {
        dialogs += 1
        await dialog.dismiss()
      })
      await page.route('**/*', async (route) => route.abort())
      await page.setContent(html, { waitUntil: 'domcontentloaded' })
      await page.evaluate(AXE)
      const { violations, passes }: Record<'violations' | 'passes', Finding[]> =
        await page.evaluate('axe.run()')
      await context.close()
      return {
        violations: violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`),
        contrastChecked: passes.some(({ id }) => id === 'color-contrast'),
        dialogs,
      }
    }
  },
)

type Finding = { id: string; nodes: { html: string }[] }
