import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { listMissingSettings } from '#editions/publication.ts'
import { getEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import { hashAddress } from '#secrets.ts'
import { normaliseAddress } from '#subscribers/address.ts'
import { isSuppressed } from '#subscribers/store.ts'
import { chooseBlocks, type Chosen, type Whose } from '../../preview/choose-blocks.ts'
import { findOwnAddress, planTestMail } from './test-mail-store.ts'

type Needs = Pick<Context, 'db' | 'clock' | 'secrets' | 'relay' | 'enqueue'>

type Trial = {
  editionId: number
  operatorId: number
  /** Without it, the team member's own address. */
  to?: string | undefined
} & Whose

/** Enough for a morning's work on a template, too few to mail a list by hand. */
const MOST_AN_HOUR = 20

/**
 * Mails the edition as it is now to one address, as a reader would get it: marked as a test, in nobody's ledger, with
 * links that work for nobody.
 * @throws Refusal for an address that must not be mailed, and past the team member's limit
 */
export async function sendTest(
  context: Needs,
  { editionId, operatorId, to, ...whose }: Trial,
): Promise<Chosen> {
  const { db, clock, secrets, relay, enqueue } = context
  const edition = await getEdition(db, editionId)
  const { email } = normaliseAddress(to ?? (await ownAddress(context, operatorId)))
  const addressHash = hashAddress(secrets, email)
  await refuseUnsendable(context, addressHash)
  const chosen = await chooseBlocks(context, edition, whose)
  const { blocks } = chosen
  const mail = {
    operatorId,
    recipient: email,
    addressHash,
    payload: { editionId, hash: edition.contentHash, blocks },
    test: relay.test,
    now: clock.now(),
  }
  const planned = await inTransaction(db, async (own) => planTestMail(own, mail, MOST_AN_HOUR))
  if (!planned)
    throw new Refusal(`you sent ${MOST_AN_HOUR} tests within the last hour: try again later`, {
      status: 429,
    })
  await enqueue('drain-lane', { lane: 'confirmation' })
  return chosen
}

async function ownAddress({ db }: Needs, operatorId: number): Promise<string> {
  const address = await findOwnAddress(db, operatorId)
  if (address !== null) return address
  throw new Refusal(
    'you have no address yet: "daybreak operators address NAME ADDRESS" sets it, or name one with --to',
    { field: 'to' },
  )
}

async function refuseUnsendable({ db, relay }: Needs, addressHash: Buffer): Promise<void> {
  if (await isSuppressed(db, addressHash))
    throw new Refusal('this address is on the do-not-mail list: choose another one', {
      field: 'to',
      status: 409,
    })
  const missing = relay.test ? [] : await listMissingSettings({ db })
  if (missing.length > 0)
    throw new Refusal(
      `before mail leaves the house, say who you are: set ${missing.join(', ')} with "daybreak settings set NAME VALUE"`,
    )
}
