import { type BrowserContextOptions, type Page } from 'playwright-core'
import { expect } from 'vitest'
import { axe } from './chromium.ts'

export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
}
export const DESKTOP: BrowserContextOptions = { viewport: { width: 1200, height: 900 } }
export const WITHOUT = { javaScriptEnabled: false }

/** Where the pictures of docs/ are drawn anew; without it none are. */
const PICTURES = process.env['PICTURES']

export function refusalsOn(page: Page): string[] {
  const refused: string[] = []
  page.on('console', (message) => {
    // Pictures elsewhere are not reached here; what our own policy refuses is a mistake of ours.
    if (/Content Security Policy/i.test(message.text())) refused.push(message.text())
  })
  return refused
}

/** No broken rule, nothing to scroll sideways for, and targets that a thumb meets. */
export async function look(page: Page, { javaScriptEnabled = true } = {}): Promise<void> {
  // Without JavaScript nothing can be asked of the page from inside.
  if (!javaScriptEnabled) return
  expect(await axe(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  expect(
    await page.evaluate(
      `[...document.querySelectorAll('main button, main input:not([type=hidden]), main textarea, main a.secondary, main summary')]
        .filter((e) => e.checkVisibility() && (e.offsetHeight < 44 || e.offsetWidth < 44))
        .map((e) => e.outerHTML.slice(0, 90))`,
    ),
  ).toEqual([])
}

export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return
  await page.screenshot({ path: `${PICTURES}/picture-${name}.png` })
}
