import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { edition as editionCommand } from '#commands/editions.ts'
import { createToken, type Scope } from '#operators/api-token.ts'
import { listAudit } from '#operators/audit.ts'
import { addOperator, type Operator } from '#operators/operator.ts'
import { runCommand } from '../commands/run-command.ts'
import { type DeskHouse, openDraftHouse } from '../deliveries/approval/desk-fixture.ts'
import { addReaders } from '../house.ts'
import { contentsOf, serviceMails, subscriberOf, webOf } from './web-fixture.ts'

const READER = 'reader1@example.org'

let house: DeskHouse
let token: string
beforeEach(async () => {
  house = await openDraftHouse()
  await addReaders(house, 1)
  token = await house.linkOf('ines')
})
afterEach(async () => house[Symbol.asyncDispose]())

const audited = async () => (await listAudit(house.context, 1))[0]
const reader = async () => (await subscriberOf(house, READER)).id

describe('the desk page', () => {
  test.each([
    '/preview',
    '/preview?variant=smallest&scheme=dark&images=off&width=desktop',
    '/preview?part=text',
    '/preview?blocks=0',
    '/mail?variant=smallest&scheme=dark&images=off',
  ])('shows the mail by a GET that changes nothing: %s', async (path) => {
    const before = await contentsOf(house)

    const { status, text } = await house.look(token, path)

    expect(status).toBe(200)
    expect(text).toContain('Council votes to rebuild the fish market')
    expect(await contentsOf(house)).toEqual(before)
  })

  test('frames the mail as it was asked for, and each link changes one thing of it', async () => {
    const { text } = await house.look(token, '/preview?variant=smallest&scheme=dark')

    expect(text).toContain('/mail?variant=smallest&amp;scheme=dark"')
    expect(text).toContain('/preview?variant=smallest&amp;scheme=dark&amp;images=off"')
    expect(text).toMatch(/<iframe[^>]*\ssandbox\s*>/)
    expect((await house.look(token, '/mail?scheme=dark')).text).toContain('@media (min-width: 0)')
  })

  test.each(['/preview?scheme=pink', '/mail?images=maybe', '/preview?blocks=0;1'])(
    'refuses what it does not know in words: %s',
    async (path) => {
      expect((await house.look(token, path)).status).toBe(422)
    },
  )

  test('shows a reader’s mail after it is noted who looked, and never who the reader is', async () => {
    const id = await reader()

    const pressed = await webOf(house).request(`/desk/${token}/preview`, {
      method: 'POST',
      body: new URLSearchParams({ reader: READER }),
    })

    const place = pressed.headers.get('location') ?? ''
    const shown = await (await webOf(house).request(place)).text()
    expect([pressed.status, place]).toEqual([303, `/desk/${token}/preview?blocks=0,1`])
    expect(shown).toContain('The mail of the reader that you named.')
    expect(shown).not.toContain(READER)
    expect(await audited()).toMatchObject({
      actor: 'ines (desk page)',
      verb: 'preview as reader',
      subject: `subscriber ${id}`,
    })
  })

  test('does not tell an unknown address from a reader who gets nothing', async () => {
    await sql`
      insert into suppression (address_hash, reason, at)
      select address_hash, 'bounced', ${house.now} from subscriber`.execute(house.db)

    const known = await house.press(token, 'preview', { reader: READER })
    const unknown = await house.press(token, 'preview', { reader: 'nobody@example.org' })

    expect([known.status, known.text]).toEqual([422, unknown.text])
  })

  test('by GET it looks at no reader, also where one is named', async () => {
    const { text } = await house.look(token, '/preview?reader=999')

    expect(text).not.toContain('The mail of the reader')
  })

  test('does not look at readers for a viewer, nor by a link that was used', async () => {
    await house.press(token, 'send-back', { hash: await house.hash(), note: 'no' })
    const used = await webOf(house).request(`/desk/${token}/preview`, {
      method: 'POST',
      body: new URLSearchParams({ reader: READER }),
    })
    await sql`update operator set role = 'viewer'`.execute(house.db)
    await sql`update desk_link set used_at = null`.execute(house.db)
    const viewer = await house.press(token, 'preview', { reader: READER })

    expect([used.status, viewer.status]).toEqual([409, 403])
  })

  test('mails a test to the person’s own address, whatever the form says', async () => {
    const { status, text } = await house.press(token, 'test', { to: 'other@example.net' })

    expect([status, text]).toEqual([
      200,
      expect.stringContaining('A test is on its way to your own address.'),
    ])
    expect(await serviceMails(house, 'test')).toEqual(['ines@courier.example'])
    expect(await audited()).toMatchObject({ actor: 'ines (desk page)', verb: 'send test' })
  })
})

