import { parseArgs } from 'node:util'
import { type Command, tableOf } from '#commands/command.ts'
import { Refusal } from '#errors.ts'
import { createToken, listTokens, revokeToken, scopes } from '#operators/api-token.ts'
import { listAudit } from '#operators/audit.ts'
import { addOperator, getOperator, listOperators, roles, setAddress } from '#operators/operator.ts'

export const operators: Command = {
  usage: `operators [add <name> --role ${roles.join('|')} | address <name> <address>]`,
  about: 'Lists or adds team members; says where mails of the desk reach one.',
  async run({ args, out, enter }) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { role: { type: 'string', default: 'editor' } },
    })
    const [verb, name, address] = positionals
    if (verb === undefined) {
      await using house = await enter('read')
      for (const line of tableOf(
        (await listOperators(house.app.context)).map((row) => ({ name: row.name, role: row.role })),
      ))
        out.line(line)
      return
    }
    const known = verb === 'add' || (verb === 'address' && address !== undefined)
    if (!known || name === undefined)
      throw new Refusal('operators takes: add NAME --role ROLE, or address NAME ADDRESS')
    await using house = await enter('manage operators')
    if (address !== undefined) {
      const { context } = house.app
      await setAddress(context, { operator: await getOperator(context, name), address })
      await house.note('set address', name)
      out.line(`mails of the desk to ${name} go to ${address}`)
      return
    }
    const added = await addOperator(house.app.context, { name, role: values.role })
    await house.note('add operator', added.name, { role: added.role })
    out.line(`${added.name} is ${added.role}`)
  },
}

export const tokens: Command = {
  usage: `tokens [create <name> --scope SCOPE… | revoke <name>]`,
  about: `Lists, makes or revokes API tokens. Scopes: ${scopes.join(', ')}.`,
  async run({ args, out, enter }) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { scope: { type: 'string', multiple: true, default: [] } },
    })
    const [verb, name] = positionals
    await using house = await enter(verb === undefined ? 'read' : 'manage tokens')
    const { context } = house.app
    if (verb === undefined) {
      const rows = (await listTokens(context)).map((row) => ({
        token: row.name,
        of: row.operator,
        scopes: row.scopes.join(' '),
        state: row.revoked_at === null ? 'in use' : 'revoked',
        used: row.last_used_at?.toISOString() ?? 'never',
      }))
      for (const line of tableOf(rows)) out.line(line)
      return
    }
    if (name === undefined)
      throw new Refusal('tokens takes: create NAME --scope SCOPE, or revoke NAME', {
        field: 'name',
      })
    if (verb === 'create') {
      const text = await createToken(context, {
        operator: house.operator,
        name,
        scopes: values.scope,
      })
      await house.note('create token', name, { scopes: values.scope })
      out.line(text)
    } else if (verb === 'revoke') {
      await revokeToken(context, { operator: house.operator, name })
      await house.note('revoke token', name)
      out.line(`${name} is revoked`)
    } else {
      throw new Refusal(`tokens takes create or revoke, not "${verb}"`)
    }
  },
}

export const auditLog: Command = {
  usage: 'audit',
  about: 'Shows who did what, newest first.',
  async run({ out, enter }) {
    await using house = await enter('read')
    const rows = (await listAudit(house.app.context, 100)).map((row) => ({
      at: row.at.toISOString(),
      who: row.actor,
      did: row.verb,
      what: row.subject,
    }))
    for (const line of tableOf(rows)) out.line(line)
  },
}
