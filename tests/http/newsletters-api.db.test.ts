import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { changeNewsletter } from '#editions/newsletters/change-newsletter.ts'
import type { Scope } from '#operators/api-token.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { addTeam, type ApiAnswer, callApi, noted, refused, type Team } from './api-call.ts'

let house: House
let team: Team
beforeEach(async () => {
  house = await openHouse()
  team = await addTeam(house)
})
afterEach(async () => house[Symbol.asyncDispose]())

async function call(
  path: string,
  {
    body,
    method,
    as = 'admin',
    scopes = ['newsletters:read', 'newsletters:write'],
  }: { body?: object; method?: string; as?: keyof Team; scopes?: Scope[] } = {},
): Promise<ApiAnswer> {
  const asked = { as: team[as], scopes, ...(body && { body }), ...(method && { method }) }
  return callApi(house, path, asked)
}

const put = async (path: string, body: object, as: keyof Team = 'admin') =>
  call(path, { body, method: 'PUT', as })

describe('a newsletter', () => {
  test('is added, changed, paused and resumed, each with a line in the audit log', async () => {
    const added = await call('/newsletters', { body: { slug: 'evening', name: 'Evening' } })
    const changed = await call('/newsletters/evening', {
      method: 'PATCH',
      body: { revision: 1, settings: { hours: ['18:00'] } },
    })
    const second = await call('/newsletters/evening', {
      method: 'PATCH',
      body: { revision: 1, settings: { hours: ['19:00'] } },
    })
    const body = { from: '2026-12-24', reason: 'Christmas' }
    const paused = await call('/newsletters/evening/pause', { body })
    const resumed = await call('/newsletters/evening/resume', { body: {} })

    expect(added).toMatchObject({ status: 201, body: { slug: 'evening', revision: 1, pauses: [] } })
    expect(changed.body).toMatchObject({ revision: 2, settings: { hours: ['18:00'] } })
    expect(refused(second)).toMatchObject({ status: 409, field: 'revision' })
    expect(paused.body['pauses']).toMatchObject([{ fromDay: '2026-12-24', reason: 'Christmas' }])
    expect(resumed.body).toMatchObject({ pauses: [] })
    expect(await noted(house, 9)).toEqual(
      ['resume', 'pause', 'change', 'add'].map((verb) => `ada: ${verb} newsletter evening`),
    )
  })

  test('that two change at the same moment takes the first, and tells the second', async () => {
    const changes = ['07:00', '08:00', '09:00'].map(async (hours) =>
      changeNewsletter(house.context, { slug: 'daily', revision: 1, changes: { hours } }),
    )

    const ends = await Promise.allSettled(changes)

    const told = ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []))
    expect(told).toHaveLength(2)
    expect(told.join()).toMatch(/(somebody else changed.*){2}/)
  })

  test('is listed and shown with its switches, and when it comes', async () => {
    const list = await call('/newsletters', { as: 'viewer' })
    const shown = await call('/newsletters/daily', { as: 'viewer' })
    const due = await call('/newsletters/daily/due', { as: 'viewer' })

    expect(list.body['newsletters']).toMatchObject([
      { slug: 'daily', kind: 'digest', clicks: false, welcome: true },
      { slug: 'breaking', kind: 'alerts', clicks: false, welcome: true },
    ])
    expect(shown.body).toMatchObject({ slug: 'daily', clicks: false, welcome: true, pauses: [] })
    expect(due).toEqual({ status: 200, body: { due: [] } })
  })

  test('counts clicks, and welcomes with the latest, or not; saying so twice is harmless', async () => {
    const counted = await put('/newsletters/daily/clicks', { on: true })
    const again = await put('/newsletters/daily/clicks', { on: true })
    const silent = await put('/newsletters/daily/welcome', { on: false })

    expect([counted.body['clicks'], again.body['clicks']]).toEqual([true, true])
    expect(silent.body).toMatchObject({ slug: 'daily', clicks: true, welcome: false })
    expect(await noted(house, 2)).toEqual([
      'ada: welcome with the latest daily',
      'ada: count clicks daily',
    ])
  })

  test.each(['clicks', 'welcome'])('keeps its %s where the wish is none', async (name) => {
    const path = `/newsletters/daily/${name}`

    expect(refused(await put(path, { on: 'yes' }))).toMatchObject({ status: 422, field: 'on' })
    expect(refused(await put(path, {}))).toMatchObject({ status: 422, field: 'on' })
    expect((await put(`/newsletters/none/${name}`, { on: true })).status).toBe(404)
    expect((await put(path, { on: true }, 'publisher')).status).toBe(403)
    expect(
      (await call(path, { body: { on: true }, method: 'PUT', scopes: ['newsletters:read'] }))
        .status,
    ).toBe(403)
    expect(await noted(house, 9)).toEqual([])
  })
})

const add = async (address: string) => call('/staff', { body: { address } })

describe('the staff list', () => {
  beforeEach(async () => {
    await addReaders(house, 2)
  })

  test('gets readers and loses them; whoever says what is so already is told', async () => {
    const added = await add('Reader2@example.org')
    const twice = await add('reader2@example.org')
    const removed = await call('/staff/remove', { body: { address: 'reader2@example.org' } })
    const gone = await call('/staff/remove', { body: { address: 'reader2@example.org' } })

    expect(added).toEqual({
      status: 200,
      body: { readers: [{ reader: 2, address: 'r…@example.org', state: 'active' }] },
    })
    expect(refused(twice)).toMatchObject({ status: 409, field: 'address' })
    expect(removed.body).toEqual({ readers: [] })
    expect(refused(gone)).toMatchObject({ status: 409, field: 'address' })
    expect(await noted(house, 9)).toEqual([
      'ada: remove staff reader staff list',
      'ada: add staff reader staff list',
    ])
  })

  test('shows whole addresses only to who may see readers', async () => {
    await add('reader1@example.org')
    const scopes: Scope[] = ['newsletters:read', 'subscribers:read']

    const editor = await call('/staff', { as: 'editor', scopes })
    const viewer = await call('/staff', { as: 'viewer', scopes })

    expect(editor.body['readers']).toMatchObject([{ address: 'reader1@example.org' }])
    expect(viewer.body['readers']).toMatchObject([{ address: 'r…@example.org' }])
  })

  test.each(['/staff', '/staff/remove'])('is left alone by a wrong %s', async (path) => {
    const body = { address: 'reader1@example.org' }

    const none = await call(path, { body: { address: 'nobody@example.org' } })
    const empty = await call(path, { body: {} })
    const publisher = await call(path, { body, as: 'publisher' })
    const reading = await call(path, { body, scopes: ['newsletters:read'] })

    expect(refused(none)).toMatchObject({ status: 404, field: 'address' })
    expect(refused(empty)).toMatchObject({ status: 422, field: 'address' })
    expect([publisher.status, reading.status]).toEqual([403, 403])
    expect((await call('/staff')).body).toEqual({ readers: [] })
  })
})

describe('the form to paste', () => {
  test('is that of the command', async () => {
    const { status, body } = await call('/embed?newsletter=daily&topics=true&language=de')

    expect(status).toBe(200)
    expect(body['line']).toContain('data-newsletters="daily" data-topics data-language="de"')
    expect(body['form']).toContain('Anmelden')
  })

  test.each([
    ['?newsletter=none', 404, 'newsletter'],
    ['?language=it', 422, 'language'],
    ['?topics=all', 422, 'topics'],
  ])('is refused for %s', async (query, status, field) => {
    expect(refused(await call(`/embed${query}`))).toMatchObject({ status, field })
  })
})
