import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { putOnCall } from '#deliveries/approval/on-call-store.ts'
import { sweepApprovals } from '#deliveries/approval/sweep-approvals.ts'
import { releaseDue } from '#deliveries/release-due.ts'
import { listDueTimes } from '#editions/clock/due-store.ts'
import { sweepDueTimes } from '#editions/clock/sweep-due-times.ts'
import { changeDraft } from '#editions/draft/change-draft.ts'
import { draftDigest } from '#editions/compose-digest.ts'
import { changeNewsletter } from '#editions/newsletters/change-newsletter.ts'
import { pauseNewsletter } from '#editions/newsletters/pause-newsletter.ts'
import { getEdition } from '#editions/store.ts'
import { addOperator } from '#operators/operator.ts'
import { sealToken } from '#subscribers/tokens.ts'
import { ingestArticle } from '../../articles-fixture.ts'
import { addReaders, type House, openHouse } from '../../house.ts'
import { webOf } from '../../http/web-fixture.ts'
import { ensureOperator } from '../send-fixture.ts'

const HOUR = 3_600_000
const MINUTE = 60_000

let house: House
beforeEach(async () => {
  house = await openHouse({ now: new Date('2026-11-22T04:00:00Z') })
  await called(await ensureOperator(house), { deputy: false })
  await addReaders(house, 2)
})
afterEach(async () => house[Symbol.asyncDispose]())

async function called(operatorId: number, { deputy }: { deputy: boolean }): Promise<void> {
  await sql`update operator set address = name || '@courier.example' where id = ${operatorId}`.execute(
    house.db,
  )
  await putOnCall(house.db, { operatorId, deputy })
}

async function automatic(changes: Record<string, unknown> = {}): Promise<void> {
  const all = { automatic: true, hours: ['07:00'], zone: 'Europe/London', lead: '1h', ...changes }
  await changeNewsletter(house.context, { slug: 'daily', changes: all })
}

async function tick(): Promise<void> {
  await sweepDueTimes(house.context, async ({ newsletterSlug, run }) =>
    draftDigest(house.context, { newsletterSlug, operatorId: null, again: false, run }),
  )
  await sweepApprovals(house.context)
  await releaseDue(house.context)
}

async function dueTimes() {
  const rows = await listDueTimes(house.db, { newsletterId: 1, limit: 50 })
  return rows.map(
    ({ localDate, slot, state, reason }) =>
      `${localDate} #${slot} ${state}${reason === null ? '' : `: ${reason}`}`,
  )
}

async function calls(): Promise<
  { recipient: string; link: number; edition: number; subject: string }[]
> {
  const { rows } = await sql<{ recipient: string; link: number; edition: number; subject: string }>`
    select m.recipient, (m.payload ->> 'link')::integer as link, (m.payload ->> 'edition')::integer as edition, f.subject
      from service_mail m join service_form f on f.content_hash = m.form
     where m.kind = 'approval' order by m.id`.execute(house.db)
  return rows
}

