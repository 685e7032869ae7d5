import type { Context } from '#context.ts'
import type { Witness } from '../consent/witness.ts'
import type { Confirmation } from '../sign-up.ts'
import { listNewsletterSlugs, listTopicsById } from './join-store.ts'
import { insertSignUp } from './sign-up-store.ts'

type Known = Exclude<Confirmation, { kind: 'unknown' }>

/** Asks for the same once more, like a form: whether a mail is due is decided later, by the limits of the address. */
export async function requestToJoinLater(
  { db, clock, enqueue }: Pick<Context, 'db' | 'clock' | 'enqueue'>,
  { again, witness }: { again: Known; witness: Witness },
): Promise<void> {
  const { subscriber, newsletterIds, topicIds, language } = again
  // Gone meanwhile: erased.
  if (subscriber.email === null) return
  const topics = await listTopicsById(db, topicIds)
  await insertSignUp(db, {
    email: subscriber.email,
    newsletters: await listNewsletterSlugs(db, newsletterIds),
    topics: topics.filter(({ offered }) => offered).map(({ slug }) => slug),
    timeZone: subscriber.timeZone,
    language,
    attributes: {},
    form: witness.form,
    formVersion: witness.formVersion ?? '',
    network: witness.network ?? null,
    apiTokenId: null,
    now: clock.now(),
  })
  await enqueue('take-sign-ups', {})
}
