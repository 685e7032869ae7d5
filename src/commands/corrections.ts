import { parseArgs } from 'node:util'
import { type Call, type Command, numberArgument, tableOf } from '#commands/command.ts'
import { acceptCorrection } from '#deliveries/corrections/accept-correction.ts'
import { dismissCorrection } from '#deliveries/corrections/dismiss-correction.ts'
import { listCarriers, listCorrections } from '#editions/corrections/correction-store.ts'
import type { Proposal } from '#editions/corrections/difference-of.ts'
import { listProposals } from '#editions/corrections/list-proposals.ts'
import { openCorrection } from '#editions/corrections/open-correction.ts'
import { parseDecision } from '#editions/corrections/parse-decision.ts'
import { Refusal } from '#errors.ts'
import { acceptedLines, carrierRows, proposalLines } from './corrections/correction-lines.ts'

const OPTIONS = {
  label: { type: 'string' },
  was: { type: 'string' },
  now: { type: 'string' },
  way: { type: 'string' },
  headline: { type: 'string' },
  summary: { type: 'string' },
  hash: { type: 'string', multiple: true },
  reason: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']

export const corrections: Command = {
  usage:
    'corrections [ID | open ARTICLE | decide ID --label correction|clarification|update|retraction --was TEXT --now TEXT --way edition|box|web [--headline TEXT] [--summary TEXT] | accept ID --hash HASH… | dismiss ID --reason TEXT] [--json]',
  about:
    'Shows what was wrong and which editions carried it; a person decides what is right, sees the difference, and says yes to it. Only readers whose copy was wrong are told.',
  async run(call) {
    const { values, positionals } = parseArgs({
      args: call.args,
      allowPositionals: true,
      options: OPTIONS,
    })
    const [verb, id] = positionals
    switch (verb) {
      case undefined:
        return list(call, values)
      case 'open':
        return open(call, { id: numberArgument(id, 'article'), values })
      case 'decide':
        return decide(call, { id: correctionNumber(id), values })
      case 'accept':
        return accept(call, { id: correctionNumber(id), values })
      case 'dismiss':
        return dismiss(call, { id: correctionNumber(id), values })
      default:
        return show(call, { id: correctionNumber(verb), values })
    }
  },
}

function correctionNumber(text: string | undefined): number {
  if (text !== undefined && /^\d{1,15}$/.test(text)) return Number(text)
  throw new Refusal(
    `corrections takes a number, open, decide, accept or dismiss${text === undefined ? '' : `, not "${text.slice(0, 40)}"`}`,
    { field: 'correction' },
  )
}

async function list({ out, enter }: Call, { json }: Values): Promise<void> {
  await using house = await enter('read')
  const rows = await listCorrections(house.app.context.db, 50)
  if (json) {
    out.line(JSON.stringify(rows))
    return
  }
  if (rows.length === 0) out.line('No corrections: nothing that was sent has turned out wrong.')
  const table = rows.map(({ id, state, label, articleId, headline, decidedBy }) => ({
    correction: id,
    state,
    label: label ?? '',
    article: articleId,
    by: decidedBy ?? '',
    headline,
  }))
  for (const line of tableOf(table)) out.line(line)
}

async function show({ out, enter }: Call, { id, values }: Named): Promise<void> {
  await using house = await enter('read')
  const { db } = house.app.context
  const correction = (await listCorrections(db, 500)).find((one) => one.id === id)
  if (correction === undefined)
    throw new Refusal(`there is no correction ${id}: "daybreak corrections" lists them`, {
      status: 404,
      field: 'correction',
    })
  const carriers = await listCarriers(db, id)
  const proposals = await listProposals(db, id)
  if (values.json) {
    out.line(JSON.stringify({ ...correction, editions: carriers, proposals }))
    return
  }
  const { state, headline, articleId, was, isNow } = correction
  out.line(`correction ${id} (${state}): “${headline}”, article ${articleId}`)
  if (was !== null) out.line(`  was: ${was}`)
  if (isNow !== null) out.line(`  is:  ${isNow}`)
  for (const line of tableOf(carrierRows(carriers))) out.line(`  ${line}`)
  if (carriers.length === 0) out.line('  no edition that went out carried it')
  if (state === 'decided') tellProposals(out, { id, proposals })
  if (state === 'open')
    out.line(
      `  next: daybreak corrections decide ${id} --label correction --was "…" --now "…" --way edition`,
    )
}

type Named = { id: number; values: Values }

async function open({ out, enter }: Call, { id: articleId, values }: Named): Promise<void> {
  await using house = await enter('stop')
  const { context } = house.app
  const operatorId = house.operator.id
  const opened = await openCorrection(context, { articleId, foundBy: 'editor', operatorId })
  if (opened === undefined)
    throw new Refusal(
      `article ${articleId} is being corrected already: "daybreak corrections" shows it`,
      { status: 409 },
    )
  const { correctionId, carriers } = opened
  await house.note('open correction', `correction ${correctionId}`, { article: articleId })
  if (values.json) return out.line(JSON.stringify({ correction: correctionId, editions: carriers }))
  const paused = carriers.filter((carrier) => carrier.paused).length
  out.line(
    `correction ${correctionId}: ${carriers.length === 1 ? '1 edition' : `${carriers.length} editions`} carried it${paused === 0 ? '' : `, and what had not left of ${paused} is stopped`}`,
  )
  for (const line of tableOf(carrierRows(carriers))) out.line(`  ${line}`)
  out.line(
    `  next: daybreak corrections decide ${correctionId} --label correction --was "…" --now "…" --way edition`,
  )
}

async function decide({ out, enter }: Call, { id, values }: Named): Promise<void> {
  const { label, was, now, way, headline, summary } = values
  const decision = parseDecision({ label, was, now, way, headline, summary })
  await using house = await enter('approve')
  const { decideCorrection } = await import('#editions/corrections/decide-correction.ts')
  const { operator } = house
  const proposals = await decideCorrection(house.app.context, {
    ...decision,
    correctionId: id,
    operator,
  })
  await house.note('decide correction', `correction ${id}`, { label, way })
  if (values.json) return out.line(JSON.stringify({ correction: id, proposals }))
  tellProposals(out, { id, proposals })
}

function tellProposals(
  out: Call['out'],
  { id, proposals }: { id: number; proposals: readonly Proposal[] },
): void {
  for (const line of proposalLines(proposals)) out.line(line)
  const hashes = proposals.map(({ contentHash }) => `--hash ${contentHash.slice(0, 12)}`)
  out.line(`yes to this: daybreak corrections accept ${[id, ...hashes].join(' ')}`)
}

async function accept({ out, enter }: Call, { id, values }: Named): Promise<void> {
  await using house = await enter('approve')
  const accepted = await acceptCorrection(house.app.context, {
    correctionId: id,
    hashes: values.hash ?? [],
    operatorId: house.operator.id,
  })
  await house.note('accept correction', `correction ${id}`, {
    editions: accepted.map(({ editionId }) => editionId),
  })
  if (values.json) return out.line(JSON.stringify({ correction: id, editions: accepted }))
  for (const line of acceptedLines(accepted)) out.line(line)
}

async function dismiss({ out, enter }: Call, { id, values }: Named): Promise<void> {
  await using house = await enter('approve')
  const { resumed, stay } = await dismissCorrection(house.app.context, {
    correctionId: id,
    operatorId: house.operator.id,
    note: values.reason ?? '',
  })
  await house.note('dismiss correction', `correction ${id}`, { reason: values.reason })
  if (values.json) return out.line(JSON.stringify({ correction: id, resumed, stay }))
  out.line(
    resumed.length === 0
      ? 'dismissed'
      : `dismissed: ${resumed.length === 1 ? `edition ${resumed[0]} goes` : `editions ${resumed.join(', ')} go`} on as before`,
  )
  for (const { editionId, reason } of stay)
    out.line(`  edition ${editionId} stays stopped. ${reason}`)
}
