import {
  dropBatch,
  dropSource,
  releaseBatch,
  switchSource,
} from '#articles/sources/change-source.ts'
import { openPolling } from '#articles/sources/open-polling.ts'
import { pollSource } from '#articles/sources/polling/poll-source.ts'
import { getSource } from '#articles/sources/source.ts'
import type { Call } from '#commands/command.ts'
import { Refusal } from '#errors.ts'
import { pollInWords } from './poll-words.ts'

export async function pollFeed({ out, enter }: Call, name: string): Promise<void> {
  await using house = await enter('compose')
  const { context } = house.app
  const source = await getSource(context.db, name)
  const polling = openPolling(context)
  const poll = await pollSource(polling, { sourceId: source.id, insist: true })
  await house.note('poll feed', source.name)
  out.line(`${source.name}: ${pollInWords(poll)}`)
}

export async function switchFeed(
  { out, enter }: Call,
  { name, on }: { name: string; on: boolean },
): Promise<void> {
  await using house = await enter('change settings')
  const { context } = house.app
  const source = await getSource(context.db, name)
  const switched = await switchSource(context, { id: source.id, on })
  if (switched) await house.note(on ? 'resume feed' : 'pause feed', source.name)
  const now = on ? 'is polled' : 'is paused'
  out.line(switched ? `${source.name} ${now} now` : `${source.name} ${now} already`)
}

export async function removeFeed({ out, enter }: Call, name: string): Promise<void> {
  await using house = await enter('change settings')
  const { context } = house.app
  const source = await getSource(context.db, name)
  await dropSource(context, { id: source.id })
  await house.note('remove feed', source.name, { url: source.url })
  out.line(`removed ${source.name}; its articles stay`)
}

export async function decideFeed({ out, enter }: Call, words: string[]): Promise<void> {
  const [name, word] = words
  if (name === undefined || words.length !== 2 || (word !== 'release' && word !== 'drop'))
    throw new Refusal('feeds batch takes the name of a feed, and release or drop', {
      field: 'batch',
    })
  await using house = await enter('compose')
  const { context } = house.app
  const source = await getSource(context.db, name)
  const decide = word === 'release' ? releaseBatch : dropBatch
  const items = await decide(context, { source, operatorId: house.operator.id })
  await house.note(`${word} batch`, source.name, { items })
  out.line(
    word === 'release'
      ? `${items} items of ${source.name} are read now`
      : `${items} items of ${source.name} are left out for good`,
  )
}
