import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPlace, until } from '../program.ts'
import { CHROMIUM, hasChromium, linkInMail, openChromium, openPage } from './chromium.ts'
import { DESKTOP, look, PHONE, picture, refusalsOn, WITHOUT } from './desk-look.ts'

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
describe.skipIf(!hasChromium)(
  `the approval page in Chromium (skipped: ${CHROMIUM} is not installed)`,
  { timeout: 180_000 },
  () => {
    let browser: Browser
    let place: Awaited<ReturnType<typeof openPlace>>

    beforeAll(async () => {
      browser = await openChromium()
      place = await openPlace()
      place.start(['start'])
      await until('the server is up', async () => (await fetch(at('/readyz'))).ok)
      const samples = readdirSync(file('samples')).map((name) => file(`samples/${name}`))
      await run('settings', 'set', 'name', 'The Harbour Courier')
      await run('ingest', ...samples)
      await run('operators', 'add', 'ines', '--role', 'publisher')
      // The samples hold breaking news, whose alert would page the desk first.
      const [, alert] = /^\s*(\d+)\s+alert/m.exec(await run('editions')) ?? []
      if (alert !== undefined) await over(alert)
      await run('oncall', 'add', 'ines', '--address', 'ines@courier.example')
    }, 150_000)

    afterAll(async () => {
      await browser.close()
      await place[Symbol.asyncDispose]()
    })

    const at = (path: string) => `http://localhost:${place.port}${path}`

    /** Types what an editor types. */
    async function run(...args: string[]): Promise<string> {
      const { code, stdout, stderr } = await place.run(...args)
      expect({ args, stderr, code }).toMatchObject({ code: 0 })
      return stdout
    }

    /** The address in the newest mail of the desk that names the edition’s call. */
    const mailed = async () => linkInMail(place, 'on call', /\/desk\/[\w-]+/)

    /** An edition without an hour, and the link to it in a mail. */
    async function composed(): Promise<{ id: string; link: string }> {
      const said = await run('digest', 'compose', '--again')
      const [, id = ''] = /^edition (\d+)/.exec(said) ?? []
      return { id, link: await called(id) }
    }

    async function called(id: string): Promise<string> {
      const before = await mailed().catch(() => '')
      await run('edition', id, 'call', 'ines')
      return until('the new mail', async () => {
        const link = await mailed()
        return link !== before && link
      })
    }

    /** Its stories are free again for the next edition. */
    const over = async (id: string) =>
      run('edition', id, 'stop', '--reason', 'seen', '--yes', 'all')

    const stateOf = async (id: string) =>
      (JSON.parse(await run('edition', id, '--json')) as { state: string }).state

    const open = async (options: BrowserContextOptions, link: string) => {
      const page = await openPage(browser, options)
      const refused = refusalsOn(page)
      await page.goto(link)
      return { page, refused }
    }

    test('of an edition by the clock is read and approved on a phone: the hour comes nearer, a double tap is one', async () => {
      const hour = new Intl.DateTimeFormat('en-GB', {
        timeZone: 'Europe/London',
        hour: '2-digit',
        minute: '2-digit',
      }).format(Date.now() + 40 * 60_000)
      await run(
        'newsletters',
        'set',
        'daily',
        `hours=${hour}`,
        'lead=1h',
        'zone=Europe/London',
        'automatic=on',
      )
      const link = await until('the call', mailed)

      const { page, refused } = await open(PHONE, link)
      await look(page)
      const left = page.locator('[data-countdown]')
      expect(await left.textContent()).toMatch(/^(3\d|40) min left$/)
      await picture(page, 'approval-phone')

      await page.locator('summary', { hasText: 'The mail as readers see it' }).tap()
      await page.frameLocator('iframe.mail').locator('h2').first().waitFor()
      await look(page)

      const approve = page.getByRole('button', { name: 'Approve' })
      await approve.dblclick({ noWaitAfter: true })
      await page.locator('.good').waitFor()
      await look(page)
      expect(await page.textContent('.good')).toBe('Approved. It leaves at its hour.')

      await page.goto(link)
      await look(page)
      expect(await page.textContent('main')).toContain('This link was used already: approved')
      expect(refused).toEqual([])
      await run('newsletters', 'set', 'daily', 'automatic=off')
      const [, id = ''] = /^\s*(\d+)\s+digest.* approved /m.exec(await run('editions')) ?? []
      await over(id)
    })

    test('is read, sent back with a note and then says so, on a phone without JavaScript', async () => {
      const { id, link } = await composed()

      const { page } = await open({ ...PHONE, ...WITHOUT }, link)
      expect(await page.locator('ol h3').count()).toBeGreaterThan(2)
      await page.locator('summary', { hasText: 'Send back' }).tap()
      await page.fill('textarea[name=note]', 'The lead is old.')
      await page.getByRole('button', { name: 'Send back' }).tap()

      expect(await page.textContent('.good')).toContain('Sent back.')
      expect(await stateOf(id)).toBe('draft')
      await page.goto(link)
      expect(await page.textContent('main')).toContain('This link was used already: sent back')

      const fresh = await called(id)
      await page.goto(fresh)
      expect(await page.textContent('main')).toContain('by ines: The lead is old.')
      await page.getByRole('button', { name: 'Approve' }).tap()
      expect(await page.textContent('.good')).toContain('Approved.')
      expect(await stateOf(id)).toBe('approved')
      await over(id)
    })

    test.each([
      ['with', {}],
      ['without', WITHOUT],
    ])(
      'is stopped after a second question, on a desktop %s JavaScript, in the dark',
      async (_, how) => {
        const { id, link } = await composed()

        const { page } = await open({ ...DESKTOP, ...how, colorScheme: 'dark' }, link)
        await look(page, how)
        await page.getByRole('link', { name: 'Stop this edition' }).click()
        await look(page, how)
        expect(await stateOf(id)).toBe('draft')
        await page.fill('input[name=reason]', 'The lead is a hoax')
        await page.getByRole('button', { name: 'Stop it' }).click()

        expect(await page.textContent('.good')).toBe('Stopped. Nobody gets it.')
        await look(page, how)
        expect(await stateOf(id)).toBe('stopped')
      },
    )

    test.each([
      ['a phone', PHONE],
      ['a desktop', DESKTOP],
      ['a narrow phone', { ...PHONE, viewport: { width: 320, height: 640 } }],
    ])('is changed under the same link and approved as changed, on %s', async (where, options) => {
      const { id, link } = await composed()

      const { page, refused } = await open(options, link)
      await look(page)
      if (where === 'a desktop') await picture(page, 'approval-desktop')
      await page.getByRole('link', { name: 'Change something' }).click()
      await look(page)
      if (where === 'a phone') await picture(page, 'desk-edit-phone')
      await page.fill('#subject', 'A subject by hand')
      await page.getByRole('button', { name: 'Save the subject' }).click()
      await look(page)
      expect(await page.textContent('h1')).toBe('A subject by hand')
      await page.getByRole('link', { name: 'Back to the decision' }).click()
      expect(await page.textContent('main')).toContain('ines')
      await page.getByRole('button', { name: 'Approve' }).click()

      expect(await page.textContent('.good')).toContain('Approved.')
      expect(await stateOf(id)).toBe('approved')
      await over(id)
      expect(refused).toEqual([])
    })

    test.each([
      ['with', {}],
      ['without', WITHOUT],
    ])('shows the mail as others get it, on a phone %s JavaScript', async (_, how) => {
      const { id, link } = await composed()

      const { page, refused } = await open({ ...PHONE, ...how }, link)
      const follow = async (name: string, address: RegExp) => {
        await page.getByRole('link', { name }).tap()
        await page.waitForURL(address)
      }
      await page.locator('summary', { hasText: 'The mail as readers see it' }).tap()
      await follow('Other readers, dark, plain text', /preview$/)
      const mail = page.frameLocator('iframe.mail')
      await mail.locator('h2').first().waitFor()
      await look(page, how)
      expect(await mail.locator('h2').count()).toBeGreaterThan(2)
      await follow('Smallest', /variant=smallest$/)
      await follow('Dark', /scheme=dark$/)
      await follow('No pictures', /images=off$/)
      await mail.locator('h2').first().waitFor()
      await look(page, how)
      if (how === WITHOUT) await picture(page, 'desk-preview-phone')
      expect(await mail.locator('h2').count()).toBe(1)
      expect(await mail.locator('img[src]').count()).toBe(0)
      await follow('Plain text', /part=text/)
      await look(page, how)
      expect(await page.textContent('pre')).toContain('/u/')
      await follow('Back to the decision', /desk\/[\w-]+$/)
      await page.locator('summary', { hasText: 'The mail as readers see it' }).tap()
      await page.getByRole('button', { name: 'Mail it to me as a test' }).tap()

      expect(await page.textContent('.good')).toContain('on its way to your own address')
      await until('the test', async () =>
        (await (await fetch(at('/inbox'))).text()).includes('[Test]'),
      )
      expect(refused).toEqual([])
      await over(id)
    })

    test('of news waits for its countdown in sight of who pressed, and is taken back', async () => {
      await run('newsletters', 'set', 'breaking', 'countdown=90s')
      const article = /article (\d+)/.exec(await run('articles'))?.[1] ?? '1'
      const [, id = ''] = /^alert (\d+)/.exec(await run('alert', article)) ?? []
      const link = await called(id)

      const { page } = await open(PHONE, link)
      await look(page)
      expect(await page.textContent('dl.facts')).toContain('nobody gets it now')
      await page.getByRole('button', { name: 'Approve' }).tap()
      await page.locator('.good').waitFor()
      await look(page)
      await picture(page, 'alert-phone')
      const left = page.locator('[data-countdown]').first()
      const first = Number.parseInt((await left.textContent()) ?? '', 10)
      expect(first).toBeGreaterThan(60)
      await until('the second hand', async () => {
        const now = Number.parseInt((await left.textContent()) ?? '', 10)
        return now < first
      })
      await page.reload()
      expect(await page.textContent('.good')).toContain('unless you cancel')
      await page.getByRole('button', { name: 'Cancel' }).tap()
      await page.locator('.good', { hasText: 'Cancelled' }).waitFor()

      await look(page)
      expect(await page.getByRole('button', { name: 'Mail me a new link' }).count()).toBe(1)
      expect(await stateOf(id)).toBe('in review')
    })

    test('gives a new link where somebody else changed it meanwhile', async () => {
      const { id, link } = await composed()
      await run(
        'edition',
        id,
        'edit',
        '--change',
        '{"change": "subject", "text": "By somebody else"}',
      )

      const { page } = await open(PHONE, link)
      await look(page)
      expect(await page.textContent('main')).toContain('was changed after this mail was sent')
      await page.getByRole('button', { name: 'Mail me a new link' }).tap()
      await page.locator('.good').waitFor()
      await look(page)
      expect(await page.textContent('.good')).toContain('on its way')

      const fresh = await until('the new mail', async () => {
        const newest = await mailed()
        return newest !== link && newest
      })
      await page.goto(fresh)
      await page.getByRole('button', { name: 'Approve' }).tap()
      expect(await page.textContent('.good')).toContain('Approved.')
    })
  },
)
