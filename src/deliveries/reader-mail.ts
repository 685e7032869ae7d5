import { createHash } from 'node:crypto'
import { domainToASCII } from 'node:url'
import type { Context } from '#context.ts'
import { contentHashOf } from '#editions/content-hash.ts'
import type { Edition } from '#editions/store.ts'
import { withSlash } from '#editions/story-block.ts'
import { joinDigest } from '#mail/digest-blocks.ts'
import { compileHead, type OwnHead } from '#mail/message.ts'
import type { Values } from '#mail/mime/block.ts'
import { FreeBuffers } from '#mail/mime/free-buffers.ts'
import type { HeaderField, Signer } from '#mail/mime/unsigned-message.ts'
import { wireAddress } from '#mail/mime/wire-address.ts'
import { writeMessage } from '#mail/mime/write-message.ts'
import type { OutgoingMail } from '#mail/outcome.ts'
import { type Filling, type Fillings, fillSlots, type SlotValues } from '#mail/slots.ts'
import { phrase, wordsFor } from '#mail/words.ts'
import { KeyedHash } from '#subscribers/keyed-hash.ts'
import { sealPreferences } from '#subscribers/tokens/preferences-token.ts'
import { keysAt, type Purpose, sealBoth, sealLocalPart, sealToken } from '#subscribers/tokens.ts'
import { compileEdition, type EditionBlocks } from './edition-blocks.ts'

/** What of a claimed row goes into its mail. */
export type Reader = {
  subscriberId: number
  publicId: number
  addressVersion: number
  email: string
  blocks: number[]
  /** Booked apart from the edition's audience: what comes back of it is a service mail's. */
  apart?: boolean
}

type Secrets = Context['secrets']

/** An edition made ready for all its readers: what they share is encoded. It may take 10 MB, so a process keeps few. */
export type EditionForm = {
  readonly id: number
  readonly version: number
  readonly contentHash: string
  readonly edition: Edition
  readonly secrets: Secrets
  readonly signer: Signer | null
  readonly head: (own: OwnHead) => HeaderField[]
  readonly blocks: EditionBlocks
  readonly buffers: FreeBuffers
  readonly links: Links
  readonly mailDomain: string
}

export type ReaderMail = Pick<OutgoingMail, 'envelope' | 'message'>

const IDLE_BYTES = 4 * 1024 * 1024

/** Whether the edition still is what was approved. A changed row must never be mailed. */
export function isAsApproved(edition: Edition): boolean {
  return edition.approvedHash !== null && edition.approvedHash === contentHashOf(edition)
}

/** `signer` is the one of the keys that the edition pinned. `imageBytes` bounds the ready bodies of frequent variants. */
export function openForm(
  { secrets, signer, imageBytes }: { secrets: Secrets; signer: Signer | null; imageBytes?: number },
  edition: Edition,
): EditionForm {
  const { sender } = edition.compiled
  const { kind, subject, id } = edition
  const mailDomain = domainOf(sender.fromAddress)
  const links = linksOf(edition)
  const boundarySeed = `edition ${id}`
  const { slug, name } = sender.newsletter
  return {
    id,
    version: edition.version,
    contentHash: edition.contentHash,
    edition,
    // Readers meet the edition's key as long as it is tried again, also behind a change of keys.
    secrets: keysAt(secrets, edition.createdAt),
    signer,
    head: compileHead({
      kind,
      subject,
      boundarySeed,
      from: { name: sender.name, address: sender.fromAddress },
      replyTo: sender.replyTo,
      feedbackId: `${id}:${slug}:${kind}:${senderId(mailDomain)}`,
      list: {
        id: { name: `${sender.name} ${name}`, value: `${slug}.${mailDomain}` },
        owner: sender.replyTo,
        subscribe: links.signUp,
        archive: links.webView,
      },
    }),
    blocks: compileEdition(edition.compiled, {
      fillings: fillingsOf(edition, links),
      boundarySeed,
      ...(imageBytes === undefined ? {} : { imageBytes }),
    }),
    buffers: new FreeBuffers(IDLE_BYTES),
    links,
    mailDomain,
  }
}

/**
 * The reader's whole message. Everything in it derives from the row and the frozen edition, so composing the same row
 * twice gives the same bytes, in any process. Throws for a row that no mail can be made of.
 */
export function composeReaderMail(form: EditionForm, reader: Reader): ReaderMail {
  const { edition, secrets } = form
  const to = wireAddress(reader.email, 'To')
  const body = form.blocks.bodyOf(reader.blocks)
  const bounce = sealLocalPart(secrets, 'bounce', {
    publicId: reader.publicId,
    reference: reader.apart === true ? 0 : edition.id,
    addressVersion: reader.addressVersion,
  })
  return {
    envelope: { from: `b-${bounce}@${edition.compiled.sender.bounceDomain}`, to },
    message: (profile) => {
      const tokens = tokensOf(form, reader)
      const fields = form.head(ownHead(form, { to, reader, tokens }))
      return writeMessage(form, { fields, token: bounce, body, values: tokens.values }, profile)
    },
  }
}

/** The HTML of the reader's mail, for reading it on the web. */
export function readerPage(
  { secrets }: Pick<Context, 'secrets'>,
  edition: Edition,
  {
    publicId,
    blocks,
    addressVersion = 0,
  }: Pick<Reader, 'publicId' | 'blocks'> & Partial<Pick<Reader, 'addressVersion'>>,
): string {
  const links = linksOf(edition)
  const house = { secrets: keysAt(secrets, edition.createdAt), edition }
  const values: Values = tokensOf(house, { publicId, addressVersion }).values
  const filled = Object.entries(fillingsOf(edition, links)).map(([name, filling]) => [
    name,
    'same' in filling ? filling.same : `${filling.before}${values[filling.token] ?? ''}`,
  ])
  // Whoever reads on the web is not counted.
  const storyUrl = edition.compiled.links?.map(({ url }) => url) ?? []
  const slots: SlotValues = { ...Object.fromEntries(filled), storyUrl }
  return fillSlots(htmlOf(edition, blocks), slots, { as: 'html' })
}

