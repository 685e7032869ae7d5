import { open } from 'node:fs/promises'
import { addSource } from '#articles/sources/add-source.ts'
import { openPolling } from '#articles/sources/open-polling.ts'
import { listSources } from '#articles/sources/source-store.ts'
import { parseOpml, writeOpml } from '#articles/feeds/opml.ts'
import type { Call } from '#commands/command.ts'
import { Refusal, reasonOf } from '#errors.ts'

const MOST = 1000
const MOST_BYTES = 5 * 1024 * 1024

/** Adds what can be added, and says of the rest why not. */
export async function importFeeds({ out, enter }: Call, file: string): Promise<void> {
  const listed = parseOpml(await readLimited(file))
  if (listed.length > MOST)
    throw new Refusal(`${file} has ${listed.length} feeds, and ${MOST} is the limit: split it`, {
      field: 'file',
    })
  await using house = await enter('change settings')
  const polling = openPolling(house.app.context)
  let added = 0
  for (const { url, title } of listed) {
    try {
      const named = title === null || title === '' ? {} : { name: title }
      const { source } = await addSource(polling, { url, ...named })
      await house.note('add feed', source.name, { url: source.url })
      added += 1
      out.line(`added ${source.name}`)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      out.line(`not added: ${url}: ${error.message}`)
    }
  }
  out.line(`${added} of ${listed.length} feeds are added`)
}

async function readLimited(file: string): Promise<Uint8Array> {
  try {
    await using handle = await open(file)
    const { size } = await handle.stat()
    if (size > MOST_BYTES)
      throw new Refusal(`${file} has more than 5 MB, which is no list of feeds`, { field: 'file' })
    return await handle.readFile()
  } catch (cause) {
    if (cause instanceof Refusal) throw cause
    throw new Refusal(
      `cannot read ${file} (${reasonOf(cause)}): name a file that is there and readable`,
      { field: 'file', cause },
    )
  }
}

export async function exportFeeds({ out, enter }: Call): Promise<void> {
  await using house = await enter('read')
  const { db, clock } = house.app.context
  const rows = await listSources(db, { now: clock.now(), limit: MOST })
  out.line(writeOpml(rows.map(({ name, url, siteUrl }) => ({ title: name, url, siteUrl }))))
}
