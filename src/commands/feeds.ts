import { parseArgs } from 'node:util'
import type { SourceChange } from '#articles/sources/source-store.ts'
import type { Call, Command } from '#commands/command.ts'
import { numberArgument } from '#commands/command.ts'
import { Refusal } from '#errors.ts'
import { addFeed, checkFeed } from './feeds/add-feed.ts'
import { decideFeed, pollFeed, removeFeed, switchFeed, trustFeed } from './feeds/change-feed.ts'
import { listFeeds, showFeed } from './feeds/list-feeds.ts'
import { exportFeeds, importFeeds } from './feeds/move-feeds.ts'
import { addRule } from './feeds/rule-feed.ts'

export const feeds: Command = {
  usage:
    'feeds [show NAME | add URL [--name NAME] [--rank N] [--topic SLUG] [--body feed|page] | check NAME|URL | poll NAME | pause NAME | resume NAME | remove NAME | rule NAME tag|section|url|keyword|all PATTERN TOPIC | batch NAME release|drop | alerts NAME off|draft|release | import FILE.opml | export] [--json]',
  about:
    'Lists the feeds that are read, with their state and next poll; check fetches one now and stores nothing; rule says which words of a feed mean a topic of yours (NAME "*" means every feed); batch decides on items that are held because they are unusually many; alerts says what becomes of an item that the feed itself calls breaking.',
  async run(call) {
    const { values, positionals } = parseArgs({
      args: call.args,
      allowPositionals: true,
      options: {
        name: { type: 'string' },
        rank: { type: 'string' },
        topic: { type: 'string' },
        body: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    const [verb, ...words] = positionals
    const given = { ...values, words }
    switch (verb) {
      case undefined:
      case 'list':
        return listFeeds(call, given)
      case 'show':
        return showFeed(call, { ...given, name: one(words, 'the name of a feed') })
      case 'export':
        return exportFeeds(call)
      case 'rule':
        return addRule(call, words)
      case 'add':
        return addFeed(call, {
          url: one(words, 'the address of a feed or of its page'),
          topic: values.topic ?? null,
          change: changeOf(values),
        })
      default:
        return change(call, { verb, words })
    }
  },
}

async function change(call: Call, { verb, words }: { verb: string; words: string[] }) {
  switch (verb) {
    case 'check':
      return checkFeed(call, one(words, 'the name or the address of a feed'))
    case 'poll':
      return pollFeed(call, one(words, 'the name of a feed'))
    case 'pause':
    case 'resume':
      return switchFeed(call, { name: one(words, 'the name of a feed'), on: verb === 'resume' })
    case 'remove':
      return removeFeed(call, one(words, 'the name of a feed'))
    case 'alerts':
      return trustFeed(call, words)
    case 'batch':
      return decideFeed(call, words)
    case 'import':
      return importFeeds(call, one(words, 'an OPML file'))
    default:
      throw new Refusal(
        `feeds takes add, check, poll, pause, resume, remove, show, rule, batch, alerts, import, export or nothing, not "${verb.slice(0, 40)}"`,
      )
  }
}

/** A name that the shell took apart at its spaces is a mistake to be told, not to be guessed at. */
function one(words: string[], what: string): string {
  const [word] = words
  if (word === undefined || words.length > 1)
    throw new Refusal(`name ${what}; a name with spaces stands in quotes`, { field: 'name' })
  return word
}

function changeOf(values: { name?: string; rank?: string; body?: string }): SourceChange {
  const { name, rank, body } = values
  if (body !== undefined && body !== 'feed' && body !== 'page')
    throw new Refusal(
      '--body is feed (articles as the feed gives them) or page (read from their pages)',
      { field: 'body' },
    )
  return {
    ...(name === undefined ? {} : { name }),
    ...(rank === undefined ? {} : { rank: numberArgument(rank, 'rank') }),
    ...(body === undefined ? {} : { bodyFrom: body }),
  }
}
