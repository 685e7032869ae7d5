import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { readPlace } from '#commands/ingest.ts'
import { ingest } from '#articles/ingest.ts'
import type { Context } from '#context.ts'
import { changeNewsletter } from '#editions/newsletters/change-newsletter.ts'
import { changeSetting } from '#editions/publication.ts'
import { clusterWaiting } from '#stories/cluster.ts'
import type { Told } from './run.ts'

const SAMPLES = join(import.meta.dirname, '../../samples')

const PUBLICATION = {
  name: 'The Harbour Courier',
  url: 'https://courier.example/',
  address: 'The Harbour Courier, 12 Chandler’s Row, Port Ansel PA1 2HC',
  fromAddress: 'morning@mail.courier.example',
  replyTo: 'newsroom@courier.example',
  bounceDomain: 'bounce.mail.courier.example',
  disclaimer:
    'Opinions in an article are its author’s, and not necessarily those of The Harbour Courier.',
  privacyUrl: 'https://courier.example/privacy',
  correctionsUrl: 'https://courier.example/corrections',
  correctionsAddress: 'corrections@courier.example',
}

/** A made-up newsroom of the made-up Port Ansel. */
/** Says who it is; and shows its alert at whatever hour of the night somebody looks. */
export async function setPublication(context: Pick<Context, 'db' | 'clock'>): Promise<void> {
  for (const [name, value] of Object.entries(PUBLICATION)) await changeSetting(context, name, value)
  const changes = { quietFrom: 'none', quietUntil: 'none' }
  await changeNewsletter(context, { slug: 'breaking', changes })
}

export type Breaking = { name: string; bytes: Uint8Array }

/** Takes the sample articles and the files that were named; the one that breaks is kept for the alert. */
export async function bringArticles(
  { app, say }: Told,
  files: string[],
): Promise<{ articles: number; breaking: Breaking }> {
  const names = (await readdir(SAMPLES))
    .filter((name) => /\.(html|json|txt)$/.test(name))
    .toSorted()
  const samples = await Promise.all(
    names.map(async (name) => ({ name, bytes: await readFile(join(SAMPLES, name)) })),
  )
  const breaking = samples.find(
    ({ name, bytes }) =>
      name.endsWith('.json') && /"breaking":\s*true/.test(bytes.toString('utf8')),
  )
  if (breaking === undefined) throw new Error('the samples have no breaking article')
  const places = [
    ...samples.filter((sample) => sample !== breaking).map(({ name }) => join(SAMPLES, name)),
    ...files,
  ]
  for (const place of places) {
    const { input, origin } = await readPlace(place)
    const { article } = await ingest(app.context, { input, origin })
    if (files.includes(place))
      say(`took ${basename(place)}: “${article.headline}”, ${article.paragraphs.length} paragraphs`)
  }
  await clusterWaiting(app.context)
  say(`${places.length} articles taken in, cleaned, summarised and gathered into stories`)
  return { articles: places.length, breaking }
}