async function press(token: string, verb: string, form: Record<string, string>) {
  const response = await webOf(house).request(`/desk/${token}/${verb}`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  return { status: response.status, text: await response.text() }
}

async function look(token: string) {
  const response = await webOf(house).request(`/desk/${token}`)
  return { status: response.status, text: await response.text() }
}

async function drafted(): Promise<{ token: string; editionId: number; hash: string }> {
  await ingestArticle(house.context, { headline: 'Council votes to rebuild the fish market' })
  await ingestArticle(house.context, { headline: 'Rovers win at the last minute' })
  await automatic()
  house.wait(2 * HOUR + 5 * MINUTE)
  await tick()
  const [call] = await calls()
  if (call === undefined) throw new Error('nobody was called')
  const token = sealToken(house.context.secrets, 'desk', {
    publicId: call.link,
    reference: call.edition,
    addressVersion: 0,
  })
  const { contentHash } = await getEdition(house.db, call.edition)
  return { token, editionId: call.edition, hash: contentHash }
}

describe('an edition by the clock', () => {
  test('is drafted ahead of its hour, a person is called, says yes on the page, and it leaves at its hour', async () => {
    const { token, editionId, hash } = await drafted()
    const page = await look(token)
    expect(page.text).toContain('Council votes to rebuild the fish market')
    expect(page.text).toContain('To leave at')

    const answer = await press(token, 'approve', { hash })
    expect(answer.status).toBe(303)
    expect((await look(`${token}?done=approve`)).text).toContain('Approved. It leaves at its hour.')
    await tick()
    expect((await getEdition(house.db, editionId)).state).toBe('approved')
    house.wait(55 * MINUTE)
    await tick()

    expect((await getEdition(house.db, editionId)).state).toBe('sending')
    await tick()
    expect(await dueTimes()).toEqual(['2026-11-22 #1 sent'])
    expect(await calls()).toHaveLength(1)
  })

  test('that nobody approves is held with the reason, after reminders, and people are called once each', async () => {
    await drafted()
    const omar = await addOperator(house.context, { name: 'omar', role: 'publisher' })
    await called(omar.id, { deputy: true })
    for (const minutes of [15, 30, 10, 5, 10]) {
      house.wait(minutes * MINUTE)
      await tick()
      await tick()
    }

    expect((await calls()).map(({ recipient, subject }) => `${recipient} ${subject}`)).toEqual([
      'ines@courier.example Your Newspaper: An edition waits for your yes',
      expect.stringMatching(/^ines@.*40 minutes left/),
      expect.stringMatching(/^ines@.*10 minutes left/),
      expect.stringMatching(/^omar@.*Nobody has answered/),
    ])
    expect(await getEdition(house.db, 1)).toMatchObject({
      state: 'held',
      stateReason: expect.stringContaining('nobody had said yes'),
    })
    expect(await dueTimes()).toEqual([
      '2026-11-22 #1 held: nobody had said yes by 07:00 GMT, 22 November',
    ])
  })

  test('without anything to tell, paused, and too late each leave their row with the reason', async () => {
    await automatic()
    await pauseNewsletter(house.context, {
      slug: 'daily',
      from: '2026-11-23',
      until: '2026-11-23',
      reason: 'a day of mourning',
      operatorId: 1,
    })
    house.wait(3 * HOUR)
    await tick()
    house.wait(24 * HOUR)
    await tick()
    house.wait(40 * HOUR)
    await tick()

    expect(await dueTimes()).toEqual([
      '2026-11-24 #1 skipped: nobody was at work at its hour, and when somebody was it was too late to send',
      '2026-11-23 #1 skipped: paused: a day of mourning',
      expect.stringMatching(/^2026-11-22 #1 skipped: nothing new to tell/),
    ])
  })

  test('of two schedulers at once, and a clock that was set back, is one', async () => {
    await ingestArticle(house.context, { headline: 'Council votes to rebuild the fish market' })
    await automatic({ approval: 'none' })
    house.wait(2 * HOUR + 5 * MINUTE)
    await Promise.all([tick(), tick(), tick()])
    house.wait(-HOUR)
    await tick()
    house.wait(2 * HOUR)
    await Promise.all([tick(), tick()])
    await tick()

    const { rows } = await sql`select id from edition`.execute(house.db)
    expect(rows).toHaveLength(1)
    expect(await dueTimes()).toEqual(['2026-11-22 #1 sent'])
  })
})

describe('the link in a call', () => {
  test('does nothing when a scanner follows it', async () => {
    const { token, editionId } = await drafted()

    for (let times = 0; times < 3; times += 1) expect((await look(token)).status).toBe(200)

    expect((await getEdition(house.db, editionId)).state).toBe('draft')
  })

  test('works once, and then says that it was used', async () => {
    const { token, hash } = await drafted()
    await press(token, 'approve', { hash })

    const again = await press(token, 'stop', { hash, reason: 'wrong' })

    expect(again.text).toContain('This link was used already: approved')
    expect((await getEdition(house.db, 1)).state).toBe('approved')
  })

  test('after an edit by somebody else says so, and approves nothing', async () => {
    const { token, editionId, hash } = await drafted()
    await changeDraft(house.context, {
      editionId,
      draftNumber: (await getEdition(house.db, editionId)).draftNumber,
      edits: [{ change: 'subject', text: 'Another subject' }],
      operator: { id: 1, name: 'ines' },
    })

    const answer = await press(token, 'approve', { hash })

    expect(answer.text).toContain('was changed after this mail was sent')
    expect(answer.text).toContain('Mail me a new link')
    expect((await getEdition(house.db, editionId)).state).toBe('draft')
    expect((await press(token, 'again', {})).text).toContain('on its way')
  })

  test('expires, and a damaged one opens nothing', async () => {
    const { token, hash } = await drafted()
    house.wait(9 * HOUR)

    expect((await press(token, 'approve', { hash })).text).toMatch(/has run out|nothing to decide/)
    expect((await look(`${token.slice(0, -1)}A`)).status).toBe(404)
  })

  test('changes the edition, and follows the change', async () => {
    const { token, editionId } = await drafted()
    const { draftNumber, draft } = await getEdition(house.db, editionId)
    const [first] = draft?.form === 'digest' ? draft.items : []

    const answer = await press(token, 'edit', {
      change: 'headline',
      story: String(first?.storyId),
      text: 'The market comes back',
      draft: String(draftNumber),
    })
    const page = await look(token)
    const late = await press(token, 'edit', {
      change: 'subject',
      text: 'Too late',
      draft: String(draftNumber),
    })

    expect(answer.status).toBe(303)
    expect(page.text).toContain('The market comes back')
    expect(page.text).toContain('rewritten by ines')
    expect(late.status).toBe(409)
    expect(late.text).toContain('Somebody else changed edition')
    const { contentHash, subject } = await getEdition(house.db, editionId)
    expect(subject).toBe('The market comes back')
    expect((await press(token, 'approve', { hash: contentHash })).status).toBe(303)
    expect((await getEdition(house.db, editionId)).state).toBe('approved')
  })

  test('sends back with a note', async () => {
    const { token, editionId, hash } = await drafted()

    await press(token, 'send-back', { hash, note: 'The lead is old.' })

    expect(await getEdition(house.db, editionId)).toMatchObject({
      state: 'draft',
      stateReason: 'sent back by ines: The lead is old.',
    })
  })
})
