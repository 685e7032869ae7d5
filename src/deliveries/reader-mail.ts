import { createHash, createHmac } from 'node:crypto'
import type { Context } from '#context.ts'
import { contentHashOf } from '#editions/content-hash.ts'
import type { Edition } from '#editions/store.ts'
import { withSlash } from '#editions/story-block.ts'
import { joinDigest } from '#mail/digest-blocks.ts'
import { composeMessage } from '#mail/message.ts'
import type { Envelope } from '#mail/outcome.ts'
import { fillSlots, type SlotValues } from '#mail/slots.ts'
import { sealLocalPart, sealToken } from '#subscribers/tokens.ts'

/** What of a claimed row goes into its mail. */
export type Reader = {
  subscriberId: number
  publicId: number
  addressVersion: number
  email: string
  blocks: number[]
}

type Secrets = Context['secrets']

/** Whether the edition still is what was approved. A changed row must never be mailed. */
export function isAsApproved(edition: Edition): boolean {
  return edition.approvedHash !== null && edition.approvedHash === contentHashOf(edition)
}

/**
 * The reader's whole message. Everything in it derives from the row and the frozen edition, so composing the same row
 * twice gives the same bytes.
 */
export async function composeReaderMail(
  secrets: Secrets,
  edition: Edition,
  reader: Reader,
): Promise<{ envelope: Envelope; raw: Buffer }> {
  const { sender } = edition.compiled
  const links = linksOf(secrets, { edition, reader })
  const body = bodyOf(edition, reader.blocks)
  const slots = slotsOf(edition, links)
  const mailDomain = domainOf(sender.fromAddress)
  const id = createHmac('sha256', secrets.tokenKey)
    .update(`message ${edition.id} ${reader.subscriberId}`)
    .digest('hex')
    .slice(0, 40)
  const raw = await composeMessage({
    kind: edition.kind,
    from: { name: sender.name, address: sender.fromAddress },
    to: reader.email,
    replyTo: sender.replyTo,
    subject: edition.subject,
    html: fillSlots(body.html, slots, { as: 'html' }),
    text: fillSlots(body.text, slots, { as: 'text' }),
    messageId: `<${id}@${mailDomain}>`,
    date: edition.releaseAt ?? edition.createdAt,
    boundarySeed: id,
    // Mails of a digest must not be folded into one conversation.
    ...(edition.kind === 'digest'
      ? { entityRef: id, references: `<${id}.ref@${mailDomain}>` }
      : {}),
    feedbackId: `${edition.id}:${sender.newsletter.slug}:${edition.kind}:${senderId(mailDomain)}`,
    list: {
      id: {
        name: `${sender.name} ${edition.compiled.sender.newsletter.name}`,
        value: `${sender.newsletter.slug}.${mailDomain}`,
      },
      unsubscribe: { url: links.unsubscribe, mailbox: `u-${links.local}@${sender.bounceDomain}` },
      help: links.preferences,
      archive: links.web,
      owner: sender.replyTo,
      subscribe: links.signUp,
    },
  })
  return { envelope: { from: `b-${links.bounce}@${sender.bounceDomain}`, to: reader.email }, raw }
}

function bodyOf({ compiled, id }: Edition, blocks: number[]): { html: string; text: string } {
  if (compiled.form === 'single') return compiled
  const chosen = blocks.flatMap((block) => compiled.digest.stories[block]?.id ?? [])
  if (chosen.length === 0)
    throw new Error(`edition ${id} has none of the blocks ${blocks.join(', ')}`)
  return joinDigest(compiled.digest, chosen)
}

function slotsOf(edition: Edition, links: ReturnType<typeof linksOf>): SlotValues {
  const offer = new Intl.ListFormat('en').format([edition.compiled.sender.newsletter.name])
  return {
    unsubscribeUrl: links.unsubscribe,
    preferencesUrl: links.preferences,
    webViewUrl: links.web,
    signUpUrl: links.signUp,
    alertsOnlyOffUrl: links.unsubscribe,
    storyOffUrl: links.storyOff,
    whyLine: `You get this because you signed up for ${offer} from ${edition.compiled.sender.name}.`,
  }
}

function linksOf(secrets: Secrets, { edition, reader }: { edition: Edition; reader: Reader }) {
  const base = withSlash(new URL(edition.compiled.sender.publicUrl))
  const token = { publicId: reader.publicId, reference: edition.id, addressVersion: 0 }
  const seal = (purpose: 'unsubscribe' | 'preferences' | 'webView' | 'muteStory') =>
    sealToken(secrets, purpose, token)
  return {
    unsubscribe: new URL(`u/${seal('unsubscribe')}`, base).href,
    preferences: new URL(`p/${seal('preferences')}`, base).href,
    web: new URL(`e/${seal('webView')}`, base).href,
    signUp: base.href,
    storyOff: new URL(`s/${seal('muteStory')}`, base).href,
    local: sealLocalPart(secrets, 'unsubscribe', token),
    bounce: sealLocalPart(secrets, 'bounce', { ...token, addressVersion: reader.addressVersion }),
  }
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1)
}

/** Gmail's feedback loop wants 5 to 15 characters that stay the same for ever. */
function senderId(mailDomain: string): string {
  return `db${createHash('sha256').update(mailDomain).digest('hex').slice(0, 10)}`
}
