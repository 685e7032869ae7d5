import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { pgdataOf } from '#db/cluster.ts'
import { readPostmasterFile } from '#db/postmaster-file.ts'
import type { DrillHouse } from '#drill/drill-house.ts'
import { Senders } from '#drill/senders.ts'
import { getEdition } from '#editions/store.ts'
import { cpuMsOf, cpuMsOfTree, peakMbOf } from './cpu.ts'
import { letGo, makeEdition, planAndHold } from './made-edition.ts'

export type SendOrder = {
  bytes: number
  /** The ports of the relay, one a process; the same port for all of them does as well. */
  ports: number[]
  signed?: boolean
  env?: Record<string, string>
}

export type Sent = {
  accepted: number
  mailsPerSecond: number
  senderCpuMsPerMail: number
  postgresCpuMsPerMail: number
  rssMb: number
  messageBytes: number
}

/** Longer than any run that is worth waiting for. */
const PATIENCE_MS = 3_600_000

/**
 * Sends one edition with sending processes of its own and measures them. It is planned beforehand and held until they
 * are up: the time runs from its release to the last accepted row of the ledger.
 */
export async function sendOnce(house: DrillHouse, order: SendOrder): Promise<Sent> {
  const { context } = house.app
  const { editionId, messageBytes } = await makeEdition(context, order)
  await planAndHold(context, { editionId, signed: order.signed === true })
  await using senders = new Senders({
    environments: order.ports.map((port) => ({ ...house.environmentOf(port), ...order.env })),
    logFile: join(house.dataDir, 'senders.log'),
  })
  senders.start()
  await untilUp(house, senders.lives.length)
  const pids = senders.lives.map(({ pid }) => pid)
  const postgres = await readPostmasterFile(pgdataOf(house.dataDir))
  const cpu = () => ({
    sender: pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0),
    postgres: postgres === undefined ? 0 : cpuMsOfTree(postgres.pid),
  })
  const before = cpu()
  const began = Date.now()
  await letGo(context, editionId)
  await untilSent(house, editionId)
  const after = cpu()
  const rssMb = Math.max(...pids.map(peakMbOf))
  const { accepted, lastAt } = await readEnd(house, editionId)
  const { dkim } = await getEdition(context.db, editionId)
  if ((dkim?.selectors.length ?? 0) > 0 !== (order.signed === true))
    throw new Error('what was to be signed was not, or the reverse: no figures')
  if (senders.endedByThemselves > 0) throw new Error('a sender ended in the middle: no figures')
  return {
    accepted,
    mailsPerSecond: (accepted * 1000) / (lastAt.getTime() - began),
    senderCpuMsPerMail: (after.sender - before.sender) / accepted,
    postgresCpuMsPerMail: (after.postgres - before.postgres) / accepted,
    rssMb,
    messageBytes,
  }
}

async function untilUp({ app }: DrillHouse, processes: number): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from sender where ended_at is null`.execute(app.context.db)
    if ((rows[0]?.count ?? 0) >= processes) {
      // What a start does besides is over by then, and not counted.
      await sleep(2000)
      return
    }
    await sleep(100)
  }
  throw new Error('the senders did not come up within a minute')
}

async function untilSent({ app }: DrillHouse, editionId: number): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(250)) {
    const { rows } = await sql<{ state: string; reason: string | null }>`
      select state, state_reason as reason from edition where id = ${editionId}`.execute(
      app.context.db,
    )
    const { state, reason } = rows[0] ?? { state: 'gone', reason: null }
    if (state === 'sent') return
    if (state !== 'sending') throw new Error(`the edition is ${state}: ${reason ?? 'no reason'}`)
  }
  throw new Error('the edition was not sent')
}

async function readEnd(
  { app }: DrillHouse,
  editionId: number,
): Promise<{ accepted: number; lastAt: Date }> {
  const { db } = app.context
  const { rows } = await sql<{ accepted: number; lastAt: Date | null }>`
    select count(*) as accepted, max(outcome_at) as "lastAt"
      from delivery where edition_id = ${editionId} and state = 'accepted'`.execute(db)
  const { audience } = await getEdition(db, editionId)
  const { accepted, lastAt } = rows[0] ?? { accepted: 0, lastAt: null }
  if (lastAt === null || accepted !== audience)
    throw new Error(`${accepted} of ${audience} mails were accepted: no figures`)
  return { accepted, lastAt }
}
