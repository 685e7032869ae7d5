import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { drainLane } from '#deliveries/drain.ts'
import { planEdition } from '#deliveries/plan.ts'
import { approveEdition, sendEdition } from '#deliveries/send-edition.ts'
import { openSender, type Outlet, type Sender, type Sending } from '#deliveries/sender.ts'
import { composeDigest } from '#editions/compose-digest.ts'
import { draftAlert } from '#editions/alerts/draft-alert.ts'
import { getEdition } from '#editions/store.ts'
import { reasonOf } from '#errors.ts'
import type { Dkim } from '#mail/dkim/dkim.ts'
import type { Outcome, OutgoingMail } from '#mail/outcome.ts'
import type { Profile } from '#mail/profile.ts'
import type { Lane } from '#queue/jobs.ts'
import { ingestArticle } from '../articles-fixture.ts'
import type { House } from '../house.ts'

export type Handed = { from: string; to: string; raw: Buffer }

type Script = (mail: {
  to: string
  number: number
  signal: AbortSignal | undefined
}) => Outcome | undefined | Promise<Outcome | undefined>

export const ACCEPTED: Outcome = {
  kind: 'accepted',
  relayId: '4F3A21',
  reply: '250 2.0.0 Ok: queued as 4F3A21',
}
export const UNSENT = {
  kind: 'unsent',
  reason: 'connect ECONNREFUSED 127.0.0.1:25',
} satisfies Outcome

const OWN: Profile = {
  name: 'own',
  sign: true,
  replaces: [],
  headers: [],
  keepsMessageId: true,
  bounces: 'envelope',
  warmUp: false,
}

/** Keys that sign nothing, as where there are none. */
export const NO_KEYS: Dkim = {
  pinFor: () => null,
  signerFor: () => null,
  reload: async () => undefined,
}

/** A relay that does what the script says, and takes every mail it says nothing about. It keeps what was handed over. */
export class ScriptedRelay implements Outlet {
  readonly mails: Handed[] = []
  readonly credits: { name: string; mails: number }[] = []
  readonly connections: number
  script: Script
  tries = 0
  inFlight = 0

  constructor(script: Script = () => undefined, connections = 1) {
    this.script = script
    this.connections = connections
  }

  async send({ envelope, message, begun, signal }: OutgoingMail): Promise<Outcome> {
    signal?.throwIfAborted()
    const { bytes } = await message(OWN)
    this.tries += 1
    this.inFlight += 1
    try {
      const { to } = envelope
      const outcome = (await this.script({ to, number: this.tries, signal })) ?? ACCEPTED
      if (outcome.kind === 'unsent') return outcome
      begun()
      this.mails.push({ ...envelope, raw: Buffer.from(bytes) })
      return outcome
    } catch (error) {
      if (signal?.aborted === true) throw error
      return { kind: 'unsent', reason: reasonOf(error) }
    } finally {
      this.inFlight -= 1
    }
  }

  capacity(): number {
    return this.connections
  }

  health(): ReturnType<Outlet['health']> {
    return []
  }

  limits(): ReturnType<Outlet['limits']> {
    return []
  }

  credit(): number {
    return Number.POSITIVE_INFINITY
  }

  addCredit(name: string, mails: number): void {
    this.credits.push({ name, mails })
  }

  share(): void {}
}

export type Desk = AsyncDisposable & {
  context: Sending
  sender: Sender
  relay: ScriptedRelay
  dataDir: string
  drain(lane?: Lane, signal?: AbortSignal): Promise<number>
}

/**
 * A sending process with a scripted relay: one connection, unless told otherwise, so that mails go in order; `beside`
 * another on its host. Retries come at the middle of their spread.
 */
export async function openDesk(
  house: House,
  {
    script,
    connections = 1,
    beside,
    dkim = NO_KEYS,
    random = () => 0.5,
  }: {
    script?: Script
    connections?: number
    beside?: Desk
    dkim?: Dkim
    random?: () => number
  } = {},
): Promise<Desk> {
  const dataDir = beside?.dataDir ?? (await mkdtemp(join(tmpdir(), 'daybreak-desk-')))
  const relay = new ScriptedRelay(script, connections)
  const sender = await openSender(house.context, { dataDir, relays: relay, dkim, random })
  const context = { ...house.context, sender }
  return {
    context,
    sender,
    relay,
    dataDir,
    async drain(lane = 'digest', signal = new AbortController().signal) {
      return (await drainLane(context, { lane, signal })).claimed
    },
    async [Symbol.asyncDispose]() {
      await sender[Symbol.asyncDispose]()
      if (beside === undefined) await rm(dataDir, { recursive: true, force: true })
    },
  }
}

