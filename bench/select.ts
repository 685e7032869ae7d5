import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { sql } from 'kysely'
import { readConfig } from '#config.ts'
import { openEmbedded } from '#db/embedded.ts'
import { type Db, openDb } from '#db/open.ts'
import { planEdition } from '#deliveries/plan.ts'
import { composeReaderMail, openForm } from '#deliveries/reader-mail.ts'
import { draftDigest } from '#editions/compose-digest.ts'
import { ensureFirstNewsletters } from '#editions/newsletter.ts'
import { getEdition, releaseEdition } from '#editions/store.ts'
import { createLog } from '#log.ts'
import { UNSIGNED } from '#mail/mime/write-message.ts'
import { peakMbOf } from './support/cpu.ts'
import { report, round, tell } from './support/report.ts'
import { runBench } from './support/scope.ts'
import { addFollowers, addStories, addTold } from './select/newsroom.ts'

// A million readers who each follow some of thirty topics: which stories each gets, as rows of the ledger, and what a
// mail costs then, beside the same edition without topics.

const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '1000000' },
    topics: { type: 'string', default: '30' },
    mails: { type: 'string', default: '40000' },
    json: { type: 'boolean', default: false },
  },
})
const readers = Number(values.readers)
const topics = Number(values.topics)
const GOAL_SECONDS = 30
const NOW = new Date('2026-11-22T06:30:00Z')
const SECRETS = { tokenKey: Buffer.alloc(32, 1), suppressionKey: Buffer.alloc(32, 2) }

await runBench(async (stack) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'daybreak-bench-'))
  stack.defer(async () => rm(dataDir, { recursive: true, force: true }))
  const log = createLog({ level: 'error', name: 'bench' })
  const server = stack.use(
    await openEmbedded({ dataDir, command: 'bench', purpose: 'server', log }),
  )
  const { db } = await openDb({ url: server.url, max: 4, onError: () => undefined })
  stack.defer(async () => db.destroy())
  const clock = { now: () => NOW }
  const context = { db, clock, config: readConfig({}), enqueue: async () => undefined }
  await ensureFirstNewsletters({ db, clock })
  tell(`adding ${readers} readers who follow 1 to 8 of ${topics} topics, in five languages`)
  await addFollowers(db, { readers, topics, now: NOW })
  await addStories(context, { topics })
  await addTold(db, { now: NOW })

  tell('selecting')
  const began = performance.now()
  const drafted = await draftDigest(context, {
    newsletterSlug: 'daily',
    operatorId: null,
    again: false,
  })
  const selectSeconds = (performance.now() - began) / 1000
  if (drafted.kind !== 'drafted') throw new Error(`nothing was drafted: ${drafted.kind}`)
  tell(`selected and composed in ${round(selectSeconds, 1)} s, planning`)
  const planSeconds = await plan(context, drafted.editionId)
  const counts = await countOf(db, drafted.editionId)
  tell(`planned in ${round(planSeconds, 1)} s: ${counts.variants} variants; composing mails`)
  const edition = await getEdition(db, drafted.editionId)
  const blocks = await readBlocks(db, drafted.editionId)
  const everybodys = blocks.map(() => counts.everybodys)
  const form = () => openForm({ secrets: SECRETS, signer: null }, edition)
  // In turns, so that both meet the same machine.
  const own: number[] = []
  const same: number[] = []
  for (let turn = 0; turn < 3; turn += 1) {
    same.push(await cpuPerMail(form(), everybodys))
    own.push(await cpuPerMail(form(), blocks))
  }
  const [withTopics, without] = [Math.min(...own), Math.min(...same)]
  const seconds = selectSeconds + planSeconds
  report(
    {
      name: 'select',
      figures: {
        readers,
        topics,
        languages: 5,
        subscriptions: counts.subscriptions,
        stories: counts.stories,
        variants: counts.variants,
        toldByAlert: counts.told,
        excludedAlreadyTold: counts.excluded,
        selectSeconds: round(selectSeconds, 2),
        planSeconds: round(planSeconds, 2),
        seconds: round(seconds, 2),
        composeCpuMsPerMail: round(withTopics, 4),
        composeCpuMsPerMailWithoutTopics: round(without, 4),
        rssMb: round(peakMbOf(process.pid), 0),
      },
      reference: { composeCpuMsPerMail: round(without, 4) },
      ratio: round(withTopics / without, 2),
      goal: GOAL_SECONDS,
      met: seconds <= GOAL_SECONDS,
    },
    values,
  )
})

async function plan(
  { db, clock, enqueue }: { db: Db; clock: { now(): Date }; enqueue: () => Promise<undefined> },
  editionId: number,
): Promise<number> {
  await sql`
    update edition set state = 'approved', approved_hash = content_hash where id = ${editionId}`.execute(
    db,
  )
  const began = performance.now()
  await releaseEdition(db, { id: editionId, rule: 'now', test: false, now: NOW })
  await planEdition({ db, clock, enqueue }, { editionId })
  return (performance.now() - began) / 1000
}

async function countOf(db: Db, editionId: number) {
  const { rows } = await sql<{
    variants: number
    stories: number
    subscriptions: number
    told: number
    excluded: number
    audience: number
    everybodys: number[]
  }>`
    select (select count(*) from variant where edition_id = e.id) as variants
         , (select count(*) from edition_story where edition_id = e.id) as stories
         , (select count(*) from subscription) as subscriptions
         , (select count(*) from delivery d join edition a on a.id = d.edition_id and a.kind = 'alert') as told
         , (select count(*) from delivery d where d.edition_id = e.id and d.reason = 'already told') as excluded
         , e.audience
         , array(select position from edition_story where edition_id = e.id and not followers order by position) as everybodys
      from edition e where e.id = ${editionId}`.execute(db)
  const [found] = rows
  if (found?.audience !== readers) throw new Error(`planned ${found?.audience} of ${readers}`)
  return found
}

/** Of readers all over the ledger. */
async function readBlocks(db: Db, editionId: number): Promise<number[][]> {
  const step = Math.max(1, Math.floor(readers / Number(values.mails)))
  const { rows } = await sql<{ blocks: number[] }>`
    select v.blocks
      from delivery d join variant v on v.edition_id = d.edition_id and v.id = d.variant
     where d.edition_id = ${editionId} and d.state = 'planned' and d.subscriber_id % ${step} = 0
     order by d.subscriber_id`.execute(db)
  return rows.map((row) => row.blocks)
}

async function cpuPerMail(form: ReturnType<typeof openForm>, blocks: number[][]): Promise<number> {
  const before = process.cpuUsage()
  for (const [index, own] of blocks.entries()) {
    const reader = {
      subscriberId: index,
      publicId: 1_000_000 + index,
      addressVersion: 1,
      email: `reader${index}@courier.example`,
      blocks: own,
    }
    const { free } = await composeReaderMail(form, reader).message(UNSIGNED)
    free?.()
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / blocks.length
}
