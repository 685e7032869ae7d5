import { parseArgs } from 'node:util'
import { type Call, type Command, tableOf } from '#commands/command.ts'
import { Refusal } from '#errors.ts'
import {
  countSegment,
  deleteSegment,
  findFilter,
  getSegment,
  listSegments,
  saveSegment,
  type SegmentCount,
} from '#subscribers/segments/segment.ts'

export const segments: Command = {
  usage:
    'segments [show NAME | count NAME|FILTER [--all] | sample NAME|FILTER [--all] | save NAME FILTER | delete NAME] [--json]',
  about:
    "Saved filters over readers, such as 'topic:sport and zone:Europe/* and not language:de'; --all also counts whom no mail goes to.",
  async run(call) {
    const { values, positionals } = parseArgs({
      args: call.args,
      allowPositionals: true,
      options: {
        all: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    })
    const [verb, ...words] = positionals
    switch (verb) {
      case undefined:
      case 'list':
        return list(call, values.json)
      case 'show':
        return show(call, { name: take(words, 'a name')[0], json: values.json })
      case 'count':
      case 'sample':
        return tell(call, { text: take(words, 'a name or a filter')[0], ...values, verb })
      case 'save': {
        const [name, text] = take(words, 'a name and a filter in quotes', 2)
        return save(call, { name, text, json: values.json })
      }
      case 'delete':
        return remove(call, take(words, 'a name')[0])
      default:
        throw new Refusal('segments takes list, show, count, sample, save or delete')
    }
  },
}

/** A filter that the shell took apart at its spaces is a mistake to be told, not to be guessed at. */
function take(words: string[], what: string, many = 1): [string, string] {
  const [one, two = ''] = words
  if (one === undefined || words.length !== many)
    throw new Refusal(`name ${what}, one after another; a filter with spaces stands in quotes`)
  return [one, two]
}

async function list({ out, enter }: Call, json: boolean): Promise<void> {
  await using house = await enter('read')
  const saved = await listSegments(house.app.context)
  if (json) return out.line(JSON.stringify(saved))
  if (saved.length === 0)
    out.line("No segments yet: daybreak segments save sport-fans 'topic:sport and not language:de'")
  const table = saved.map(({ name, text, changedAt }) => ({
    segment: name,
    readers: text,
    changed: changedAt.toISOString().slice(0, 10),
  }))
  for (const line of tableOf(table)) out.line(line)
}

async function show(
  { out, enter }: Call,
  { name, json }: { name: string; json: boolean },
): Promise<void> {
  await using house = await enter('read')
  const segment = await getSegment(house.app.context, name)
  out.line(json ? JSON.stringify(segment) : segment.text)
}

async function tell(
  { out, enter }: Call,
  { text, all, json, verb }: { text: string; all: boolean; json: boolean; verb: string },
): Promise<void> {
  await using house = await enter('read')
  const { context } = house.app
  const filter = await findFilter(context, text)
  const counted = await countSegment(context, { filter, whole: all })
  if (json) return out.line(JSON.stringify(counted))
  if (verb === 'count') out.line(countInWords(counted))
  for (const line of sampleLines(counted)) out.line(line)
}

function countInWords({ count, rounded }: SegmentCount): string {
  const number = new Intl.NumberFormat('en').format(count)
  if (rounded)
    return count === 0 ? 'fewer than 10 readers' : `about ${number} readers, counted in tens`
  return `${number} ${count === 1 ? 'reader' : 'readers'}`
}

function sampleLines({ sample, rounded }: SegmentCount): string[] {
  if (rounded)
    return ['  nobody is named: each mail says that clicks count how many readers, not who']
  if (sample.length === 0) return ['  nobody to show']
  return tableOf(
    sample.map(({ reader, address, timeZone, language }) => ({
      reader,
      address,
      zone: timeZone,
      language,
    })),
  )
}

async function save(
  { out, enter }: Call,
  { name, text, json }: { name: string; text: string; json: boolean },
): Promise<void> {
  await using house = await enter('compose')
  const { context } = house.app
  const saved = await saveSegment(context, { name, filter: text, operatorId: house.operator.id })
  await house.note(saved.added ? 'add segment' : 'change segment', name)
  const counted = await countSegment(context, { filter: saved.filter })
  if (json) return out.line(JSON.stringify({ ...saved, ...counted }))
  out.line(`${name} is ${saved.added ? 'saved' : 'changed'}: ${saved.text}`)
  out.line(countInWords(counted))
  for (const line of sampleLines(counted)) out.line(line)
}

async function remove({ out, enter }: Call, name: string): Promise<void> {
  await using house = await enter('compose')
  await deleteSegment(house.app.context, name)
  await house.note('delete segment', name)
  out.line(`${name} is deleted; its readers stay as they are`)
}
