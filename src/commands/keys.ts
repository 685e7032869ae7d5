import { parseArgs } from 'node:util'
import { type Call, type Command, tableOf } from '#commands/command.ts'
import { Refusal } from '#errors.ts'
import { fingerprintKey } from '#secrets.ts'
import { retireKey, type Rotation, rotateTokenKey } from '#subscribers/tokens/rotate-keys.ts'
import { listTokenKeys, type TokenKeyRow } from '#subscribers/tokens/token-key-store.ts'

const NEVER =
  'the suppression key never changes: with another one nobody who unsubscribed would be recognised'

export const keys: Command = {
  usage: 'keys [rotate [--everywhere] | retire NUMBER [--yes]]',
  about: "Lists the keys that sign links in readers' mails, makes the next one, or retires one.",
  async run(call) {
    const { values, positionals } = parseArgs({
      args: call.args,
      allowPositionals: true,
      options: {
        everywhere: { type: 'boolean', default: false },
        yes: { type: 'boolean', default: false },
      },
    })
    const [verb, about, ...more] = positionals
    if (more.length > 0) throw new Refusal('keys takes rotate, or retire and one number')
    if (about?.startsWith('suppression') === true) throw new Refusal(NEVER, { field: 'id' })
    switch (verb) {
      case undefined:
        return list(call)
      case 'rotate':
        return rotate(call, values.everywhere)
      case 'retire':
        return retire(call, { id: keyNumber(about), sure: values.yes })
      default:
        throw new Refusal(`keys takes rotate or retire, not "${verb}"`)
    }
  },
}

async function list({ out, enter }: Call): Promise<void> {
  await using house = await enter('read')
  const { db, clock, secrets } = house.app.context
  const rows = await listTokenKeys(db)
  const table = rows.map((row) => ({
    key: row.id,
    print: short(row.fingerprint),
    'used from': row.usedFrom.getTime() === 0 ? 'the beginning' : minuteOf(row.usedFrom),
    state: stateOf(row, { rows, now: clock.now() }),
  }))
  for (const line of tableOf(table)) out.line(line)
  out.line(
    `The do-not-mail list has a key of its own (${short(fingerprintKey(secrets.suppressionKey))}), which never changes.`,
  )
}

function stateOf(row: TokenKeyRow, { rows, now }: { rows: TokenKeyRow[]; now: Date }): string {
  if (row.retiredAt !== null) return `retired ${minuteOf(row.retiredAt)}`
  if (row.usedFrom > now) return 'used soon'
  const later = rows.some(
    ({ usedFrom, retiredAt }) => retiredAt === null && usedFrom > row.usedFrom && usedFrom <= now,
  )
  return later ? 'opens links of earlier mails' : 'signs'
}

async function rotate({ out, enter }: Call, everywhere: boolean): Promise<void> {
  await using house = await enter('change settings')
  const { context, dataDir } = house.app
  const rotation = await rotateTokenKey(context, { dataDir, everywhere })
  if (rotation.kind === 'made') await house.note('rotate token key', `key ${rotation.id}`)
  for (const line of linesOf(rotation)) out.line(line)
}

function linesOf(rotation: Rotation): string[] {
  const { id } = rotation
  switch (rotation.kind) {
    case 'made':
      return [
        `key ${id} signs links of mails from ${rotation.usedFrom.toISOString()} on; links of earlier mails go on working`,
        `  put it into your backup of the keys; "daybreak keys retire ${id - 1}" is for 13 months from now`,
      ]
    case 'copy first':
      return [
        `key ${id} is made and not used yet, because ${rotation.hosts} machines send mail:`,
        `  copy secrets/token-key-${id} of this data directory to the others, then run "daybreak keys rotate --everywhere"`,
      ]
    case 'set first':
      return [
        'nothing is changed: the keys come from DAYBREAK_TOKEN_KEY',
        `  put a comma behind what is there and the output of "openssl rand -hex 32" as key ${id}, on every machine,`,
        '  restart them, then run "daybreak keys rotate" again',
      ]
  }
}

async function retire(
  { out, enter }: Call,
  { id, sure }: { id: number; sure: boolean },
): Promise<void> {
  await using house = await enter('change settings')
  const { context } = house.app
  await retireKey(context, { id, sure })
  await house.note('retire token key', `key ${id}`, { sure })
  out.line(`key ${id} is retired: links that were signed with it open nothing within ten seconds`)
  if (id === 1) {
    out.line('  keep its file all the same: numbers of mails are made with it')
  }
}

function keyNumber(text: string | undefined): number {
  if (text !== undefined && /^\d{1,3}$/.test(text)) return Number(text)
  throw new Refusal('name a key by its number: "daybreak keys" lists them', { field: 'id' })
}

function short(fingerprint: string): string {
  return fingerprint.slice(0, 8)
}

function minuteOf(time: Date): string {
  return time.toISOString().slice(0, 16).replace('T', ' ')
}
