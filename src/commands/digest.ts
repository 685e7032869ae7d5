import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Command, type Entered, numberArgument, type Out } from '#commands/command.ts'
import { durationInWords, parseDuration } from '#duration.ts'
import { previewOf } from '#deliveries/preview.ts'
import { approveEdition, sendEdition } from '#deliveries/send-edition.ts'
import { countAudience } from '#deliveries/plan-store.ts'
import { promiseLines } from '#commands/promise-lines.ts'
import { getEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'

export const digest: Command = {
  usage:
    'digest compose [newsletter] [--again] [--since 24h] | preview <edition> [--out DIR] | approve <edition> [--hash HASH] | send <edition> [--local-hour] [--spread 10m]',
  about: 'Composes a digest, shows it, approves exactly what was shown, and sends it.',
  async run({ args, out, enter }) {
    const [verb = '', ...rest] = args
    switch (verb) {
      case 'compose':
        return compose({ rest, out, house: await enter('compose') })
      case 'preview':
        return preview({ rest, out, house: await enter('read') })
      case 'approve':
        return approve({ rest, out, house: await enter('approve') })
      case 'send':
        return send({ rest, out, house: await enter('send') })
      default:
        throw new Refusal(`digest takes compose, preview, approve or send, not "${verb}"`)
    }
  },
}

const DAY_MS = 24 * 3_600_000

type Step = { rest: string[]; out: Out; house: Entered }

async function compose({ rest, out, house }: Step): Promise<void> {
  await using entered = house
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: { again: { type: 'boolean', default: false }, since: { type: 'string' } },
  })
  const historySince =
    values.since === undefined
      ? null
      : new Date(
          entered.app.context.clock.now().getTime() -
            parseDuration(values.since, { field: 'since', mostMs: 7 * DAY_MS }),
        )
  const { composeDigest } = await import('#editions/compose-digest.ts')
  const { editionId, stories, notes } = await composeDigest(entered.app.context, {
    newsletterSlug: positionals[0] ?? 'daily',
    operatorId: entered.operator.id,
    again: values.again,
    historySince,
  })
  const edition = await getEdition(entered.app.context.db, editionId)
  await entered.note('compose', `edition ${editionId}`, { stories })
  out.line(`edition ${editionId} (draft): ${edition.subject}`)
  out.line(
    `  ${stories === 1 ? '1 story' : `${stories} stories`}, hash ${edition.contentHash.slice(0, 12)}`,
  )
  for (const note of notes) out.line(`  ${note}`)
  out.line(
    `  look: daybreak digest preview ${editionId}    then: daybreak digest approve ${editionId}`,
  )
}

async function preview({ rest, out, house }: Step): Promise<void> {
  await using entered = house
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: { out: { type: 'string' } },
  })
  const edition = await getEdition(
    entered.app.context.db,
    numberArgument(positionals[0], 'edition'),
  )
  const mail = await previewOf(entered.app.context, edition)
  if (values.out === undefined) {
    out.line(mail.text)
  } else {
    await mkdir(values.out, { recursive: true })
    await writeFile(join(values.out, `edition-${edition.id}.html`), mail.html)
    await writeFile(join(values.out, `edition-${edition.id}.eml`), mail.raw)
    out.line(`wrote ${join(values.out, `edition-${edition.id}.html`)} and .eml`)
  }
  out.line(`edition ${edition.id} is ${edition.state}, hash ${edition.contentHash.slice(0, 12)}`)
}

async function approve({ rest, out, house }: Step): Promise<void> {
  await using entered = house
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: { hash: { type: 'string' } },
  })
  const { db } = entered.app.context
  const edition = await getEdition(db, numberArgument(positionals[0], 'edition'))
  if (
    values.hash !== undefined &&
    (values.hash.length < 12 || !edition.contentHash.startsWith(values.hash))
  ) {
    throw new Refusal(
      `edition ${edition.id} now has hash ${edition.contentHash.slice(0, 12)}, not ${values.hash}: look at it again`,
      { status: 409 },
    )
  }
  await approveEdition(entered.app.context, {
    editionId: edition.id,
    contentHash: edition.contentHash,
    operatorId: entered.operator.id,
  })
  await entered.note('approve', `edition ${edition.id}`, { hash: edition.contentHash })
  out.line(`edition ${edition.id} is approved: send it with "daybreak digest send ${edition.id}"`)
}

async function send({ rest, out, house }: Step): Promise<void> {
  await using entered = house
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: { 'local-hour': { type: 'boolean', default: false }, spread: { type: 'string' } },
  })
  const { context, dataDir } = entered.app
  const edition = await getEdition(context.db, numberArgument(positionals[0], 'edition'))
  const rule = values['local-hour'] ? 'local hour' : 'now'
  const spreadMs =
    values.spread === undefined
      ? undefined
      : parseDuration(values.spread, { field: 'spread', mostMs: DAY_MS })
  const dkimDir = context.config.dkimDir ?? join(dataDir, 'dkim')
  const { estimate, warmUp } = await sendEdition(context, {
    editionId: edition.id,
    rule,
    spreadMs,
    dkimDir,
  })
  const audience = await countAudience(context, edition.id)
  const spread = durationInWords(estimate.spreadMs)
  await entered.note('send', `edition ${edition.id}`, {
    rule,
    spread,
    audience,
    hash: edition.contentHash,
  })
  out.line(
    `edition ${edition.id} goes to ${audience} readers ${rule === 'now' ? 'now' : 'at their own hour'}${spread === '0 s' ? '' : `, spread over ${spread}`}${context.relay.test ? ', into the built-in inbox' : ''}`,
  )
  for (const line of promiseLines({ estimate, warmUp })) out.line(line)
  out.line(`  it leaves while "daybreak start" runs; watch: daybreak edition ${edition.id} --watch`)
}
