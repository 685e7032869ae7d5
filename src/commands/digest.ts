import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  type Command,
  type Entered,
  numberArgument,
  type Out,
  reasonArgument,
} from '#commands/command.ts'
import { durationInWords } from '#duration.ts'
import { describeStanding } from '#deliveries/approval/describe-standing.ts'
import { previewOf } from '#deliveries/preview.ts'
import { sendByHand } from '#deliveries/send-by-hand.ts'
import { approveEdition } from '#deliveries/send-edition.ts'
import { promiseLines } from '#commands/promise-lines.ts'
import { historySinceOf } from '#editions/selection/history-since.ts'
import { getEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'

export const digest: Command = {
  usage:
    'digest compose [newsletter] [--again] [--since 24h] | preview <edition> [--out DIR] | approve <edition> [--hash HASH] | send <edition> [--local-hour] [--spread 10m] [--over-limit REASON]   [--json]',
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

const JSON_OPTION = { json: { type: 'boolean', default: false } } as const

type Step = { rest: string[]; out: Out; house: Entered }

async function compose({ rest, out, house }: Step): Promise<void> {
  await using entered = house
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: {
      ...JSON_OPTION,
      again: { type: 'boolean', default: false },
      since: { type: 'string' },
    },
  })
  const historySince = historySinceOf(entered.app.context, values.since)
  const { composeDigest } = await import('#editions/compose-digest.ts')
  const { editionId, stories, notes } = await composeDigest(entered.app.context, {
    newsletterSlug: positionals[0] ?? 'daily',
    operatorId: entered.operator.id,
    again: values.again,
    historySince,
  })
  const edition = await getEdition(entered.app.context.db, editionId)
  await entered.note('compose', `edition ${editionId}`, { stories })
  const { state, subject, contentHash: hash } = edition
  if (values.json)
    return out.line(JSON.stringify({ edition: editionId, state, subject, hash, stories, notes }))
  out.line(`edition ${editionId} (draft): ${subject}`)
  out.line(`  ${stories === 1 ? '1 story' : `${stories} stories`}, hash ${hash.slice(0, 12)}`)
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
    options: { ...JSON_OPTION, out: { type: 'string' } },
  })
  const edition = await getEdition(
    entered.app.context.db,
    numberArgument(positionals[0], 'edition'),
  )
  const mail = await previewOf(entered.app.context, edition)
  const { id, state, contentHash: hash } = edition
  const files = values.out === undefined ? [] : await writePreview(values.out, { id, ...mail })
  if (values.json) {
    const shown = files.length === 0 ? { html: mail.html, text: mail.text } : { files }
    out.line(JSON.stringify({ edition: id, state, hash, ...shown }))
    return
  }
  out.line(files.length === 0 ? mail.text : `wrote ${files[0]} and .eml`)
  out.line(`edition ${id} is ${state}, hash ${hash.slice(0, 12)}`)
}

async function writePreview(
  folder: string,
  { id, html, raw }: { id: number; html: string; raw: string | Uint8Array },
): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const files = [join(folder, `edition-${id}.html`), join(folder, `edition-${id}.eml`)] as const
  await writeFile(files[0], html)
  await writeFile(files[1], raw)
  return [...files]
}

async function approve({ rest, out, house }: Step): Promise<void> {
  await using entered = house
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: { ...JSON_OPTION, hash: { type: 'string' } },
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
  if (values.json)
    return out.line(JSON.stringify(await describeStanding(entered.app.context, edition.id)))
  out.line(`edition ${edition.id} is approved: send it with "daybreak digest send ${edition.id}"`)
}

async function send({ rest, out, house }: Step): Promise<void> {
  await using entered = house
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: {
      ...JSON_OPTION,
      'local-hour': { type: 'boolean', default: false },
      spread: { type: 'string' },
      'over-limit': { type: 'string' },
    },
  })
  const { context, dataDir } = entered.app
  const editionId = numberArgument(positionals[0], 'edition')
  const rule = values['local-hour'] ? 'local hour' : 'now'
  const overLimit = reasonArgument(values['over-limit'], 'over-limit')
  const dkimDir = context.config.dkimDir ?? join(dataDir, 'dkim')
  const wish = { editionId, rule, spread: values.spread, overLimit, dkimDir } as const
  const { edition, audience, estimate, warmUp } = await sendByHand(context, wish)
  const spread = durationInWords(estimate.spreadMs)
  await entered.note('send', `edition ${editionId}`, {
    rule,
    spread,
    audience,
    hash: edition.contentHash,
    ...(overLimit === null ? {} : { overLimit }),
  })
  if (values.json) {
    const { finishAt, limitedBy, spreadMs } = estimate
    const standing = await describeStanding(context, editionId)
    const terms = { audience, rule, spreadMs, finishAt, limitedBy, warmUp }
    return out.line(JSON.stringify({ ...standing, ...terms }))
  }
  out.line(
    `edition ${editionId} goes to ${audience} readers ${rule === 'now' ? 'now' : 'at their own hour'}${spread === '0 s' ? '' : `, spread over ${spread}`}${context.relay.test ? ', into the built-in inbox' : ''}`,
  )
  for (const line of promiseLines({ estimate, warmUp })) out.line(line)
  out.line(`  it leaves while "daybreak start" runs; watch: daybreak edition ${editionId} --watch`)
}
