import { randomBytes } from 'node:crypto'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { Refusal } from '#errors.ts'
import type { Feed } from '../feeds/feed.ts'
import { linksOf } from '../feeds/feed-head.ts'
import type { Fetch, Fetched } from '../fetching/fetch.ts'
import {
  claimSubscriptions,
  expireSubscriptions,
  markDenied,
  type Subscription,
  wantSubscription,
} from './subscription-store.ts'

/** Ten days; the hub may shorten it. */
const LEASE_SECONDS = 864_000
const A_SWEEP = 20

type Random = (size: number) => Buffer

/** Remembers the hub that announces the feed, if it names one: by Link headers first (WebSub, 4), else in the feed. */
export async function noteHub(
  db: Db,
  {
    sourceId,
    feed,
    fetched,
    random = randomBytes,
  }: {
    sourceId: number
    feed: Pick<Feed, 'hubUrls' | 'selfUrl'>
    fetched: Pick<Fetched, 'url' | 'headers'>
    random?: Random
  },
): Promise<void> {
  const { url, headers } = fetched
  const linked = (rel: string) => linksOf(headers['link'], { rel, base: url })[0]
  const hubUrl = linked('hub') ?? feed.hubUrls[0]
  if (hubUrl === undefined) return
  const topicUrl = linked('self') ?? feed.selfUrl ?? url
  const callback = random(24).toString('base64url')
  await wantSubscription(db, { sourceId, hubUrl, topicUrl, callback, secret: random(32) })
}

export type Subscribing = Pick<Context, 'db' | 'clock' | 'config' | 'log'> & { fetch: Fetch }

/** Asks the hubs that are to be asked. A server that the hub cannot reach over https polls, and asks none. */
export async function renewSubscriptions(subscribing: Subscribing): Promise<void> {
  const { db, clock, config } = subscribing
  await expireSubscriptions(db, clock.now())
  if (config.publicUrl.protocol !== 'https:') return
  for (const subscription of await claimSubscriptions(db, { now: clock.now(), limit: A_SWEEP }))
    await askHub(subscribing, subscription)
}

async function askHub(
  { db, config, fetch, log }: Subscribing,
  { sourceId, hubUrl, topicUrl, callback, secret }: Subscription,
): Promise<void> {
  try {
    const { status } = await fetch({
      url: hubUrl,
      accepts: /./,
      method: 'POST',
      form: {
        'hub.mode': 'subscribe',
        'hub.topic': topicUrl,
        'hub.callback': callbackUrlOf(config.publicUrl, callback),
        'hub.lease_seconds': String(LEASE_SECONDS),
        'hub.secret': secret.toString('hex'),
      },
    })
    // WebSub, 5.1: 202, and the word itself comes to the callback.
    if (status >= 200 && status < 300) return
    if (status < 500 && status !== 429)
      await markDenied(db, { sourceId, error: `The hub refused to subscribe us (${status}).` })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    log.info({ source: sourceId, reason: error.message }, 'a hub could not be asked')
  }
}

export function callbackUrlOf(publicUrl: URL, callback: string): string {
  return new URL(`/websub/${callback}`, publicUrl).href
}