function htmlOf({ compiled }: Edition, blocks: readonly number[]): string {
  return compiled.form === 'single' ? compiled.html : joinDigest(compiled.digest, blocks).html
}

/** The Message-ID of a row, without its angle brackets: a repeat has the same. */
export function messageIdOf(
  secrets: Secrets,
  edition: Edition,
  { subscriberId }: Pick<Reader, 'subscriberId'>,
): string {
  const number = messageNumber(secrets, `message ${edition.id} ${subscriberId}`)
  return `${number}@${domainOf(edition.compiled.sender.fromAddress)}`
}

function ownHead(
  { edition, secrets, links, mailDomain }: EditionForm,
  { to, reader, tokens }: { to: string; reader: Reader; tokens: ReturnType<typeof tokensOf> },
): OwnHead {
  const number = messageNumber(secrets, `message ${edition.id} ${reader.subscriberId}`)
  const { unsubscribe, preferences } = tokens.values
  const threadOf = () => {
    // Under the reader's own copy of the mail that this one is about (RFC 5322 3.6.4).
    if (edition.threadOf !== null) {
      const about = messageNumber(secrets, `message ${edition.threadOf} ${reader.subscriberId}`)
      const first = `<${about}@${mailDomain}>`
      return { inReplyTo: first, references: first }
    }
    // Mails of a digest must not be folded into one conversation.
    return edition.kind === 'digest'
      ? { entityRef: number, references: `<${number}.ref@${mailDomain}>` }
      : {}
  }
  return {
    to,
    messageId: `<${number}@${mailDomain}>`,
    date: dateOf(edition),
    ...threadOf(),
    list: {
      unsubscribe: {
        url: links.unsubscribe + unsubscribe,
        mailbox: `u-${tokens.localPart}@${edition.compiled.sender.bounceDomain}`,
      },
      help: links.preferences + preferences,
    },
  }
}

/** Of its mails: frozen with its release. */
function dateOf({ releaseAt, createdAt }: Edition): Date {
  return releaseAt ?? createdAt
}

type Links = Record<
  'unsubscribe' | 'preferences' | 'webView' | 'muteStory' | 'click' | 'signUp',
  string
>

/** What stands before a reader's token; the sign-up page and the edition on the web are the same for everybody. */
function linksOf({ id, compiled }: Edition): Links {
  const base = withSlash(new URL(compiled.sender.publicUrl))
  const before = (path: string) => new URL(path, base).href
  return {
    unsubscribe: before('u/'),
    preferences: before('p/'),
    webView: before(`n/${compiled.sender.newsletter.slug}/${id}`),
    muteStory: before('s/'),
    click: before('k/'),
    signUp: base.href,
  }
}

/** Sealed once a mail: the token of leaving stands in its head and in both parts. */
function tokensOf(
  { secrets, edition }: { secrets: Secrets; edition: Edition },
  { publicId, addressVersion }: Pick<Reader, 'publicId' | 'addressVersion'>,
) {
  const about = { publicId, reference: edition.id, addressVersion: 0 }
  const seal = (purpose: Purpose) => sealToken(secrets, purpose, about)
  const { token: unsubscribe, localPart } = sealBoth(secrets, 'unsubscribe', about)
  const values = {
    unsubscribe,
    preferences: sealPreferences(secrets, { publicId, addressVersion, now: dateOf(edition) }),
    muteStory: edition.kind === 'digest' ? '' : seal('muteStory'),
    // One for all its stories: which of them is meant stands before the token.
    click: edition.compiled.links === undefined ? '' : seal('click'),
  } satisfies Values
  return { values, localPart }
}

type EditionFilling = Exclude<Filling, { own: 'text' }>

function fillingsOf(
  { kind, compiled: { sender, links: counted }, language }: Edition,
  links: Links,
) {
  const words = wordsFor(language)
  const reason = kind === 'correction' ? words.correction.why : words.whyEdition
  const offer = phrase(reason, 'newsletter', sender.newsletter.name)
  const why = phrase(offer, 'name', sender.name)
  return {
    unsubscribeUrl: { before: links.unsubscribe, token: 'unsubscribe' },
    preferencesUrl: { before: links.preferences, token: 'preferences' },
    webViewUrl: { same: links.webView },
    signUpUrl: { same: links.signUp },
    alertsOnlyOffUrl: { before: links.unsubscribe, token: 'unsubscribe' },
    storyOffUrl: { before: links.muteStory, token: 'muteStory' },
    storyUrl: { before: links.click, token: 'click' },
    whyLine: { same: counted === undefined ? why : `${why} ${words.countsClicks}` },
  } satisfies Record<string, EditionFilling> & Fillings
}

const messageHashes = new WeakMap<Buffer, KeyedHash>()

/** 40 digits that only this house gives to what `about` names. */
export function messageNumber({ tokenKey }: Secrets, about: string): string {
  const hash = messageHashes.get(tokenKey) ?? new KeyedHash(tokenKey)
  messageHashes.set(tokenKey, hash)
  return hash.hexOf(Buffer.from(about)).slice(0, 40)
}

function domainOf(address: string): string {
  return domainToASCII(address.slice(address.lastIndexOf('@') + 1))
}

/** Gmail's feedback loop wants 5 to 15 characters that stay the same for ever. */
function senderId(mailDomain: string): string {
  return `db${createHash('sha256').update(mailDomain).digest('hex').slice(0, 10)}`
}
