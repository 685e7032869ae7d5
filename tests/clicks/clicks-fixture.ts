import { sql } from 'kysely'
import PostalMime from 'postal-mime'
import { openClicks, type Clicks } from '#clicks/follow-click.ts'
import { readClicks } from '#clicks/read-clicks.ts'
import { switchClicks } from '#editions/newsletter.ts'
import { sealToken } from '#subscribers/tokens.ts'
import { ingestArticle } from '../articles-fixture.ts'
import { openDesk, releaseDigest } from '../deliveries/send-fixture.ts'
import { addReaders, type House, openHouse } from '../house.ts'

export const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'
export const HOUR = 3_600_000

const STORIES: [headline: string, text: string][] = [
  [
    'Council votes to rebuild the fish market',
    'Work on the north quay begins in March and costs 14 million crowns, of which the region pays a third.',
  ],
  [
    'Night ferries return after the storm',
    'The wreckage was cleared from the channel at two in the morning, four days ahead of plan.',
  ],
  [
    'Shipyard hires apprentices for two tugs',
    'It is the largest intake since 1998, and no school certificate is asked for by the yard.',
  ],
  [
    'Seals are counted from the air',
    'Two drones found 412 pups near the cape, a third more than the walkers had reported in summer.',
  ],
  [
    'Lost map of 1714 goes on show',
    'The engraver put the lighthouse on the wrong side, and captains paid him to keep silent.',
  ],
  [
    'Rovers win the derby at the last minute',
    'Both goals came in stoppage time before the largest crowd that the stadium saw this season.',
  ],
]

export type ClickHouse = House & {
  editionId: number
  mails: { html: string; text: string; to: string }[]
  clicks: Clicks
  tokenOf(reader: number, editionId?: number): string
  click(visit: { reader: number; position?: number } & Partial<Request>): Promise<void>
  /** Past the moment at which clicks are judged. */
  settle(): void
  readers(): Promise<(number | null)[]>
  rows<Row>(statement: string): Promise<Row[]>
}

type Request = {
  method: 'GET' | 'HEAD'
  agent: string
  purpose: string
  network: string | null
}

/** Readers 1, 2, 3 … got a digest of six stories that counts its clicks. */
export async function openClickHouse(count: number, { on = true } = {}): Promise<ClickHouse> {
  const house = await openHouse()
  if (on) await switchClicks(house.context, { slug: 'daily', on })
  await addReaders(house, count)
  for (const [headline, text] of STORIES)
    await ingestArticle(house.context, { headline, paragraphs: [text, `${headline}. ${text}`] })
  const editionId = await releaseDigest(house)
  const mails = await mailAll(house)
  const clicks = openClicks(house.context)
  const publicIds = await readPublicIds(house)
  const tokenOf = (reader: number, edition = editionId) =>
    sealToken(house.context.secrets, 'click', {
      publicId: publicIds[reader - 1] ?? 0,
      reference: edition,
      addressVersion: 0,
    })
  return Object.assign(house, {
    editionId,
    mails,
    clicks,
    tokenOf,
    async click({ reader, position = 0, ...request }: Parameters<ClickHouse['click']>[0]) {
      await clicks.follow({
        token: tokenOf(reader),
        position,
        method: 'GET',
        agent: FIREFOX,
        purpose: '',
        network: null,
        ...request,
      })
      await clicks.flush()
    },
    settle: () => house.wait(10 * 60_000),
    async readers() {
      const { rows } = await sql<{ readers: number }>`
        select coalesce(c.readers, 0) as readers
          from edition_link l left join click_count c using (edition_id, position)
         where l.edition_id = ${editionId} order by l.position`.execute(house.db)
      return rows.map((row) => row.readers)
    },
    async rows<Row>(statement: string) {
      return (await sql.raw<Row>(statement).execute(house.db)).rows
    },
  })
}

export async function reportOf(house: ClickHouse) {
  const report = await readClicks(house.db, house.editionId)
  if (report === undefined) throw new Error('the edition does not count clicks')
  return report
}

async function mailAll(house: House): Promise<ClickHouse['mails']> {
  await using desk = await openDesk(house)
  while ((await desk.drain()) > 0);
  const parsed = desk.relay.mails.map(async ({ to, raw }) => {
    const { html = '', text = '' } = await PostalMime.parse(raw)
    return { html, text, to }
  })
  return await Promise.all(parsed)
}

async function readPublicIds({ db }: House): Promise<number[]> {
  const { rows } = await sql<{ publicId: number }>`
    select public_id as "publicId" from subscriber order by id`.execute(db)
  return rows.map((row) => row.publicId)
}