export async function ensureOperator({ db, now }: Pick<House, 'db' | 'now'>): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into operator (name, role, created_at) values ('ines', 'admin', ${now})
    on conflict (name) do update set name = excluded.name
    returning id`.execute(db)
  return rows[0]?.id ?? 0
}

/** Topics exist once somebody has named them; a reader can follow them from then on. */
export async function nameTopics({ db }: Pick<House, 'db'>): Promise<void> {
  await sql`insert into topic (slug, name) values ('council', 'Council'), ('sport', 'Sport'), ('weather', 'Weather')`.execute(
    db,
  )
}

/** Two stories of two topics, composed and approved. */
export async function approveDigest(house: House): Promise<number> {
  await ingestArticle(house.context, {
    headline: 'Council votes to rebuild the fish market',
    topics: ['Council'],
  })
  await ingestArticle(house.context, {
    headline: 'Rovers win at the last minute',
    topics: ['Sport'],
    paragraphs: [
      'A header in stoppage time gave Ansel Rovers the derby and sent the visitors home without a point for the first time.',
      'The stadium saw its largest crowd since spring, and the manager called it the best evening of a long season.',
    ],
  })
  const { editionId } = await composeDigest(house.context, {
    newsletterSlug: 'daily',
    operatorId: null,
    again: false,
  })
  await approve(house, editionId)
  return editionId
}

/** Composed, approved, released, and all its readers planned. */
export async function releaseDigest(
  house: House,
  rule: 'now' | 'local hour' = 'now',
): Promise<number> {
  const editionId = await approveDigest(house)
  await sendEdition(house.context, { editionId, rule })
  await planEdition(house.context, { editionId })
  return editionId
}

export async function releaseAlert(house: House): Promise<number> {
  const { articleId } = await ingestArticle(house.context, {
    headline: 'Harbour closed after two ships collide',
    breaking: true,
  })
  const { editionId } = await draftAlert(house.context, { articleId, operatorId: null })
  await approve(house, editionId)
  await sendEdition(house.context, { editionId, rule: 'now' })
  return editionId
}

export async function approve(house: House, editionId: number): Promise<void> {
  const { contentHash } = await getEdition(house.db, editionId)
  await approveEdition(house.context, {
    editionId,
    contentHash,
    operatorId: await ensureOperator(house),
  })
}

export type Row = {
  subscriberId: number
  state: string
  reason: string | null
  reply: string | null
  attempt: number
  retryAt: Date | null
}

export async function readRows({ db }: Pick<House, 'db'>, editionId: number): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select subscriber_id as "subscriberId", state, reason, reply, attempt, retry_at as "retryAt"
      from delivery where edition_id = ${editionId} order by subscriber_id`.execute(db)
  return rows
}

/** What became of the readers, in the order of their ids: `accepted`, or `excluded: left`. */
export async function fates(house: Pick<House, 'db'>, editionId: number): Promise<string[]> {
  const rows = await readRows(house, editionId)
  return rows.map(({ state, reason }) => (reason === null ? state : `${state}: ${reason}`))
}

export async function stateOf({ db }: Pick<House, 'db'>, editionId: number): Promise<string> {
  return (await getEdition(db, editionId)).state
}

/** Readers straight into the tables: a thousand in a moment. */
export async function addCrowd(
  { db, now }: Pick<House, 'db' | 'now'>,
  count: number,
): Promise<void> {
  await sql`
    with reader as (
      insert into subscriber (public_id, state, email, address_hash, domain, time_zone, language, created_at, confirmed_at)
      select 1000000 + n, 'active', 'crowd' || n || '@example.net', sha256(('crowd' || n)::bytea), 'example.net'
           , 'Europe/London', 'en', ${now}, ${now}
        from generate_series(1, ${count}::integer) n
      returning id)
    insert into subscription (subscriber_id, newsletter_id, cadence, changed_at)
    select r.id, n.id, 'daily', ${now} from reader r, newsletter n where n.slug = 'daily'`.execute(
    db,
  )
}
