import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createToken, findBearer, listTokens, revokeToken } from '#operators/api-token.ts'
import { audit, listAudit } from '#operators/audit.ts'
import { addOperator, listOperators, openOperator } from '#operators/operator.ts'
import { type House, openHouse } from '../house.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(async () => house[Symbol.asyncDispose]())

describe('who acts', () => {
  test('the first on a fresh database becomes admin, and is found again', async () => {
    const first = await openOperator(house.context, 'Ada Lovelace')
    const again = await openOperator(house.context, 'Ada Lovelace')

    expect(first).toMatchObject({ name: 'ada-lovelace', role: 'admin' })
    expect(again).toEqual(first)
  })

  test('a later unknown name is refused with the way in', async () => {
    await openOperator(house.context, 'ada')

    await expect(openOperator(house.context, 'mallory')).rejects.toThrow(
      expect.objectContaining({
        name: 'Refusal',
        status: 403,
        message: expect.stringMatching(/no team member is named "mallory".*operators add/),
      }),
    )
    expect(await listOperators(house.context)).toHaveLength(1)
  })

  test('of ten first ones at once, one becomes admin', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, async (_, index) => openOperator(house.context, `person${index}`)),
    )

    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
    expect(await listOperators(house.context)).toHaveLength(1)
  })

  test('one who has been disabled is refused', async () => {
    await openOperator(house.context, 'ada')
    await sql`update operator set disabled_at = ${house.now}`.execute(house.db)

    await expect(openOperator(house.context, 'ada')).rejects.toThrow('ada has been disabled')
  })

  test.each([
    ['bob', 'chief', 'role'],
    ['Bob', 'editor', 'name'],
    ['', 'editor', 'name'],
    ['b ob', 'editor', 'name'],
    ['-bob', 'editor', 'name'],
    ['b'.repeat(64), 'editor', 'name'],
    ['bob\u0000', 'editor', 'name'],
    ['ada', 'editor', 'name'],
  ])('a team member %j as %s is refused by its %s', async (name, role, field) => {
    await openOperator(house.context, 'ada')

    await expect(addOperator(house.context, { name, role })).rejects.toThrow(
      expect.objectContaining({ name: 'Refusal', field }),
    )
  })
})

describe('an API token', () => {
  test('opens as its operator with its scopes', async () => {
    const operator = await openOperator(house.context, 'ada')

    const text = await createToken(house.context, {
      operator,
      name: 'cms',
      scopes: ['articles:write'],
    })

    expect(text).toMatch(/^db_[\w-]{43}$/)
    expect(await findBearer(house.context, text)).toMatchObject({
      operator,
      scopes: ['articles:write'],
    })
  })

  test.each([
    ['cms', [], 'scopes'],
    ['cms', ['articles:read'], 'scopes'],
    ['', ['articles:write'], 'name'],
    [' ', ['articles:write'], 'name'],
    ['a\nb', ['articles:write'], 'name'],
    ['x'.repeat(81), ['articles:write'], 'name'],
    ['taken', ['articles:write'], 'name'],
  ])('named %j with the scopes %j is refused by its %s', async (name, scopes, field) => {
    const operator = await openOperator(house.context, 'ada')
    await createToken(house.context, { operator, name: 'taken', scopes: ['articles:write'] })

    await expect(createToken(house.context, { operator, name, scopes })).rejects.toThrow(
      expect.objectContaining({ name: 'Refusal', field }),
    )
    expect(await listTokens(house.context)).toHaveLength(1)
  })

  test('is revoked by its owner only, and once', async () => {
    const operator = await openOperator(house.context, 'ada')
    const other = await addOperator(house.context, { name: 'bob', role: 'admin' })
    const text = await createToken(house.context, {
      operator,
      name: 'cms',
      scopes: ['articles:write'],
    })

    await expect(revokeToken(house.context, { operator: other, name: 'cms' })).rejects.toThrow(
      'bob has no token named cms in use',
    )
    await revokeToken(house.context, { operator, name: 'cms' })
    await expect(revokeToken(house.context, { operator, name: 'cms' })).rejects.toThrow(
      'ada has no token named cms in use',
    )

    expect(await findBearer(house.context, text)).toBeUndefined()
  })
})

describe('the audit log', () => {
  test('lists who did what, newest first', async () => {
    const operator = await openOperator(house.context, 'ada')
    await audit(house.context, {
      operatorId: operator.id,
      actor: 'ada',
      verb: 'approve',
      subject: 'edition 1',
    })
    await audit(house.context, {
      operatorId: operator.id,
      actor: 'ada',
      verb: 'send',
      subject: 'edition 1',
      detail: { audience: 3 },
    })

    const entries = await listAudit(house.context, 10)

    expect(entries).toEqual([
      { at: house.now, actor: 'ada', verb: 'send', subject: 'edition 1', detail: { audience: 3 } },
      { at: house.now, actor: 'ada', verb: 'approve', subject: 'edition 1', detail: {} },
    ])
  })

  test.each([
    ['changed', sql`update audit_event set actor = 'nobody'`],
    ['deleted', sql`delete from audit_event`],
    ['emptied', sql`truncate audit_event`],
  ])('cannot be %s', async (_, statement) => {
    await audit(house.context, {
      operatorId: null,
      actor: 'ada',
      verb: 'send',
      subject: 'edition 1',
    })

    await expect(statement.execute(house.db)).rejects.toThrow('audit_event is append-only')
    expect(await listAudit(house.context, 10)).toHaveLength(1)
  })
})
