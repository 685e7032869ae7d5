import { sql } from 'kysely'
import { takeReply } from '#deliveries/returns/take-reply.ts'
import { takeReturn } from '#deliveries/returns/take-return.ts'
import { askAddressChange } from '#deliveries/service/address-change.ts'
import { sendOwnDataLink } from '#deliveries/service/own-data-link.ts'
import { changeSetting } from '#editions/publication.ts'
import { hashAddress } from '#secrets.ts'
import { normaliseAddress } from '#subscribers/address.ts'
import { sealToken } from '#subscribers/tokens.ts'
import { unsubscribe } from '#subscribers/unsubscribe.ts'
import { bounceOf, tokenOf } from '../../deliveries/returns-fixture.ts'
import { type Desk, nameTopics, openDesk, releaseDigest } from '../../deliveries/send-fixture.ts'
import { addReaders, type House, openHouse } from '../../house.ts'

export const EMAIL = 'reader1@example.org'
export const NEW_EMAIL = 'newhome@example.net'
/** Where the reader answers from. */
export const OTHER_EMAIL = 'ann@work.example'
/** A page, with all that a person leaves on one. */
export const WITNESS = {
  form: 'own data',
  formVersion: 'own data 1',
  network: '203.0.113.0/24',
  tokenId: '0123456789abcdef',
}

export type Life = House & { desk: Desk; editionId: number }

/** A house where the first of three readers left a trace wherever a reader can. */
export async function openLife(): Promise<Life> {
  const house = await openHouse()
  await nameTopics(house)
  await addReaders(house, 3, { topics: ['council'] })
  await changeSetting(house.context, 'replyTo', 'desk@courier.example')
  const desk = await openDesk(house)
  const editionId = await releaseDigest(house)
  await desk.drain()
  const life = Object.assign(house, { desk, editionId })
  await choose(life)
  await correspond(life)
  await wait(life)
  return life
}

async function choose({ db, now }: Life): Promise<void> {
  await sql`
    update subscriber set digest_time = '07:15', language = 'de', attributes = '{"city": "Harbour Town"}' where id = 1`.execute(
    db,
  )
  await sql`insert into story_mute (subscriber_id, story_id, until) select 1, min(id), ${now} from story`.execute(
    db,
  )
  // A relay often repeats whom it refuses.
  await sql`update delivery set reply = '250 <Reader1@example.org> Ok' where subscriber_id = 1`.execute(
    db,
  )
}

async function correspond(life: Life): Promise<void> {
  const { context, desk, editionId } = life
  await sendOwnDataLink(context, { subscriberId: 1 })
  const address = normaliseAddress(NEW_EMAIL)
  await askAddressChange(context, { subscriberId: 1, address, witness: WITNESS })
  await desk.drain('confirmation')
  const token = await tokenOf(life, { editionId })
  const letter = { kind: 'reply', subject: 'Hello', text: `Write to ${EMAIL}` } as const
  const answered = { ...letter, from: `Ann <${EMAIL}>` }
  const elsewhere = { ...letter, from: `Ann <${OTHER_EMAIL}>`, text: 'Hello' }
  await takeReply(context, { channel: 'smtp', key: 'answer', returned: answered, token })
  await takeReply(context, { channel: 'smtp', key: 'other', returned: elsewhere, token })
  await takeReply(context, { channel: 'smtp', key: 'letter', returned: answered })
  await takeReturn(context, { channel: 'smtp', key: 'soft', returned: bounceOf('soft'), token })
  await desk.drain('confirmation')
}

/** What waits for somebody to look at it. */
async function wait(life: Life): Promise<void> {
  const { db, context, now } = life
  await sql`
    with run as (
      insert into import_run (at, file_hash, file_name, format, mapping)
      values (${now}, sha256('list'), 'list.csv', 'plain', '{}') returning id
    )
    insert into import_ask (subscriber_id, import_id) select s.id, run.id from subscriber s, run`.execute(
    db,
  )
  await sql`
    insert into returned (at, channel, event_key, kind, verdict, payload)
    values (${now}, 'ses', 'waiting', 'bounce', 'hard', ${JSON.stringify({ recipient: hashOf(life).toString('hex') })}::jsonb)`.execute(
    db,
  )
  await sql`
    insert into sign_up (at, email, newsletters, time_zone, language, form, form_version)
    values (${now}, 'Reader1@example.org', '{daily}', 'UTC', 'en', 'front page', '1')`.execute(db)
  await sendOwnDataLink(
    { ...context, clock: { now: () => new Date(now.getTime() + 3_600_000) } },
    { subscriberId: 1 },
  )
  const { publicId } = await tokenOf(life, { editionId: life.editionId })
  const about = { publicId, reference: life.editionId, addressVersion: 0 }
  const token = sealToken(context.secrets, 'unsubscribe', about)
  await unsubscribe(context, { token, all: false, witness: { ...WITNESS, form: 'one-click' } })
}

export function hashOf({ context }: Pick<House, 'context'>, email = EMAIL): Buffer {
  return hashAddress(context.secrets, email)
}

/** `table: column` of every place that holds the text, whatever its case, or the bytes it spells. */
export async function placesOf({ db }: Pick<House, 'db'>, text: string): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public' order by 1`.execute(db)
  const places: string[] = []
  for (const { name } of tables) {
    const { rows } = await sql<{ column: string }>`
      select distinct e.key as column
        from ${sql.table(name)} t, jsonb_each_text(to_jsonb(t)) e
       where strpos(lower(e.value), ${text.toLowerCase()}) > 0
       order by 1`.execute(db)
    places.push(...rows.map(({ column }) => `${name}: ${column}`))
  }
  return places
}

/** The tables that tell something by the reader's number. Mails that went out keep theirs, emptied of everything else. */
export async function placesOfReader(
  { db }: Pick<House, 'db'>,
  subscriberId: number,
): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string }>`
    select c.table_name as name
      from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = 'public' and c.column_name = 'subscriber_id' and t.table_type = 'BASE TABLE'
       and c.table_name !~ '^delivery_' and c.table_name <> 'service_mail'
     order by 1`.execute(db)
  const places: string[] = []
  for (const { name } of tables) {
    const { rows } = await sql`
      select 1 from ${sql.table(name)} where subscriber_id = ${subscriberId} limit 1`.execute(db)
    if (rows.length > 0) places.push(name)
  }
  return places
}
