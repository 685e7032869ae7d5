import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stopEdition } from '#deliveries/send-edition.ts'
import { listAudit } from '#operators/audit.ts'
import { type DeskHouse, openDraftHouse } from '../deliveries/approval/desk-fixture.ts'
import { contentsOf, webOf } from './web-fixture.ts'

let house: DeskHouse
let token: string
beforeEach(async () => {
  house = await openDraftHouse()
  token = await house.linkOf('ines')
})
afterEach(async () => house[Symbol.asyncDispose]())

const verdicts = async () => {
  const { rows } = await sql<{ words: string }>`
    select concat_ws(' ', actor, verdict, note) as words from edition_verdict order by id`.execute(
    house.db,
  )
  return rows.map(({ words }) => words)
}

describe('a scanner', () => {
  test.each(['', '/edit', '/stop', '/mail', '/mail?part=text', '?saved'])(
    'that follows the link and what lies below it (%s) changes nothing',
    async (path) => {
      const before = await contentsOf(house)

      const { status } = await house.look(token, path)

      expect(status).toBe(200)
      expect(await contentsOf(house)).toEqual(before)
    },
  )

  test.each(['approve', 'send-back', 'cancel', 'again'])(
    'is shown the page by a GET of %s, and presses nothing',
    async (verb) => {
      const before = await contentsOf(house)

      expect((await house.look(token, `/${verb}`)).status).toBe(303)
      expect((await house.look(token, `?done=${verb}`)).text).not.toMatch(
        /Approved|Sent back\.|Cancelled/,
      )
      expect(await contentsOf(house)).toEqual(before)
    },
  )
})

describe('the page', () => {
  test('is kept by nobody, found by nobody, and tells nobody where it was', async () => {
    const { headers } = await webOf(house).request(`/desk/${token}`)

    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-robots-tag')).toBe('noindex')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('set-cookie')).toBeNull()
  })

  test('frames the mail, which only it may, and in which nothing runs', async () => {
    const { headers } = await webOf(house).request(`/desk/${token}/mail`)
    const policy = headers.get('content-security-policy') ?? ''

    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'self'")
    expect(policy).toContain('sandbox')
    expect(policy).not.toMatch(/script-src|allow-scripts/)
  })

  test('shows what the checks of exactly this content found', async () => {
    const findings = [
      { check: 'size', outcome: 'passed', reason: 'It has 12 KB.' },
      { check: 'address', outcome: 'stops', reason: 'The postal address is a <placeholder>.' },
      { check: 'links', outcome: 'warns', reason: 'A link does not answer.' },
    ]
    await sql`
      insert into edition_check (edition_id, content_hash, findings, checked_at)
      values (${house.editionId}, ${await house.hash()}, ${JSON.stringify(findings)}::jsonb, ${house.now})`.execute(
      house.db,
    )
    const { text } = await house.look(token)
    await sql`update edition_check set content_hash = 'of before'`.execute(house.db)
    const stale = await house.look(token)

    expect(text).toContain('The postal address is a &lt;placeholder&gt;.')
    expect(text).toContain('A link does not answer.')
    expect(text).not.toContain('It has 12 KB.')
    expect(stale.text).not.toContain('A link does not answer.')
  })
})

