import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'

import { type Browser, chromium, type Page } from 'playwright-core'

import { mailSamples, pageSamples, type Sample } from './samples.ts'

// Draws every mail and page as a PNG, light and dark, on a phone and a desktop, mails without pictures too, and
// prints what axe-core finds, targets that are too small, sideways scrolling and breaches of the pages' policy.

const { values } = parseArgs({
  options: { out: { type: 'string', default: 'look' }, only: { type: 'string', default: '' } },
})

const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "form-action 'self'",
  "frame-src 'self'",
].join('; ')

const root = new URL('../../', import.meta.url)
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const FERRY = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 675"><rect width="1200" height="675" fill="#243b4a"/>
<rect y="470" width="1200" height="205" fill="#16262f"/><circle cx="880" cy="450" r="90" fill="#e58a52"/>
<path d="M210 455h520l-60 70H270z" fill="#f4efe6"/><path d="M320 395h280v60H320z" fill="#c9d3d6"/>
<path d="M340 412h24v24h-24zm56 0h24v24h-24zm56 0h24v24h-24zm56 0h24v24h-24z" fill="#f5c46b"/></svg>`

type View = { scheme: 'light' | 'dark'; size: 'phone' | 'desktop' | 'narrow'; pictures: boolean }

const WIDTHS = { phone: 390, desktop: 900, narrow: 320 }

function viewsOf({ kind, name }: Sample): View[] {
  const views = (['light', 'dark'] as const).flatMap((scheme) =>
    (['phone', 'desktop'] as const).map((size): View => ({ scheme, size, pictures: true })),
  )
  if (kind === 'page') return [...views, { scheme: 'light', size: 'narrow', pictures: true }]
  if (!name.startsWith('digest')) return views
  return [...views, { scheme: 'light', size: 'phone', pictures: false }]
}

async function lookAt(browser: Browser, sample: Sample, view: View): Promise<string[]> {
  const file = [
    sample.name,
    view.size,
    view.scheme,
    ...(view.pictures ? [] : ['no-pictures']),
  ].join('-')
  const context = await browser.newContext({
    viewport: { width: WIDTHS[view.size], height: 844 },
    colorScheme: view.scheme,
    deviceScaleFactor: view.size === 'phone' ? 2 : 1,
    bypassCSP: false,
  })
  const page = await context.newPage()
  const refused: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) refused.push(message.text())
  })
  await serve(page, sample, view)
  await page.goto('http://look.test/')
  await page.screenshot({ path: `${values.out}/${file}.png`, fullPage: true })
  const found = [...refused, ...(await measure(page))]
  await context.close()
  return found.map((finding) => `${file}: ${finding}`)
}

async function serve(page: Page, sample: Sample, view: View): Promise<void> {
  const inner = mails.find(({ name }) => name === 'alert')?.markup ?? ''
  await page.route('**/*', async (route) => {
    const { hostname, pathname } = new URL(route.request().url())
    if (hostname === 'images.courier.example' && view.pictures) {
      await route.fulfill({ contentType: 'image/svg+xml', body: FERRY })
    } else if (pathname.startsWith('/assets/')) {
      await route.fulfill({ path: new URL(`templates/pages/${pathname.slice(8)}`, root).pathname })
    } else if (pathname === '/inbox/0/html') {
      await route.fulfill({ contentType: 'text/html', body: inner })
    } else if (pathname === '/') {
      const headers = sample.kind === 'page' ? { 'content-security-policy': POLICY } : {}
      await route.fulfill({ contentType: 'text/html; charset=utf-8', headers, body: sample.markup })
    } else {
      await route.abort()
    }
  })
}

// A policy without 'unsafe-eval' does not bind the debugger's own evaluation.
async function measure(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  return page.evaluate(`(async () => {
    const { violations } = await axe.run(document, { resultTypes: ['violations'], iframes: false })
    const found = violations.map(({ id, nodes }) => 'axe ' + id + ': ' + nodes.map((n) => n.html.slice(0, 120)).join(' | '))
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth
    if (wide > 0) found.push('scrolls sideways by ' + wide + ' px')
    for (const target of document.querySelectorAll('a, button, input:not([type=hidden]), label.choice')) {
      if (target.closest('.trap') || target.closest('.skip') || target.closest('label.choice') !== null && target.tagName === 'INPUT') continue
      if (target.parentElement.tagName === 'P' && target.className === '' || target.closest('li, [href^="mailto"]')) continue
      const { height, width } = target.getBoundingClientRect()
      if (height < 43.5 || width < 43.5) found.push('target ' + Math.round(width) + '×' + Math.round(height) + ': ' + target.textContent.trim().slice(0, 60))
    }
    for (const element of document.querySelectorAll('body *')) {
      const text = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== '')
      const size = parseFloat(getComputedStyle(element).fontSize)
      if (text && size < 13 && getComputedStyle(element).display !== 'none') found.push('type of ' + size + ' px: ' + element.textContent.slice(0, 40))
    }
    return found
  })()`)
}

mkdirSync(values.out, { recursive: true })
const mails = await mailSamples()
const samples = [...mails, ...(await pageSamples())].filter(({ name }) =>
  name.includes(values.only),
)
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--hide-scrollbars'],
})
const findings: string[] = []
let drawn = 0
for (const sample of samples) {
  for (const view of viewsOf(sample)) {
    findings.push(...(await lookAt(browser, sample, view)))
    drawn += 1
  }
}
await browser.close()
process.stdout.write([...findings, `${drawn} pictures, ${findings.length} findings`, ''].join('\n'))
process.exitCode = findings.length === 0 ? 0 : 1
