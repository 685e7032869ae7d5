import type { Compiled, Edition, SenderLine } from '#editions/store.ts'

export const SECRETS = { tokenKey: Buffer.alloc(32, 7), suppressionKey: Buffer.alloc(32, 8) }

const SENDER: SenderLine = {
  name: 'The Harbour Courier',
  fromAddress: 'news@news.courier.example',
  replyTo: 'newsroom@courier.example',
  bounceDomain: 'bounce.courier.example',
  publicUrl: 'https://news.courier.example/day&break',
  newsletter: { slug: 'daily', name: 'Morning Digest' },
}

type Form<Kind> = Omit<Extract<Compiled, { form: Kind }>, 'sender'>

/** An edition that no database knows. */
export function madeUpEdition(
  form: Form<'digest'> | Form<'single'>,
  { sender = {}, ...change }: Partial<Edition> & { sender?: Partial<SenderLine> } = {},
): Edition {
  return {
    id: 17,
    newsletterId: 1,
    newsletterSlug: 'daily',
    newsletterName: 'Morning Digest',
    kind: 'digest',
    state: 'sending',
    stateReason: null,
    version: 1,
    subject: 'Night ferries return',
    preheader: 'Sunday market stays',
    language: 'en',
    editionDate: '2026-11-22',
    compiled: { ...form, sender: { ...SENDER, ...sender } },
    contentHash: 'a'.repeat(64),
    approvedHash: 'a'.repeat(64),
    releaseRule: 'now',
    releaseAt: new Date('2026-11-22T06:30:00Z'),
    createdAt: new Date('2026-11-22T05:00:00Z'),
    plannedAt: null,
    sentAt: null,
    audience: null,
    test: false,
    spreadMs: 0,
    dkim: null,
    draft: null,
    draftNumber: 1,
    authors: [],
    slot: null,
    dueAt: null,
    deadlineAt: null,
    threadOf: null,
    level: 'normal',
    updateNumber: null,
    leavesAt: null,
    ...change,
  }
}
