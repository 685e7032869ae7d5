import { hashAddress } from '#secrets.ts'
import { addSubscriber } from '#subscribers/sign-up.ts'
import type { Told } from '../run.ts'
import { leaveOut } from './day-store.ts'

const NAMES =
  'ada ben cleo dan edda finn gus hana ivo june kit lena milo nora otto pia quin rosa sam tess uma vera wim xena'.split(
    ' ',
  )
const STREETS = ['quay', 'lock', 'mill', 'hill', 'park', 'tower']

/** 24 names in six streets: one of eight follows topics, one is on a break, one had bounced. */
export async function addCrowd({ app, say }: Told): Promise<number> {
  const { context } = app
  const readers = STREETS.flatMap((street) => NAMES.map((name) => `${name}.${street}`))
  for (const [index, reader] of readers.entries())
    await addSubscriber(context, {
      email: `${reader}@readers.example`,
      newsletters: ['daily'],
      topics: index % 8 === 4 ? ['harbour', 'sport'] : [],
      timeZone: 'Europe/London',
      language: 'en',
      actor: 'demo',
    })
  await leaveOut(context.db, {
    bounced: hashAddress(context.secrets, 'wim.tower@readers.example'),
    snoozed: 'xena.tower@readers.example',
    now: context.clock.now(),
  })
  const following = readers.filter((_, index) => index % 8 === 4).length
  say(
    `${readers.length} readers; ${following} follow topics that the wrong story is not in, one is on a break, one is on the do-not-mail list`,
  )
  return readers.length
}
