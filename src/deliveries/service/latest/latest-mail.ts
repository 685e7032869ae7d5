import { z } from 'zod'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { getEdition } from '#editions/store.ts'
import type { Dkim } from '#mail/dkim/dkim.ts'
import type { ServiceClaim } from '../../claim-service.ts'
import {
  composeReaderMail,
  type EditionForm,
  isAsApproved,
  openForm,
  type ReaderMail,
} from '../../reader-mail.ts'
import { findHash } from './latest-store.ts'

type Needs = Pick<Context, 'db' | 'secrets'> & {
  sender: { dkim: Pick<Dkim, 'pinFor' | 'signerFor'> }
}

const Payload = z.object({ editionId: z.int(), blocks: z.array(z.int()).min(1) })

/** An edition's mail for who joined after its audience was frozen: the same blocks, and the same ways out. */
export async function composeLatest(context: Needs, mail: ServiceClaim): Promise<ReaderMail> {
  const { editionId, blocks } = Payload.parse(mail.payload)
  const { readerId, publicId, addressVersion, email } = mail
  if (readerId === null) throw new Error(`service mail ${mail.subscriberId} has no reader`)
  const form = await ensureForm(context, editionId)
  const reader = { subscriberId: readerId, publicId, addressVersion, email, blocks, apart: true }
  return composeReaderMail(form, reader)
}

/** New readers mostly get the same edition: one is kept. Bodies that many share are few here. */
const formOf = new WeakMap<Db, EditionForm>()
const IMAGE_BYTES = 256 * 1024

/** Read once a version: a correction makes the next one. */
async function ensureForm(
  { db, secrets, sender: { dkim } }: Needs,
  editionId: number,
): Promise<EditionForm> {
  const known = formOf.get(db)
  const isSame = known?.id === editionId && known.contentHash === (await findHash(db, editionId))
  if (isSame) return known
  const edition = await getEdition(db, editionId)
  if (!isAsApproved(edition)) throw new Error(`edition ${editionId} is not what was approved`)
  const pin = edition.dkim ?? dkim.pinFor(edition.compiled.sender.fromAddress)
  const form = openForm({ secrets, signer: dkim.signerFor(pin), imageBytes: IMAGE_BYTES }, edition)
  formOf.set(db, form)
  return form
}
