import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import type { Command, Entered, Out } from '#commands/command.ts'
import type { ArticleInput } from '#articles/article.ts'
import { fetchPage } from '#articles/fetching/fetch-page.ts'
import { ingest, type Origin } from '#articles/ingest.ts'
import { MAX_ARTICLE_BYTES } from '#articles/reading/decode.ts'
import { getTerms, refusePast, whyWithheld } from '#articles/revisions/withhold.ts'
import type { Context } from '#context.ts'
import { Refusal, reasonOf } from '#errors.ts'
import { readMoment } from './articles/moment.ts'

export const ingestCommand: Command = {
  usage: 'ingest <file|url|-> … [--breaking] [--embargo TIME]',
  about:
    'Takes articles: HTML pages, pasted page text, or JSON. "-" reads standard input. Nothing of an article under embargo goes out before that time.',
  async run({ args, out, enter }) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { breaking: { type: 'boolean', default: false }, embargo: { type: 'string' } },
    })
    if (positionals.length === 0)
      throw new Refusal('name a file, an address, or - for standard input', { field: 'file' })
    await using house = await enter('ingest')
    const { context } = house.app
    const { embargo } = values
    const terms = embargo === undefined ? {} : { embargoUntil: await readEmbargo(context, embargo) }
    for (const place of positionals) {
      const { input, origin } = await readPlace(place)
      const taken = await ingest(context, { input, origin, breaking: values.breaking, ...terms })
      const { articleId, revision, kind, change } = taken
      await house.note('ingest', `article ${articleId}`, { kind, revision })
      const how = kind === 'revision' ? ` (revision ${revision}, ${change})` : ''
      out.line(`${wordOf(kind)} article ${articleId}${how}: ${taken.article.headline}`)
      if (taken.article.breaking && kind !== 'known') await draft({ house, out }, articleId)
    }
  },
}

async function readEmbargo(context: Pick<Context, 'db' | 'clock'>, text: string): Promise<Date> {
  const until = await readMoment(context, { text, field: 'embargo' })
  refusePast(until, context.clock.now())
  return until
}

async function draft({ house, out }: { house: Entered; out: Out }, articleId: number) {
  const { context } = house.app
  const why = whyWithheld(await getTerms(context.db, articleId), context.clock.now())
  if (why !== null) {
    out.line(`  no alert is drafted: ${why}`)
    return
  }
  const { draftAlert } = await import('#editions/alerts/draft-alert.ts')
  const { editionId } = await draftAlert(context, { articleId, operatorId: house.operator.id })
  out.line(`  drafted alert ${editionId}: release it with "daybreak alert ${articleId} --release"`)
}

/** A file, an address or standard input, as bytes with what is known of them. */
export async function readPlace(place: string): Promise<{ input: ArticleInput; origin: Origin }> {
  if (place === '-') {
    return {
      input: { bytes: await readLimited(process.stdin, 'standard input') },
      origin: { kind: 'file', name: 'standard input' },
    }
  }
  if (/^https?:\/\//i.test(place)) {
    const page = await fetchPage({ url: place })
    return { input: page, origin: { kind: 'page', name: new URL(page.url).hostname } }
  }
  return {
    input: { bytes: await readFileOf(place), fileName: basename(place) },
    origin: { kind: 'file', name: 'files' },
  }
}

async function readFileOf(path: string): Promise<Uint8Array> {
  try {
    return await readLimited(createReadStream(path), path)
  } catch (cause) {
    if (cause instanceof Refusal) throw cause
    throw new Refusal(
      `cannot read ${path} (${reasonOf(cause)}): name a file that is there and readable`,
      { field: 'file', cause },
    )
  }
}

/** As it comes and no further than an article can be long, for a file may be 100 GB, or a device without an end. */
async function readLimited(stream: AsyncIterable<Uint8Array>, name: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > MAX_ARTICLE_BYTES) {
      throw new Refusal(
        `${name} has more than ${MAX_ARTICLE_BYTES / 1024 / 1024} MB, which is more than an article: give the article's own page or text`,
        { field: 'file' },
      )
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function wordOf(kind: 'new' | 'revision' | 'known'): string {
  switch (kind) {
    case 'new':
      return 'new'
    case 'revision':
      return 'changed'
    case 'known':
      return 'known'
  }
}
