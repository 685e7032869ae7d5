import { ingest } from '#articles/ingest.ts'
import type { Context } from '#context.ts'
import { approveEdition, sendEdition } from '#deliveries/send-edition.ts'
import { composeDigest } from '#editions/compose-digest.ts'
import { changeSetting } from '#editions/publication.ts'
import { getEdition } from '#editions/store.ts'
import { openOperator } from '#operators/operator.ts'

const PUBLICATION = {
  name: 'The Harbour Courier',
  url: 'https://courier.example/',
  address: 'The Harbour Courier, 12 Chandler’s Row, Port Ansel PA1 2HC',
  fromAddress: 'morning@mail.courier.example',
  replyTo: 'newsroom@courier.example',
  bounceDomain: 'bounce.mail.courier.example',
  disclaimer: 'This is a drill: nothing of it is true.',
  privacyUrl: 'https://courier.example/privacy',
  correctionsUrl: 'https://courier.example/corrections',
  correctionsAddress: 'corrections@courier.example',
}

const STORIES = {
  first: {
    headline: 'Council votes to rebuild the fish market',
    topics: ['Council'],
    paragraphs: [
      'The council of Port Ansel voted on Friday to rebuild the old fish market on the north quay, ending nine years of argument about the site.',
      'Work is to begin in March and to cost 14.2 million crowns, of which the region pays a third.',
    ],
  },
  second: {
    headline: 'Rovers win the derby at the last minute',
    topics: ['Sport'],
    paragraphs: [
      'A header in stoppage time gave Ansel Rovers the derby and sent the visitors home without a point for the first time since 1998.',
      'The stadium saw its largest crowd since spring, and the manager called it the best evening of a long season.',
    ],
  },
}

export async function setPublication(context: Pick<Context, 'db'>): Promise<void> {
  for (const [name, value] of Object.entries(PUBLICATION)) await changeSetting(context, name, value)
}

/** A digest of a made-up story, approved and ready to be sent. */
export async function makeDigest(
  context: Pick<Context, 'db' | 'clock' | 'config' | 'enqueue'>,
  which: keyof typeof STORIES,
): Promise<number> {
  const story = STORIES[which]
  const article = {
    ...story,
    url: `https://courier.example/${story.headline.toLowerCase().replaceAll(' ', '-')}`,
    publisher: PUBLICATION.name,
  }
  const bytes = new TextEncoder().encode(JSON.stringify(article))
  const input = { bytes, contentType: 'application/json' }
  await ingest(context, { input, origin: { kind: 'api', name: 'drill' } })
  const operator = await openOperator(context, 'drill')
  const { editionId } = await composeDigest(context, {
    newsletterSlug: 'daily',
    operatorId: operator.id,
    again: true,
  })
  const { contentHash } = await getEdition(context.db, editionId)
  await approveEdition(context, { editionId, contentHash, operatorId: operator.id })
  return editionId
}

export async function release(context: Context, editionId: number): Promise<void> {
  await sendEdition(context, { editionId, rule: 'now', spreadMs: 0 })
}