async function call(
  path: string,
  {
    as = house.people.eva,
    body,
    scopes = ['editions:read', 'editions:write', 'subscribers:read'],
  }: { as?: Operator; body?: object; scopes?: Scope[] } = {},
) {
  await sql`delete from api_token`.execute(house.db)
  const bearer = await createToken(house.context, { operator: as, name: 'desk', scopes })
  const response = await webOf(house).request(`/api/v1/editions/${house.editionId}/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, text: await response.text() }
}

const run = async (args: string[], as = 'eva') =>
  runCommand(house, editionCommand, { args: [String(house.editionId), ...args], as })

describe('the API', () => {
  test('previews by the same words, and as a reader', async () => {
    const dark = await call('preview?variant=smallest&scheme=dark')
    const text = await call('preview?part=text')
    const theirs = await call(`preview?reader=${encodeURIComponent(READER)}&part=text`)

    expect(dark.text).toContain('@media (min-width: 0)')
    expect(theirs).toEqual(text)
    expect(await audited()).toMatchObject({
      verb: 'preview as reader',
      subject: `subscriber ${await reader()}`,
    })
  })

  test('to look as a reader takes the scope and the role for readers', async () => {
    const viewer = await addOperator(house.context, { name: 'vera', role: 'viewer' })
    const path = `preview?reader=${await reader()}`

    const scoped = await call(path, { scopes: ['editions:read'] })
    const lower = await call(path, { as: viewer })

    expect([scoped.status, lower.status]).toEqual([403, 403])
    expect(scoped.text).toContain('subscribers:read')
  })

  test('sends a test, and says which stories are in it', async () => {
    const { status, text } = await call('test', {
      body: { to: 'proof@courier.example', variant: 'smallest' },
    })

    expect([status, JSON.parse(text)]).toEqual([
      202,
      { edition: house.editionId, blocks: [expect.any(Number)] },
    ])
    expect(await serviceMails(house, 'test')).toEqual(['proof@courier.example'])
    expect(JSON.stringify(await audited())).not.toContain('proof@')
  })

  test('refuses a test by a viewer, and one to what is no address', async () => {
    const viewer = await addOperator(house.context, { name: 'vera', role: 'viewer' })

    const lower = await call('test', { as: viewer, body: { to: 'proof@courier.example' } })
    const wrong = await call('test', { body: { to: 'proof' } })

    expect([lower.status, wrong.status]).toEqual([403, 422])
    expect(await serviceMails(house, 'test')).toEqual([])
  })
})

describe('the command', () => {
  test('prints the mail of a variant as HTML, and of a reader as text', async () => {
    const [html = ''] = await run(['preview', '--variant', 'smallest', '--dark', '--no-images'])
    const [text = ''] = await run(['preview', '--reader', READER, '--text'])

    expect(html).toContain('@media (min-width: 0)')
    expect(html).not.toMatch(/<img[^>]*\ssrc=/)
    expect(text).toContain('Rovers win at the last minute')
    expect(text).not.toContain('<html')
    expect(await audited()).toMatchObject({ verb: 'preview as reader' })
  })

  test('mails a test, and says what it is not', async () => {
    const lines = await run(['test', '--to', 'proof@courier.example'])

    expect(lines).toEqual([
      `a test of edition ${house.editionId} is on its way to proof@courier.example; it counts nowhere, and its links work for nobody`,
    ])
    expect(await serviceMails(house, 'test')).toEqual(['proof@courier.example'])
  })
})
