import PostalMime from 'postal-mime'
import type { Context } from '#context.ts'
import type { Edition } from '#editions/store.ts'
import { allBlocks, type CompiledDigest, SINCE } from '#mail/digest-blocks.ts'
import { UNSIGNED } from '#mail/mime/write-message.ts'
import { composeReaderMail, type EditionForm, openForm } from '../reader-mail.ts'

/** So many random choices of stories; `random` is between 0 and 1. */
export type Drawing = { random: () => number; variants: number }

/** A real mail of the edition, for a reader who is nobody. */
export type CheckedMail = {
  name: string
  raw: Buffer
  subject: string
  html: string
  text: string
  unsubscribe: string
  post: string
}

const READER = {
  subscriberId: 1,
  publicId: 1,
  addressVersion: 1,
  email: 'reader@preflight.invalid',
}
/** A mail of so many stories is never cut at its end. */
const PAGE = 8

/** The largest first, then the smallest, then mails in which every block stands, then those that chance draws. */
export async function composeMails(
  { secrets }: Pick<Context, 'secrets'>,
  edition: Edition,
  drawing: Drawing,
): Promise<[CheckedMail, ...CheckedMail[]]> {
  const form = openForm({ secrets, signer: null }, edition)
  const [first, ...others] = choicesOf(edition, drawing)
  const mails: [CheckedMail, ...CheckedMail[]] = [await compose(form, first)]
  for (const choice of others) mails.push(await compose(form, choice))
  return mails
}

type Choice = { name: string; blocks: number[] }

function choicesOf({ compiled, kind }: Edition, drawing: Drawing): [Choice, ...Choice[]] {
  if (compiled.form === 'single') return [{ name: `the ${kind}`, blocks: [0] }]
  const { digest } = compiled
  const places = [...digest.stories.keys()]
  const since = places.flatMap((place) =>
    digest.stories[place]?.since == null ? [] : [SINCE + place],
  )
  const smallest = places.toSorted((a, b) => sizeAt(digest, a) - sizeAt(digest, b))[0] ?? 0
  return [
    { name: 'the mail with everything', blocks: allBlocks(digest) },
    { name: 'the smallest mail', blocks: [smallest] },
    ...pagesOf(places),
    ...linesOf(places, since),
    ...drawn({ places, since }, drawing),
  ]
}

function sizeAt({ stories }: CompiledDigest, place: number): number {
  return stories[place]?.lead.html.length ?? 0
}

/** What would be moved to the web stands in one of these. */
function pagesOf(places: readonly number[]): Choice[] {
  if (places.length <= PAGE) return []
  const starts = places.filter((place) => place % PAGE === 0)
  return starts.map((start) => ({
    name: `the mail with stories ${start + 1} to ${Math.min(start + PAGE, places.length)}`,
    blocks: places.slice(start, start + PAGE),
  }))
}

/** The lines for who had the story by an alert; a mail needs one whole story. */
function linesOf(places: readonly number[], since: readonly number[]): Choice[] {
  if (since.length === 0) return []
  return places.slice(0, 2).map((place) => ({
    name: `the mail of who had all but story ${place + 1} by alerts`,
    blocks: [place, ...since.filter((line) => line !== SINCE + place)],
  }))
}

function drawn(
  { places, since }: { places: readonly number[]; since: readonly number[] },
  { random, variants }: Drawing,
): Choice[] {
  return Array.from({ length: variants }, (_, number) => {
    const some = places.filter(() => random() < 0.5)
    const stories = some.length > 0 ? some : [places[Math.floor(random() * places.length)] ?? 0]
    const lines = since.filter((line) => random() < 0.3 && !stories.includes(line - SINCE))
    return { name: `choice ${number + 1}`, blocks: [...stories, ...lines] }
  })
}

async function compose(form: EditionForm, { name, blocks }: Choice): Promise<CheckedMail> {
  const { message } = composeReaderMail(form, { ...READER, blocks })
  const { bytes, free } = await message(UNSIGNED)
  const raw = Buffer.from(bytes)
  free?.()
  const { html = '', text = '', subject = '', headers } = await PostalMime.parse(raw)
  const header = (wanted: string) => headers.find(({ key }) => key === wanted)?.value ?? ''
  return {
    name,
    raw,
    subject,
    html,
    text,
    unsubscribe: header('list-unsubscribe'),
    post: header('list-unsubscribe-post'),
  }
}
