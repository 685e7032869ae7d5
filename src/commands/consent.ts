import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type Call, type Command, type Entered, tableOf } from '#commands/command.ts'
import { readSettings } from '#editions/publication.ts'
import { withSlash } from '#editions/story-block.ts'
import { Refusal } from '#errors.ts'
import { consentPage } from '#http/html/consent-page.ts'
import { eventInWords, witnessInWords } from '#http/html/consent-words.ts'
import { languageOf } from '#mail/words.ts'
import { may } from '#operators/operator.ts'
import { findOwnReader, type OwnReader } from '#reports/own-data/own-data-store.ts'
import { hashAddress } from '#secrets.ts'
import { maskAddress, normaliseAddress } from '#subscribers/address.ts'
import { countEvents, listEvents, type LedgerEvent } from '#subscribers/consent/event-store.ts'
import { findByAddress } from '#subscribers/store.ts'

const MOST = 10_000

export const consent: Command = {
  usage: 'consent ADDRESS|READER [--json | --html FILE]\n  daybreak consent --since DATE [--json]',
  about:
    'Every agreement and withdrawal of a reader, for that reader or an auditor; or the whole ledger in numbers by month.',
  async run(call) {
    const { values, positionals } = parseArgs({
      args: call.args,
      allowPositionals: true,
      options: {
        since: { type: 'string' },
        html: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    const [who, ...more] = positionals
    if (values.since !== undefined && who === undefined)
      return counts(call, { since: parseDate(values.since), json: values.json })
    if (who === undefined || more.length > 0 || values.since !== undefined)
      throw new Refusal('consent takes one mail address or reader number, or --since DATE')
    return sheet(call, { who, json: values.json, file: values.html ?? null })
  },
}

async function counts(
  { out, enter }: Call,
  { since, json }: { since: Date; json: boolean },
): Promise<void> {
  await using house = await enter('read')
  const rows = await countEvents(house.app.context.db, { since, limit: MOST })
  if (json) return out.line(JSON.stringify(rows, null, 2))
  if (rows.length === 0) out.line('Nothing is written down since then.')
  for (const line of tableOf(rows)) out.line(line)
}

async function sheet(
  { out, enter }: Call,
  { who, json, file }: { who: string; json: boolean; file: string | null },
): Promise<void> {
  await using house = await enter('read')
  const { db } = house.app.context
  const reader = await findReader(house, who)
  const events = await listEvents(db, { subscriberId: reader.number, limit: MOST })
  const address = addressFor(house, reader)
  if (file !== null) {
    await writeFile(file, await pageOf(house, { reader, address, events }), { mode: 0o600 })
    out.line(`written to ${file}`)
    return
  }
  if (json) return out.line(JSON.stringify({ reader: reader.number, address, events }, null, 2))
  out.line(`reader ${reader.number}, ${address ?? 'address erased'}`)
  if (events.length === 0) out.line('Nothing is written down.')
  const table = events.map((event) => ({
    at: event.at.toISOString(),
    what: eventInWords(event, 'en'),
    how: witnessInWords(event, 'en'),
  }))
  for (const line of tableOf(table)) out.line(line)
}

/** The number finds also who was erased. */
async function findReader({ app: { context } }: Entered, who: string): Promise<OwnReader> {
  const { db, secrets } = context
  const id = /^\d{1,15}$/.test(who)
    ? Number(who)
    : (await findByAddress(db, hashAddress(secrets, normaliseAddress(who).email)))?.id
  const found = id === undefined ? undefined : await findOwnReader(db, id)
  if (found === undefined) throw new Refusal('there is no such reader', { field: 'address' })
  return found
}

function addressFor({ operator }: Entered, { email }: OwnReader): string | null {
  if (email === null) return null
  return may(operator.role, 'add readers') ? email : maskAddress(email)
}

async function pageOf(
  { app: { context } }: Entered,
  { reader, address, events }: { reader: OwnReader; address: string | null; events: LedgerEvent[] },
): Promise<string> {
  const { db, config } = context
  const { name, url, privacyUrl, language } = await readSettings({ db })
  const frame = {
    publication: { name, url, privacyUrl },
    language: [reader.language, language].find((wish) => languageOf(wish) !== undefined) ?? 'en',
    assets: new URL('assets', withSlash(config.publicUrl)).href,
  }
  const { number, timeZone } = reader
  return String(await consentPage(frame, { number, address, timeZone, events }))
}

/** A day of the calendar, in UTC. @throws Refusal */
function parseDate(text: string): Date {
  const date = new Date(`${text}T00:00:00Z`)
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(date.getTime()))
    throw new Refusal(`--since is not "${text.slice(0, 40)}": give it a day such as 2026-01-31`, {
      field: 'since',
    })
  return date
}