describe('the link', () => {
  test('decides once, in the name of its person', async () => {
    const hash = await house.hash()

    const first = await house.press(token, 'approve', { hash })
    const second = await house.press(token, 'approve', { hash })

    expect(first).toMatchObject({ status: 200, text: expect.stringContaining('Approved.') })
    expect(second.status).toBe(409)
    expect(second.text).toContain('Nothing has happened. This link was used already: approved.')
    expect(second.text).toContain('Mail me a new link')
    expect(await verdicts()).toEqual(['ines approve'])
    const [noted] = await listAudit(house.context, 1)
    expect(noted).toMatchObject({
      actor: 'ines (desk page)',
      verb: 'approve',
      subject: `edition ${house.editionId}`,
    })
  })

  test('of ten presses at once, one decides', async () => {
    const hash = await house.hash()
    const verbs = ['approve', 'stop', 'send-back', 'approve', 'stop'] as const

    const answers = await Promise.all(
      [...verbs, ...verbs].map(async (verb) =>
        house.press(token, verb, { hash, note: 'no', reason: 'no' }),
      ),
    )

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await verdicts()).toHaveLength(1)
  })

  test('that was pressed without what it needs is not used up', async () => {
    const hash = await house.hash()

    const noNote = await house.press(token, 'send-back', { hash, note: ' ' })
    const noReason = await house.press(token, 'stop', { hash })
    const noHash = await house.press(token, 'approve', {})
    const done = await house.press(token, 'send-back', { hash, note: 'The lead is old.' })

    expect(noNote).toMatchObject({
      status: 422,
      text: expect.stringContaining('a note is missing'),
    })
    expect(noReason).toMatchObject({ status: 422, text: expect.stringContaining('Say why') })
    expect(noHash).toMatchObject({ status: 409, text: expect.stringContaining('changed since') })
    expect(done.text).toContain('Sent back.')
    expect(await verdicts()).toEqual(['ines send back The lead is old.'])
  })

  test('approves what was shown: an edit between the look and the press is not', async () => {
    const hash = await house.hash()
    await house.edit(house.people.eva, 'Another subject')

    const { status, text } = await house.press(token, 'approve', { hash })
    const page = await house.look(token)

    expect(status).toBe(409)
    expect(text).toContain('Nothing has happened. The edition was changed after this mail was sent')
    expect(page.text).toContain('Mail me a new link')
    expect(page.text).not.toContain('>Approve<')
    expect(await verdicts()).toEqual([])
  })

  test('gives a new one to its person’s own mailbox, once', async () => {
    await house.edit(house.people.eva, 'Another subject')

    const asked = await house.press(token, 'again')
    const again = await house.press(token, 'again')
    const fresh = await house.linkOf('ines')

    expect(asked.text).toContain('A new link is on its way to you.')
    expect(again.text).toContain('was mailed to you before')
    expect(fresh).not.toBe(token)
    expect((await house.calls()).at(-1)?.to).toBe('ines@courier.example')
    const done = await house.press(fresh, 'approve', { hash: await house.hash() })
    expect(done.text).toContain('Approved.')
  })

  test('to a stopped edition says that it is stopped, and why', async () => {
    await stopEdition(house.context, { editionId: house.editionId, reason: 'it was wrong' })

    const { status, text } = await house.press(token, 'approve', { hash: await house.hash() })

    expect(status).toBe(409)
    expect(text).toContain('Nothing has happened. There is nothing to decide any more')
    expect(text).toContain('it was wrong')
    expect(text).not.toContain('Mail me a new link')
    expect(await house.state()).toBe('stopped')
  })

  test('that has run out shows nothing of the edition, and mails a new one where it still waits', async () => {
    house.wait(8 * 3_600_000)

    const page = await house.look(token)
    const mail = await house.look(token, '/mail')
    const pressed = await house.press(token, 'approve', { hash: await house.hash() })

    for (const { status, text } of [page, mail, pressed]) {
      expect(status).toBe(410)
      expect(text).not.toContain('fish market')
    }
    expect(page.text).toContain('Mail me a new link')
    expect(await verdicts()).toEqual([])
  })

  test('of somebody who is no team member any more opens nothing', async () => {
    await sql`update operator set disabled_at = ${house.now} where name = 'ines'`.execute(house.db)

    const page = await house.look(token)
    const { status } = await house.press(token, 'approve', { hash: await house.hash() })

    expect(page.status).toBe(410)
    expect(page.text).not.toContain('fish market')
    expect(status).toBe(410)
  })

  test('of somebody whose role fell decides nothing', async () => {
    await sql`update operator set role = 'viewer' where name = 'ines'`.execute(house.db)

    const page = await house.look(token)
    const { text } = await house.press(token, 'approve', { hash: await house.hash() })

    expect(page.text).toContain('a publisher decides')
    expect(page.text).not.toContain('Change something')
    expect(text).toContain('takes the role publisher')
    expect(await house.state()).toBe('draft')
  })

  test.each(['x', 'A'.repeat(47), '../../etc/passwd', '%00'])(
    'that was never ours (%s) opens nothing',
    async (forged) => {
      expect((await house.look(forged)).status).toBe(404)
    },
  )

  test('stops after a second question, and nobody gets it', async () => {
    const question = await house.look(token, '/stop')
    const { text } = await house.press(token, 'stop', {
      hash: await house.hash(),
      reason: 'The lead is a hoax',
    })

    expect(question.text).toContain('Stop this edition?')
    expect(text).toContain('Stopped. Nobody gets it.')
    expect(await house.state()).toBe('stopped')
    expect(await verdicts()).toEqual(['ines stop The lead is a hoax'])
  })

  test('of two people: the first yes waits for the second, and neither counts twice', async () => {
    await sql`update newsletter set approval = 'two' where slug = 'daily'`.execute(house.db)
    await sql`update on_call set deputy = false`.execute(house.db)
    const hash = await house.hash()

    const one = await house.press(token, 'approve', { hash })
    await house.press(token, 'again')
    const twice = await house.press(await house.linkOf('ines'), 'approve', { hash })
    house.wait(15 * 60_000)
    await house.tick()
    const page = await house.look(await house.linkOf('omar'))
    const two = await house.press(await house.linkOf('omar'), 'approve', { hash })

    expect(one.text).toContain('Your yes counts. It still waits for a second person’s yes.')
    expect(twice.text).toContain('It still waits for a second person’s yes.')
    expect(page.text).toContain('a second person’s yes')
    expect(two.text).toContain('Approved. It leaves at its hour.')
  })
})
