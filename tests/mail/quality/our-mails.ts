import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import { planEdition } from '#deliveries/plan.ts'
import { overrideCheck } from '#deliveries/preflight/override-check.ts'
import { sendEdition } from '#deliveries/send-edition.ts'
import { confirmJoining, requestToJoin } from '#deliveries/service-mail.ts'
import { composeDigest } from '#editions/compose-digest.ts'
import { draftAlert } from '#editions/alerts/draft-alert.ts'
import { composeNote } from '#editions/notes/compose-note.ts'
import { parseNote } from '#editions/notes/note.ts'
import { changeSetting } from '#editions/publication.ts'
import { openDkim } from '#mail/dkim/dkim.ts'
import { writeInUse, writeKey } from '#mail/dkim/key-folder.ts'
import type { SigningKey } from '#mail/dkim/signature.ts'
import { ingestArticle } from '../../articles-fixture.ts'
import {
  approve,
  type Desk,
  ensureOperator,
  type Handed,
  openDesk,
} from '../../deliveries/send-fixture.ts'
import { type House, openHouse } from '../../house.ts'

export const DOMAIN = 'news.courier.example'
export const BOUNCE_DOMAIN = `bounce.${DOMAIN}`
export const ADDRESS = 'The Harbour Courier, 4 Rope Walk, Port Ansel PA1 2HC'

export type OurMails = Record<'confirm' | 'welcome' | 'digest' | 'alert' | 'note', Handed>

type Told = { headline: string; paragraphs?: string[] }

const STORIES: Told[] = [
  { headline: 'Council votes to rebuild the fish market' },
  {
    headline: 'Rovers win at the last minute',
    paragraphs: [
      'A header in stoppage time gave Ansel Rovers the derby and sent the visitors home without a point for the first time.',
      'The stadium saw its largest crowd since spring, and the manager called it the best evening of a long season.',
    ],
  },
]

/** Made once: an RSA key of 2048 bits takes as long as a mail. */
export const KEYS: SigningKey[] = [
  {
    domain: DOMAIN,
    selector: 'db2611r',
    algorithm: 'rsa-sha256',
    key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  },
  {
    domain: DOMAIN,
    selector: 'db2611e',
    algorithm: 'ed25519-sha256',
    key: generateKeyPairSync('ed25519').privateKey,
  },
]

/** A house whose links are on the web: those to this machine pass the lint, and no spam filter. */
export async function openOurHouse(): Promise<House> {
  return openHouse({ env: { PUBLIC_URL: `https://${DOMAIN}` } })
}

/** One mail of each template as the relay was handed it: signed with both keys, its envelope at the bounce domain. */
export async function sendOurMails(
  house: House,
  { stories = STORIES, alert = 'Harbour closed after two ships collide' } = {},
): Promise<OurMails> {
  await introduce(house)
  await using keys = await keyFolder()
  const dkim = await openDkim({ dir: keys.dir, log: house.context.log })
  await using desk = await openDesk(house, { dkim })
  await requestToJoin(house.context, {
    email: 'reader@example.net',
    newsletters: ['daily', 'breaking'],
    timeZone: 'Europe/London',
    language: 'en',
    topics: [],
    witness: { form: 'front page' },
  })
  await desk.drain('confirmation')
  const { text = '' } = await PostalMime.parse(handed(desk, 0).raw)
  await confirmJoining(house.context, /\/c\/([\w-]+)/.exec(text)?.[1] ?? '', { form: 'link' })
  await desk.drain('confirmation')
  await releaseDigest(house, { stories, dkimDir: keys.dir })
  await desk.drain('digest')
  await releaseAlert(house, { headline: alert, dkimDir: keys.dir })
  await desk.drain('alert')
  await releaseNote(house, { dkimDir: keys.dir })
  await desk.drain('digest')
  return {
    confirm: handed(desk, 0),
    welcome: handed(desk, 1),
    digest: handed(desk, 2),
    alert: handed(desk, 3),
    note: handed(desk, 4),
  }
}

function handed({ relay }: Desk, number: number): Handed {
  const mail = relay.mails[number]
  if (mail === undefined) throw new Error(`only ${relay.mails.length} mails were handed over`)
  return mail
}

async function introduce({ context }: House): Promise<void> {
  const settings = {
    name: 'The Harbour Courier',
    url: 'https://courier.example/',
    fromAddress: `courier@${DOMAIN}`,
    replyTo: 'newsroom@courier.example',
    bounceDomain: BOUNCE_DOMAIN,
    address: ADDRESS,
    privacyUrl: 'https://courier.example/privacy',
    correctionsUrl: 'https://courier.example/corrections',
    correctionsAddress: 'corrections@courier.example',
  }
  for (const [name, value] of Object.entries(settings)) await changeSetting(context, name, value)
}

async function keyFolder(): Promise<AsyncDisposable & { dir: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'daybreak-keys-'))
  for (const { key, ...named } of KEYS)
    await writeKey(dir, { ...named, pem: key.export({ type: 'pkcs8', format: 'pem' }).toString() })
  await writeInUse(
    dir,
    DOMAIN,
    KEYS.map(({ selector }) => selector),
  )
  return {
    dir,
    [Symbol.asyncDispose]: async () => rm(dir, { recursive: true, force: true }),
  }
}

type Release = { dkimDir: string }

async function releaseDigest(
  house: House,
  { stories, dkimDir }: Release & { stories: Told[] },
): Promise<void> {
  for (const story of stories)
    await ingestArticle(house.context, { about: story.headline, ...story })
  const { editionId } = await composeDigest(house.context, {
    newsletterSlug: 'daily',
    operatorId: null,
    again: false,
  })
  await release(house, { editionId, dkimDir })
  await planEdition(house.context, { editionId })
}

/** Words that look like a template's syntax are let pass: how they look in a mail is what is asked here. */
async function release(
  house: House,
  { editionId, dkimDir }: Release & { editionId: number },
): Promise<void> {
  const operatorId = await ensureOperator(house)
  const letting = { check: 'leftovers', reason: 'a story about templates' }
  await overrideCheck(house.context, { editionId, operatorId, ...letting })
  await approve(house, editionId)
  await sendEdition(house.context, { editionId, rule: 'now', dkimDir })
}

async function releaseAlert(
  house: House,
  { headline, dkimDir }: Release & { headline: string },
): Promise<void> {
  const { articleId } = await ingestArticle(house.context, { headline, breaking: true })
  const { editionId } = await draftAlert(house.context, { articleId, operatorId: null })
  await release(house, { editionId, dkimDir })
}

const NOTE = `Dear readers,

from Monday on the morning digest comes at six, an hour earlier than it did, because the first ferry sails at half past six.

# If seven suits you better

Keep your hour: it is two taps, and it stays when the clocks change. The words behind the link below say how.

How to keep your hour
https://courier.example/hours

Yours, Mara Holm, morning editor`

async function releaseNote(house: House, { dkimDir }: Release): Promise<void> {
  const words = { newsletter: 'daily', subject: 'We start at six from Monday', text: NOTE }
  const { editionId } = await composeNote(house.context, {
    note: parseNote(words),
    operatorId: null,
  })
  await release(house, { editionId, dkimDir })
}
