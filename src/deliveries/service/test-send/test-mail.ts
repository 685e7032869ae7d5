import { z } from 'zod'
import type { Context } from '#context.ts'
import { getEdition } from '#editions/store.ts'
import type { Dkim } from '#mail/dkim/dkim.ts'
import type { ServiceClaim } from '../../claim-service.ts'
import { composeReaderMail, openForm, type ReaderMail } from '../../reader-mail.ts'

type Needs = Pick<Context, 'db' | 'secrets'> & {
  sender: { dkim: Pick<Dkim, 'pinFor' | 'signerFor'> }
}

const Payload = z.object({
  editionId: z.int(),
  hash: z.string(),
  blocks: z.array(z.int()).min(1),
})

/** The edition's mail for nobody: whole and signed, and whoever presses its links presses no reader's. */
export async function composeTest(
  { db, secrets, sender: { dkim } }: Needs,
  { payload, subscriberId: mailId, email, releaseAt }: ServiceClaim,
): Promise<ReaderMail> {
  const { editionId, hash, blocks } = Payload.parse(payload)
  const edition = await getEdition(db, editionId)
  if (edition.contentHash !== hash) throw new Error(`edition ${editionId} was changed meanwhile`)
  const pin = edition.dkim ?? dkim.pinFor(edition.compiled.sender.fromAddress)
  const marked = { ...edition, subject: `[Test] ${edition.subject}`, releaseAt }
  const form = openForm({ secrets, signer: dkim.signerFor(pin) }, marked)
  // Its Message-ID is no reader's: theirs are made of numbers above zero.
  const nobody = { subscriberId: -mailId, publicId: 0, addressVersion: 0, apart: true }
  return composeReaderMail(form, { ...nobody, email, blocks })
}
