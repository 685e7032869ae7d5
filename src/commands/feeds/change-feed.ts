import {
  changeSource,
  dropBatch,
  dropSource,
  releaseBatch,
  switchSource,
} from '#articles/sources/change-source.ts'
import { openPolling } from '#articles/sources/open-polling.ts'
import { pollSource } from '#articles/sources/polling/poll-source.ts'
import { alertTrusts, getSource } from '#articles/sources/source.ts'
import type { Call } from '#commands/command.ts'
import { Refusal } from '#errors.ts'
import { requireDuty } from '#operators/operator.ts'
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

/** Who may release an alert may let a feed do it. */
export async function trustFeed({ out, enter }: Call, words: string[]): Promise<void> {
  const [name, word] = words
  const alerts = alertTrusts.find((trust) => trust === word)
  if (name === undefined || words.length !== 2 || alerts === undefined)
    throw new Refusal(`feeds alerts takes the name of a feed, and ${alertTrusts.join(', ')}`, {
      field: 'alerts',
    })
  await using house = await enter('change settings')
  if (alerts === 'release') requireDuty(house.operator, 'release alert')
  const { context } = house.app
  const { id, name: feed } = await getSource(context.db, name)
  await changeSource(context, { id, change: { alerts } })
  await house.note('trust feed', feed, { alerts })
  out.line(
    {
      off: `what ${feed} calls breaking is an article like any other`,
      draft: `what ${feed} calls breaking drafts an alert, which waits for a person`,
      release: `what ${feed} calls breaking leaves as an alert without a person, within the day’s budget`,
    }[alerts],
  )
}
