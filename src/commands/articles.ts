import { parseArgs } from 'node:util'
import { type Call, type Command, numberArgument } from '#commands/command.ts'
import { Refusal } from '#errors.ts'
import { list } from './articles/list-articles.ts'
import { diff, show } from './articles/show-article.ts'
import { embargo, restore, retract } from './articles/withhold-article.ts'

export const articles: Command = {
  usage:
    'articles [show ID | diff ID [FROM [TO]] | retract ID --reason TEXT | restore ID | embargo ID TIME|none] [--json]',
  about:
    'Lists the newest articles, and the running story each belongs to. show tells all about one, diff what changed between its revisions; retract withdraws one, embargo holds it back until a time.',
  async run(call) {
    const { values, positionals } = parseArgs({
      args: call.args,
      allowPositionals: true,
      options: { reason: { type: 'string' }, json: { type: 'boolean', default: false } },
    })
    const [verb, ...words] = positionals
    if (verb === undefined) return list(call, values)
    if (!isVerb(verb))
      throw new Refusal(
        `articles takes ${VERBS.join(', ')} or nothing, not "${verb.slice(0, 40)}"`,
        { field: 'articles' },
      )
    refuseMore(words, MOST_WORDS[verb])
    return act(call, { ...values, verb, words, articleId: numberArgument(words[0], 'article') })
  },
}

const VERBS = ['show', 'diff', 'retract', 'restore', 'embargo'] as const
type Verb = (typeof VERBS)[number]

const MOST_WORDS: Record<Verb, number> = { show: 1, diff: 3, retract: 1, restore: 1, embargo: 2 }

function isVerb(text: string): text is Verb {
  return (VERBS as readonly string[]).includes(text)
}

type Asked = {
  verb: Verb
  words: string[]
  articleId: number
  reason?: string | undefined
  json: boolean
}

async function act(call: Call, asked: Asked): Promise<void> {
  const { verb, words, articleId, reason } = asked
  switch (verb) {
    case 'show':
      return show(call, asked)
    case 'diff':
      return diff(call, { ...asked, from: revisionOf(words[1]), to: revisionOf(words[2]) })
    case 'retract':
      return retract(call, { articleId, reason })
    case 'restore':
      return restore(call, articleId)
    case 'embargo':
      return embargo(call, { articleId, until: words[1] })
  }
}

function refuseMore(words: readonly string[], most: number): void {
  const more = words[most]
  if (more !== undefined)
    throw new Refusal(
      `"${more.slice(0, 40)}" is one word too many: put quotation marks around a text of several words`,
    )
}

function revisionOf(text: string | undefined): number | null {
  return text === undefined ? null : numberArgument(text, 'revision')
}
