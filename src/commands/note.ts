import { createReadStream } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Command, type Entered, numberArgument, type Out } from '#commands/command.ts'
import { countAudience } from '#deliveries/plan-store.ts'
import { audienceInWords } from '#editions/audience-rule.ts'
import { parseNote } from '#editions/notes/note.ts'
import { getEdition } from '#editions/store.ts'
import { Refusal, reasonOf } from '#errors.ts'

const MOST_BYTES = 100_000

export const note: Command = {
  usage:
    'note compose --newsletter SLUG [--segment NAME | --got EDITION] --subject TEXT [--preview TEXT] <file|-> [--json]',
  about:
    'Drafts a hand-written note to readers of a newsletter: all of them, those in a segment, or those who got an edition.',
  async run({ args, out, enter }) {
    const [verb, ...rest] = args
    if (verb !== 'compose') {
      throw new Refusal(
        `note takes compose${verb === undefined ? ' and what it says' : `, not "${verb}"`}`,
      )
    }
    return compose({ rest, out, house: await enter('compose') })
  },
}

async function compose({
  rest,
  out,
  house,
}: {
  rest: string[]
  out: Out
  house: Entered
}): Promise<void> {
  await using entered = house
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: {
      newsletter: { type: 'string' },
      segment: { type: 'string' },
      got: { type: 'string' },
      subject: { type: 'string' },
      preview: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0)
    throw new Refusal('name one file with the words of the note, or - for standard input', {
      field: 'file',
    })
  const { context } = entered.app
  const { composeNote } = await import('#editions/notes/compose-note.ts')
  const { editionId, audience, newsletter, notes } = await composeNote(context, {
    note: parseNote({
      newsletter: values.newsletter,
      segment: values.segment,
      got: values.got === undefined ? undefined : numberArgument(values.got, 'got'),
      subject: values.subject,
      previewText: values.preview,
      text: await readWords(file),
    }),
    operatorId: entered.operator.id,
  })
  const { state, contentHash, subject } = await getEdition(context.db, editionId)
  await entered.note('compose note', `edition ${editionId}`, { audience })
  const count = await countAudience(context, editionId)
  if (values.json) {
    const answer = { edition: editionId, state, subject, hash: contentHash, readers: count, notes }
    return out.line(JSON.stringify(answer))
  }
  out.line(`edition ${editionId} (draft): ${subject}`)
  out.line(
    `  to ${count} ${audienceInWords(audience, newsletter)}, hash ${contentHash.slice(0, 12)}`,
  )
  for (const left of notes) out.line(`  ${left}`)
  out.line(
    `  look: daybreak digest preview ${editionId}    then: daybreak digest approve ${editionId}`,
  )
}

async function readWords(file: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    const stream: AsyncIterable<Uint8Array> = file === '-' ? process.stdin : createReadStream(file)
    for await (const chunk of stream) {
      chunks.push(chunk)
      size += chunk.length
      if (size > MOST_BYTES) break
    }
  } catch (cause) {
    throw new Refusal(
      `cannot read ${file} (${reasonOf(cause)}): name a file that is there and readable`,
      { field: 'file', cause },
    )
  }
  if (size > MOST_BYTES)
    throw new Refusal(`${file} has more than ${MOST_BYTES / 1000} KB: that is no note`, {
      field: 'file',
    })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch (cause) {
    throw new Refusal(`${file} is not UTF-8 text: save it as plain text in UTF-8`, {
      field: 'file',
      cause,
    })
  }
}
